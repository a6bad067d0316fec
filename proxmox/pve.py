"""What a Proxmox VE site tells: its version, nodes, guests, storages, and a token's rights."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from proxmox.connection import Connection, ProxmoxError

Kind = Literal["qemu", "lxc"]


@dataclass(frozen=True, kw_only=True)
class Version:
    """The release that answers."""

    text: str
    """As PVE writes it, `9.0.10`."""

    @property
    def major(self) -> int:
        """9 of `9.0.10`; 0 where the text begins with no number."""
        found = re.match(r"\d+", self.text)
        return int(found[0]) if found else 0


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """How the nodes stand together."""

    name: str | None
    """None for a node without a cluster."""
    quorate: bool


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node; figures are 0 while it is offline."""

    name: str
    online: bool
    cores: int
    memory: int
    """Bytes."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A VM or a container."""

    kind: Kind
    vmid: int
    name: str
    node: str
    status: str
    """`running`, `stopped`, …; `unknown` where the node is offline."""
    tags: tuple[str, ...]
    template: bool


@dataclass(frozen=True, kw_only=True)
class Storage:
    """A storage as one node sees it."""

    name: str
    node: str
    type: str
    """`dir`, `zfspool`, `pbs`, …"""
    available: bool
    used: int
    """Bytes, as `size`; both 0 where PVE doesn't tell."""
    size: int


@dataclass(frozen=True, kw_only=True)
class Resources:
    """Everything of the site that the token may see, in the order of names and numbers."""

    nodes: tuple[Node, ...]
    guests: tuple[Guest, ...]
    storages: tuple[Storage, ...]


class Pve:
    """Reads of the API; each is one request and a ProxmoxError where it fails."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def version(self) -> Version:
        """Every token may ask for it."""
        answer = self._connection.get("/version")
        if not isinstance(answer, dict) or not isinstance(answer.get("version"), str):
            raise ProxmoxError("GET /version names no version: another server is there")
        return Version(text=answer["version"])

    def permissions(self) -> dict[str, dict[str, bool]]:
        """The token's own privileges by path, and whether each holds for what lies below."""
        answer = self._connection.get("/access/permissions")
        return {
            path: {privilege: bool(int(below)) for privilege, below in held.items()}
            for path, held in _mapping(answer).items()
        }

    def cluster(self) -> Cluster:
        """Needs Sys.Audit on `/`."""
        entries = self._connection.get("/cluster/status")
        found = next((entry for entry in entries if entry["type"] == "cluster"), None)
        if found is None:
            return Cluster(name=None, quorate=True)
        return Cluster(name=str(found["name"]), quorate=bool(int(found["quorate"])))

    def resources(self) -> Resources:
        """What the token may not see is left out by PVE without a word."""
        found = self._connection.get("/cluster/resources")
        nodes = [_node(entry) for entry in found if entry["type"] == "node"]
        guests = [_guest(entry) for entry in found if entry["type"] in {"qemu", "lxc"}]
        storages = [_storage(entry) for entry in found if entry["type"] == "storage"]
        return Resources(
            nodes=tuple(sorted(nodes, key=lambda node: node.name)),
            guests=tuple(sorted(guests, key=lambda guest: guest.vmid)),
            storages=tuple(sorted(storages, key=lambda storage: (storage.name, storage.node))),
        )

    def onboot(self, guest: Guest) -> bool:
        """Whether a guest starts with its node; needs VM.Audit, and the node online."""
        config = self._connection.get(f"/nodes/{guest.node}/{guest.kind}/{guest.vmid}/config")
        return bool(int(_mapping(config).get("onboot", 0)))


def _node(entry: Mapping[str, Any]) -> Node:
    return Node(
        name=entry["node"],
        online=entry.get("status") == "online",
        cores=int(entry.get("maxcpu", 0)),
        memory=int(entry.get("maxmem", 0)),
    )


def _guest(entry: Mapping[str, Any]) -> Guest:
    return Guest(
        kind=cast(Kind, entry["type"]),
        vmid=int(entry["vmid"]),
        name=entry.get("name", ""),  # a guest whose node is offline may have none
        node=entry["node"],
        status=entry.get("status", "unknown"),
        tags=tuple(tag for tag in re.split(r"[;, ]+", entry.get("tags", "")) if tag),
        template=bool(int(entry.get("template", 0))),
    )


def _storage(entry: Mapping[str, Any]) -> Storage:
    return Storage(
        name=entry["storage"],
        node=entry["node"],
        type=entry.get("plugintype", ""),
        available=entry.get("status") == "available",
        used=int(entry.get("disk", 0)),
        size=int(entry.get("maxdisk", 0)),
    )


def _mapping(answer: object) -> dict[str, Any]:
    """The object that an answer is; PVE's Perl may write an empty one as a list."""
    return answer if isinstance(answer, dict) else {}
