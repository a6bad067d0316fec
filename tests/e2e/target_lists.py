"""What another program would tell Prometheus: target files, and a list over HTTP."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

GATEWAY = "{{(index .IPAM.Config 0).Gateway}}"
LISTED = json.dumps([{"targets": ["alertmanager:9093"], "labels": {"guest": "listed-guest"}}])


class _List(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(LISTED.encode())

    def log_message(self, *_: object) -> None:
        """Nothing: pytest shows what matters."""


@dataclass(frozen=True, kw_only=True)
class TargetLists:
    """A folder of target files, and the URL of a list."""

    folder: Path
    url: str

    @classmethod
    @contextmanager
    def served(cls, folder: Path) -> Iterator["TargetLists"]:
        """The list is served on Docker's own bridge, where containers find it and nobody else."""
        command = ["docker", "network", "inspect", "bridge", "--format", GATEWAY]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        bridge = done.stdout.strip()
        with ThreadingHTTPServer((bridge, 0), _List) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            # Prometheus is another user than the one who runs the tests.
            for path in [folder, *folder.parents][:-2]:
                path.chmod(path.stat().st_mode | 0o055)
            yield cls(folder=folder, url=f"http://{bridge}:{server.server_port}/targets")
            server.shutdown()

    def write(self, name: str, *addresses: str) -> None:
        """Add or replace a target file."""
        new = self.folder / f".{name}.new"
        new.write_text(json.dumps([{"targets": addresses, "labels": {"node": name}}]))
        new.rename(self.folder / f"{name}.json")
