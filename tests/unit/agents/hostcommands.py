"""Stand-ins for the commands that collectors ask, with the answers that lie beside this."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from agents.owned import FILES

ANSWERS = Path(__file__).parent / "answers"
COMMANDS = {
    "smartctl": f"""
case "$*" in
  --scan) cat "{ANSWERS}/smartctl-scan.txt" ;;
  *) for device; do :; done; cat "{ANSWERS}/smartctl-${{device#/dev/}}.txt"; exit 4 ;;
esac
""",
    "zpool": f'cat "{ANSWERS}/zpool.txt"\n',
    "lvs": f'cat "{ANSWERS}/lvs.txt"\n',
    "apt-get": f'cat "{ANSWERS}/apt-get.txt"\n',
    "uname": "echo 6.8.12-1-pve\n",
}


@dataclass(frozen=True)
class Host:
    """A folder that stands for a host on which the collectors are installed."""

    folder: Path

    def install(self) -> None:
        """Put collectors and stand-ins where they find each other."""
        for name in ("bin", "library", "textfiles", "run", "boot"):
            (self.folder / name).mkdir()
        for name, text in COMMANDS.items():
            self.command(name, text)
        for path in [*FILES.glob("*.sh"), *FILES.glob("*.awk")]:
            name = path.name if path.suffix == ".awk" else path.stem
            copy = self.folder / "library" / name
            copy.write_bytes(path.read_bytes())
            copy.chmod(0o755)

    def command(self, name: str, text: str) -> None:
        """Let a command do what the shell text says."""
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}")
        path.chmod(0o755)

    def collect(self, name: str) -> subprocess.CompletedProcess[str]:
        """Run a collector as its unit does."""
        environment = os.environ | {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "RUN_FOLDER": str(self.folder / "run"),
            "BOOT_FOLDER": str(self.folder / "boot"),
        }
        command: list[str | Path] = [
            self.folder / "library" / "collect",
            name,
            self.folder / "textfiles",
        ]
        return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)

    def output(self, name: str) -> str:
        """What the node exporter finds of a collector."""
        return (self.folder / "textfiles" / f"observability-{name}.prom").read_text()
