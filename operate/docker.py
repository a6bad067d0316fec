"""The stack's Docker objects, asked of the daemon by our label."""

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any, Literal

from operate.stack import OperateError, Stack

LABEL = "observability.stack"
Kind = Literal["container", "network", "volume"]


@dataclass(frozen=True)
class Docker:
    """The daemon that one stack's containers run on."""

    stack: Stack

    def run(self, *arguments: str) -> str:
        """Run the docker client and return what it printed."""
        done = subprocess.run(
            ["docker", *arguments],
            env=os.environ | {"DOCKER_HOST": self.stack.docker_host},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise OperateError(f"docker {' '.join(arguments[:2])}: {done.stderr.strip()}")
        return done.stdout

    def names(self, kind: Kind) -> dict[str, str]:
        """ID of each object of the stack by name; a volume's name is its ID."""
        label = f"label={LABEL}={self.stack.label}"
        listing = {
            "container": ("ps", "--all", "--no-trunc", "--format", "{{.Names}} {{.ID}}"),
            "network": ("network", "ls", "--no-trunc", "--format", "{{.Name}} {{.ID}}"),
            "volume": ("volume", "ls", "--format", "{{.Name}} {{.Name}}"),
        }
        rows = self.run(*listing[kind], "--filter", label).splitlines()
        return dict(row.split(" ", 1) for row in rows)

    def ids(self, kind: Kind) -> set[str]:
        """IDs of the stack's objects; two networks may share a name, so not from `names`."""
        label = f"label={LABEL}={self.stack.label}"
        listing = {
            "container": ("ps", "--all", "--no-trunc", "--quiet"),
            "network": ("network", "ls", "--no-trunc", "--quiet"),
            "volume": ("volume", "ls", "--quiet"),
        }
        return set(self.run(*listing[kind], "--filter", label).split())

    def inspect(self, kind: Kind, *names: str) -> list[dict[str, Any]]:
        """What `docker inspect` says of the objects."""
        found: list[dict[str, Any]] = json.loads(self.run(kind, "inspect", *names))
        return found

    def remove(self, kind: Kind, *names: str) -> None:
        """Remove objects; containers with their anonymous volumes, running or not."""
        if names:
            force = ("--force", "--volumes") if kind == "container" else ()
            self.run(kind, "rm", *force, *names)
