"""One real stack, brought up by `make` from a clone, and what the tests ask of it."""

import base64
import json
import os
import shutil
import signal
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from toolchain.cache import CHECKOUT

LABEL = "observability.stack"


def clone(to: Path) -> None:
    """Copy what git would give to somebody who clones, with the changes not committed yet."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=CHECKOUT, capture_output=True, check=True, text=True)
    for name in filter(None, names.stdout.split("\0")):
        if (CHECKOUT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, to / name)


@dataclass
class Site:
    """A stack of the tests' own, with its own clone, state and passphrase."""

    stack: str
    folder: Path
    data: Path
    output: list[str] = field(default_factory=list)  # all that the commands have printed

    @property
    def environment(self) -> dict[str, str]:
        """The user's environment, with state of our own and nothing of an outer `make`."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PULUMI_", "MAKE", "MFLAGS")) and name != "PYTHONPATH"
        }
        return inherited | {"OBSERVABILITY_DATA": str(self.data), "CONFIRM": self.stack}

    def kill(self, *command: str, seconds: float) -> bool:
        """Start a command and SIGKILL all of it after a while; whether it was still running."""
        quiet = subprocess.DEVNULL
        child = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
            start_new_session=True,
        )
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return True
        return False

    def run(self, *command: str, status: int = 0) -> str:
        """Run a command in the clone and return what it printed; its status is asserted."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.output.append(done.stdout)
        assert done.returncode == status, done.stdout
        return done.stdout

    def make(self, target: str, status: int = 0) -> str:
        """`make TARGET` for this stack."""
        self.__dict__.pop("grafana_url", None)
        return self.run("make", target, f"STACK={self.stack}", status=status)

    def pulumi(self, *arguments: str, status: int = 0) -> str:
        """Plain `pulumi`, in the environment that `make shell` gives."""
        inner = ["pulumi", *arguments, "--stack", self.stack, "--non-interactive"]
        passphrase = f"PULUMI_CONFIG_PASSPHRASE_FILE={self.data / 'passphrases' / self.stack}"
        return self.run("./toolchain/run", "env", passphrase, *inner, status=status)

    def pulumi_json(self, *arguments: str) -> Any:
        """What plain `pulumi` says in JSON; on the terminal, a set-up beside this one may have
        added a line before it."""
        printed = self.pulumi(*arguments)
        return json.loads(printed[printed.index("{") :])

    @property
    def config_file(self) -> Path:
        """The stack file that `make up` has made."""
        return self.folder / f"Pulumi.{self.stack}.yaml"

    def state(self) -> list[dict[str, Any]]:
        """The resources in the stack's state."""
        deployment = self.pulumi_json("stack", "export")["deployment"]
        resources: list[dict[str, Any]] = deployment["resources"]
        return resources

    @cached_property
    def password(self) -> str:
        """Grafana's admin password; kept out of `output`, which is searched for secrets."""
        printed = self.make("password")
        self.output.remove(printed)
        return printed.splitlines()[-1]

    @cached_property
    def grafana_url(self) -> str:
        """Where Grafana is published: on a port that is picked by `up` and kept until `down`."""
        return str(self.pulumi_json("stack", "output", "--json")["grafana-url"])

    def grafana(self, path: str, body: object = None, method: str | None = None) -> Any:
        """Ask Grafana's API as admin; JSON answers are decoded, others are text."""
        request = urllib.request.Request(  # noqa: S310 (our own loopback address)
            f"{self.grafana_url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", "Authorization": self._basic()},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                content = answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read().decode()}") from error
        return json.loads(content) if content[:1] in ("{", "[") else content

    def _basic(self) -> str:
        return "Basic " + base64.b64encode(f"admin:{self.password}".encode()).decode()

    def promql(self, query: str) -> list[dict[str, Any]]:
        """An instant query, through Grafana's data source proxy."""
        words = urllib.parse.urlencode({"query": query})
        answer = self.grafana(f"/api/datasources/proxy/uid/prometheus/api/v1/query?{words}")
        result: list[dict[str, Any]] = answer["data"]["result"]
        return result

    def logql(self, query: str, start: float, end: float) -> list[str]:
        """Log lines between two Unix times, through Grafana's data source proxy."""
        nano = 1_000_000_000
        words = urllib.parse.urlencode(
            {"query": query, "start": int(start * nano), "end": int(end * nano), "limit": 1000}
        )
        answer = self.grafana(f"/api/datasources/proxy/uid/loki/loki/api/v1/query_range?{words}")
        streams = answer["data"]["result"]
        return [line for stream in streams for _, line in stream["values"]]

    def docker(self, *arguments: str) -> str:
        """Ask the docker client."""
        return subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, check=True
        ).stdout

    def ids(self, kind: str) -> dict[str, str]:
        """Docker's IDs of the stack's containers, networks or volumes by name."""
        listing = {
            "container": ("ps", "-a", "--no-trunc", "--format", "{{.Names}} {{.ID}}"),
            "network": ("network", "ls", "--no-trunc", "--format", "{{.Name}} {{.ID}}"),
            "volume": ("volume", "ls", "--format", "{{.Name}} {{.Name}}"),
        }
        rows = self.docker(*listing[kind], "--filter", f"label={LABEL}={self.stack}").splitlines()
        return dict(row.split(" ", 1) for row in rows)
