"""Fills a small file system while the incident `full-disk` is on, and empties it at calm.

Usage: python -m services.demo.disk --disk FOLDER --redis URL --redis-password-file PATH
       [--listen HOST:PORT]
"""

import argparse
import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import Gauge
from starlette.applications import Starlette

from services.demo import stores
from services.demo.incidents import Incident, Incidents
from services.server import add_listen, make_app, run

FULL_SHARE = 0.97
STEP_SHARE = 0.05
LARGEST_BYTES = 1 << 30
EVERY_SECONDS = 1.0

SIZE = Gauge("disk_size_bytes", "Size of the file system.", ["mountpoint"])
FREE = Gauge("disk_free_bytes", "What is free on it.", ["mountpoint"])


@dataclass(frozen=True)
class Usage:
    """Bytes of a file system."""

    size: int
    free: int

    @classmethod
    def of(cls, folder: Path) -> "Usage":
        """As the kernel has it now."""
        found = os.statvfs(folder)
        return cls(size=found.f_blocks * found.f_frsize, free=found.f_bavail * found.f_frsize)


class Disk:
    """A folder on which something grows."""

    def __init__(self, folder: Path, incidents: Incidents) -> None:
        self._folder = folder
        self._ballast = folder / "cache.bin"
        self._incidents = incidents

    def app(self) -> Starlette:
        """The disk's task, with its metrics."""
        return make_app(tasks=[self._incidents.watch, self.keep])

    async def keep(self) -> None:
        """A task: grow while the incident is on, be empty otherwise."""
        while True:
            self.step()
            await asyncio.sleep(EVERY_SECONDS)

    def step(self) -> None:
        """One second's worth of it; some 20 of them fill the disk."""
        if self._incidents.on(Incident.FULL_DISK):
            self._grow(Usage.of(self._folder))
        else:
            self._ballast.unlink(missing_ok=True)
        usage = Usage.of(self._folder)
        SIZE.labels(str(self._folder)).set(usage.size)
        FREE.labels(str(self._folder)).set(usage.free)

    def _grow(self, usage: Usage) -> None:
        missing = int(usage.size * FULL_SHARE) - (usage.size - usage.free)
        if missing > 0:
            with self._ballast.open("ab") as out:
                out.write(os.urandom(min(missing, int(usage.size * STEP_SHARE))))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="disk", description=__doc__)
    add_listen(parser)
    parser.add_argument("--disk", type=Path, required=True, metavar="FOLDER")
    stores.add_redis(parser)
    options = parser.parse_args()
    if Usage.of(options.disk).size > LARGEST_BYTES:
        parser.error(f"{options.disk} is larger than 1 GiB: only a small file system is filled")
    run(Disk(options.disk, Incidents(stores.make_redis(options))).app(), options.listen)


if __name__ == "__main__":
    main()
