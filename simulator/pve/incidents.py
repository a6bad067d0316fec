"""Named troubles of the simulated site, each gone after an hour at the latest.

Without fakepve, so that whoever only names them needn't load it.
"""

import json
import time
from enum import StrEnum
from pathlib import Path

LONGEST_SECONDS = 3600
FILE = "incidents.json"
"""In the folder of the server's state."""


class Incident(StrEnum):
    """What can be wrong."""

    NODE_OFFLINE = "node-offline"
    """Node pve3 doesn't answer, and nobody knows how its guests are."""
    QUORUM_LOST = "quorum-lost"
    """The cluster can be read, and refuses every change."""
    GUEST_STOPPED = "guest-stopped"
    """Container 202, tagged critical, is stopped."""
    SLOW_PROXMOX = "slow-proxmox"
    """Every answer takes three seconds more."""
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 (the name of an incident)
    """The token that only reads is refused."""
    DATASTORE_FULL = "datastore-full"
    """Storage local-lvm has no room for another disk."""
    VMID_TAKEN = "vmid-taken"
    """Somebody else takes the number of every guest that is to be made."""


class Incidents:
    """Which are on; in a file, other processes can begin and end them."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._ends: dict[str, float] = {}

    def start(self, incident: Incident, seconds: float = LONGEST_SECONDS) -> None:
        """Begin it, or begin its time anew."""
        self._write(self._read() | {str(incident): time.time() + seconds})

    def stop(self) -> None:
        """End all of them."""
        self._write({})

    def left(self) -> dict[Incident, int]:
        """Those that are on, each with the seconds that are left."""
        now = time.time()
        return {Incident(name): int(end - now) for name, end in self._read().items() if end > now}

    def _read(self) -> dict[str, float]:
        if self._path and self._path.exists():
            self._ends = json.loads(self._path.read_text())
        return self._ends

    def _write(self, ends: dict[str, float]) -> None:
        self._ends = ends
        if self._path:
            # Whole or not at all: the site may read it at any time.
            new = self._path.with_suffix(".new")
            new.write_text(json.dumps(ends))
            new.replace(self._path)
