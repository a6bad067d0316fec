"""What lies in a datastore: namespaces, groups, snapshots, and what maintenance finds there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulator.pbs.errors import bad
from simulator.pbs.prune import kept

Group = tuple[str, str, str]
GC_ZEROES = dict.fromkeys(
    (
        "disk-bytes", "disk-chunks", "index-data-bytes", "index-file-count", "pending-bytes",
        "pending-chunks", "removed-bad", "removed-bytes", "removed-chunks", "still-bad",
    ),
    0,
)  # fmt: skip
CHUNK = 4 * 1024**2  # a fixed index' chunk size
FILES = {
    "vm": ("drive-scsi0.img.fidx", "qemu-server.conf.blob", "index.json.blob"),
    "ct": ("root.pxar.didx", "catalog.pcat1.didx", "pct.conf.blob", "index.json.blob"),
    "host": ("root.pxar.didx", "catalog.pcat1.didx", "index.json.blob"),
}
SMALL_FILE = 450


@dataclass(kw_only=True)
class Snapshot:
    """One backup. Of its `size` bytes, `unique` lie in chunks that no earlier one has."""

    kind: str
    id: str
    time: int
    ns: str = ""
    size: int = 0
    unique: int = 0
    owner: str = "root@pam"
    protected: bool = False
    encrypted: bool = False
    corrupt: bool = False
    notes: str = ""
    verification: dict[str, str] | None = None

    @property
    def group(self) -> Group:
        return (self.ns, self.kind, self.id)

    @property
    def name(self) -> str:
        """As logs and paths write it."""
        return f"{self.kind}/{self.id}/{datetime.fromtimestamp(self.time, UTC):%Y-%m-%dT%H:%M:%SZ}"

    @property
    def files(self) -> list[dict[str, Any]]:
        """The first holds the data; the others are small."""
        mode = "encrypt" if self.encrypted else "none"
        return [
            {"filename": name, "crypt-mode": mode, "size": SMALL_FILE if place else self.size}
            for place, name in enumerate(FILES[self.kind])
        ]

    def row(self) -> dict[str, Any]:
        """As the list of snapshots has it."""
        return {
            "backup-type": self.kind,
            "backup-id": self.id,
            "backup-time": self.time,
            **({"comment": self.notes} if self.notes else {}),
            **({"verification": self.verification} if self.verification else {}),
            "files": self.files,
            "size": sum(file["size"] for file in self.files),
            "owner": self.owner,
            "protected": self.protected,
        }


@dataclass
class Store:
    """The data at a datastore's path. It outlives the datastore's configuration."""

    total: int = 270_553_174_016
    others: int = 64_621_441_024
    """Bytes on the same file system that aren't the datastore's."""
    namespaces: set[str] = field(default_factory=lambda: {""})
    snapshots: list[Snapshot] = field(default_factory=list)
    gc: dict[str, Any] = field(default_factory=lambda: {**GC_ZEROES, "upid": None})

    @property
    def disk_bytes(self) -> int:
        return sum(snapshot.unique for snapshot in self.snapshots)

    def usage(self) -> dict[str, int]:
        used = self.others + self.disk_bytes
        return {"total": self.total, "used": used, "avail": max(self.total - used, 0)}

    def under(self, ns: str, max_depth: int | None = None) -> list[Snapshot]:
        """The snapshots in a namespace and so many levels of those below it."""
        return [one for one in self.snapshots if _depth(one.ns, ns) <= _limit(max_depth)]

    def groups(self, ns: str) -> dict[Group, list[Snapshot]]:
        """The groups of one namespace, each group's snapshots from the newest on."""
        found: dict[Group, list[Snapshot]] = {}
        for snapshot in sorted(self.under(ns, 0), key=lambda one: -one.time):
            found.setdefault(snapshot.group, []).append(snapshot)
        return found

    def find(self, ns: str, kind: str, id_: str, time: int) -> Snapshot:
        for snapshot in self.snapshots:
            if (snapshot.group, snapshot.time) == ((ns, kind, id_), time):
                return snapshot
        raise bad(f"snapshot {kind}/{id_}/{time} does not exist.")

    def require(self, ns: str) -> None:
        """Refuse a namespace that isn't there."""
        if ns not in self.namespaces:
            raise bad(f"namespace '{ns}' does not exist!")

    def add_namespace(self, name: str, parent: str) -> str:
        if parent not in self.namespaces:
            raise bad(f"cannot create new namespace, parent {parent} doesn't already exists")
        if not name:
            raise bad("Cannot create root namespace!")
        full = f"{parent}/{name}".lstrip("/")
        self.namespaces.add(full)
        return full

    def remove_namespace(self, ns: str, *, groups: bool) -> dict[str, int]:
        """Remove a namespace, what is below it too where it is without groups or they may go."""
        if not ns:
            raise bad("Cannot delete root namespace!")
        inside = [one for one in self.snapshots if _depth(one.ns, ns) <= _limit(None)]
        if inside and not groups:
            raise bad("only partially deleted due to existing groups but `delete-groups` not true")
        counts = {
            "protected-snapshots": 0,
            "removed-groups": len({one.group for one in inside}),
            "removed-snapshots": len(inside),
        }
        self.snapshots = [one for one in self.snapshots if one not in inside]
        self.namespaces = {one for one in self.namespaces if _depth(one, ns) > _limit(None)}
        return counts

    def prune(
        self, keep: dict[str, int], ns: str, max_depth: int | None, *, dry_run: bool = False
    ) -> Iterator[tuple[Snapshot, bool]]:
        """Each snapshot, oldest first within its group, and whether it stays."""
        reached = {one.ns for one in self.under(ns, max_depth)}
        for space in sorted(reached):
            for group in self.groups(space).values():
                ordered = sorted(group, key=lambda one: one.time)
                marks = kept([(one.time, one.protected) for one in ordered], keep)
                for snapshot, stays in zip(ordered, marks, strict=True):
                    if not stays and not dry_run:
                        self.snapshots.remove(snapshot)
                    yield snapshot, stays

    def verify(self, snapshots: list[Snapshot], upid: str) -> bool:
        """Note what verification finds of each; whether all are good."""
        for snapshot in snapshots:
            state = "failed" if snapshot.corrupt else "ok"
            snapshot.verification = {"upid": upid, "state": state}
        return not any(snapshot.corrupt for snapshot in snapshots)

    def collect_garbage(self, upid: str, ended: int) -> None:
        """Count what is there; what was pruned since the last run is removed."""
        before, disk = self.gc["disk-bytes"], self.disk_bytes
        referenced = sum(one.size for one in self.snapshots)
        self.gc = {
            **GC_ZEROES,
            "upid": upid,
            "cache-stats": {"hits": 0, "misses": len(self.snapshots)},
            "disk-bytes": disk,
            "disk-chunks": -(-disk // CHUNK),
            "index-data-bytes": referenced,
            "index-file-count": len(self.snapshots),
            "removed-bytes": max(before - disk, 0),
            "removed-chunks": max(before - disk, 0) // CHUNK,
            "still-bad": sum(1 for one in self.snapshots if one.corrupt),
            "last-run-endtime": ended,
            "last-run-state": "OK",
            "duration": 1,
        }


def _depth(ns: str, base: str) -> int:
    """How many levels `ns` lies below `base`; many where it doesn't."""
    if ns == base:
        return 0
    if base and not ns.startswith(f"{base}/"):
        return 1000
    return ns.removeprefix(base).strip("/").count("/") + 1


def _limit(max_depth: int | None) -> int:
    return 7 if max_depth is None else max_depth
