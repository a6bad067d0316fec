"""What a Proxmox VE site has, as tables."""

from collections.abc import Sequence

from proxmox.connection import ProxmoxError
from proxmox.pve import Guest, Node, Pve, Storage

GIB = 1024**3


def read(pve: Pve) -> str:
    """Ask a site for its nodes, guests and storages; a ProxmoxError where it can't be read.

    That a guest starts with its node takes a request each.
    """
    version, cluster, found = pve.version(), pve.cluster(), pve.resources()
    online = {node.name for node in found.nodes if node.online}
    onboot = {
        guest.vmid: _onboot(pve, guest)
        for guest in found.guests
        if guest.node in online and not guest.template
    }
    quorum = "" if cluster.quorate else ", WITHOUT QUORUM"
    name = f"cluster {cluster.name}{quorum}" if cluster.name else "no cluster"
    tables = [
        [("NODE", "STATE", "CORES", "MEMORY"), *map(_node, found.nodes)],
        [
            ("GUEST", "NAME", "KIND", "NODE", "STATE", "ON BOOT", "TAGS"),
            *(_guest(guest, onboot.get(guest.vmid, "")) for guest in found.guests),
        ],
        [("STORAGE", "NODE", "TYPE", "STATE", "USED", "SIZE"), *map(_storage, found.storages)],
    ]
    return "\n\n".join([f"Proxmox VE {version.text}, {name}", *map(_table, tables)])


def _onboot(pve: Pve, guest: Guest) -> str:
    try:
        return "yes" if pve.onboot(guest) else "no"
    except ProxmoxError:  # moved or deleted since it was listed
        return "?"


def _node(node: Node) -> tuple[str, ...]:
    figures = (str(node.cores), _size(node.memory)) if node.online else ("", "")
    return (node.name, "online" if node.online else "OFFLINE", *figures)


def _guest(guest: Guest, onboot: str) -> tuple[str, ...]:
    kind = "VM" if guest.kind == "qemu" else "container"
    state = "template" if guest.template else guest.status
    return (str(guest.vmid), guest.name, kind, guest.node, state, onboot, " ".join(guest.tags))


def _storage(storage: Storage) -> tuple[str, ...]:
    state = "available" if storage.available else "UNAVAILABLE"
    sizes = (_size(storage.used), _size(storage.size)) if storage.size else ("", "")
    return (storage.name, storage.node, storage.type, state, *sizes)


def _size(amount: int) -> str:
    return f"{amount / GIB:.1f} GiB"


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    """Columns as wide as their longest entry."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)
