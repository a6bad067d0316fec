"""The site as it starts: nodes, guests and storages."""

from dataclasses import dataclass
from typing import Any

from simulator.pve.load import DAY, seeded

GIB = 1024**3
CLUSTER = "simulated"
NODES = ("pve1", "pve2", "pve3")
NODE_CORES = 8
NODE_MEMORY = 32 * GIB
NODE_DISK = 64 * GIB


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A VM, or a container for `kind` lxc."""

    vmid: int
    name: str
    node: str
    kind: str = "qemu"
    tags: tuple[str, ...] = ()
    cores: int = 2
    mib: int = 2048
    gib: int = 16
    onboot: bool = True
    running: bool = True
    template: bool = False


GUESTS = (
    Guest(vmid=101, name="router", node="pve1", tags=("critical",), mib=1024, gib=8),
    Guest(vmid=102, name="nas", node="pve2", tags=("critical",), cores=4, mib=8192, gib=64),
    Guest(vmid=103, name="mail", node="pve2", mib=4096, gib=40),
    Guest(vmid=104, name="database", node="pve1", tags=("critical",), cores=4, mib=8192, gib=80),
    Guest(vmid=105, name="build", node="pve3", tags=("no-alerts",), cores=4, mib=8192, gib=60),
    Guest(vmid=106, name="desktop", node="pve3", tags=("no-backup",), onboot=False, running=False),
    Guest(vmid=201, name="dns", node="pve1", kind="lxc", tags=("critical",), cores=1, mib=512),
    Guest(vmid=202, name="proxy", node="pve2", kind="lxc", tags=("critical",), mib=1024),
    Guest(vmid=203, name="wiki", node="pve1", kind="lxc"),
    Guest(vmid=204, name="media", node="pve2", kind="lxc", tags=("no-backup",), cores=4, mib=4096),
    Guest(vmid=205, name="sandbox", node="pve3", kind="lxc", tags=("no-alerts", "no-drill")),
    Guest(vmid=206, name="chat", node="pve3", kind="lxc", onboot=False, running=False),
    Guest(vmid=900, name="debian-13", node="pve1", onboot=False, running=False, template=True),
)

BACKUP_JOBS: dict[str, dict[str, Any]] = {
    "nightly": {
        "all": 1,
        "comment": "all that matters",
        "exclude": "106,204,900",
        "mode": "snapshot",
        "prune-backups": "keep-all=1",
        "schedule": "02:30",
        "storage": "backups",
    }
}
"""By name, in the parameters that PVE takes."""

HA_STATES = {101: "started", 201: "started"}
"""Guests that the HA manager looks after."""


def storages() -> dict[str, dict[str, Any]]:
    """storage.cfg by storage, with fakepve's own keys for sizes (in bytes)."""
    return {
        "local": {
            "type": "dir",
            "path": "/var/lib/vz",
            "content": "iso,vztmpl,backup,import,snippets",
            **_space(64, free=41),
            "volumes": {
                "vztmpl/debian-13-standard_13.1-2_amd64.tar.zst": {
                    "content": "vztmpl",
                    "format": "tar.zst",
                    "size": 130_000_000,
                    "ctime": 1_760_000_000,
                },
            },
        },
        "local-lvm": {
            "type": "lvmthin",
            "vgname": "pve",
            "thinpool": "data",
            "content": "images,rootdir",
            **_space(800, free=430),
        },
        "backups": {
            "type": "pbs",
            "server": "pbs",
            "datastore": "main",
            "username": "pve@pbs!backups",
            "content": "backup",
            "shared": 1,
            **_space(4000, free=2300),
        },
    }


def fill(fake: Any, now: float) -> None:
    """Put the nodes, guests and storages into an empty fakepve; guests run for days already."""
    fake.cluster_name = CLUSTER
    fake.nodes.clear()
    for node in NODES:
        fake.add_node(node)
        fake.nodes[node]["booted"] = now - (20 + 20 * seeded(0, node)) * DAY
    fake.storages = storages()
    fake.jobs.update(BACKUP_JOBS)
    for guest in GUESTS:
        added = _add(fake, guest)
        added.ha_state = HA_STATES.get(guest.vmid)
        if guest.running:
            added.started_at = now - (1 + 19 * seeded(guest.vmid, "started")) * DAY


def _add(fake: Any, guest: Guest) -> Any:
    status = "running" if guest.running else "stopped"
    mac = f"BC:24:11:00:{guest.vmid // 256:02X}:{guest.vmid % 256:02X}"
    config: dict[str, Any] = {"cores": guest.cores, "memory": guest.mib}
    if guest.onboot:
        config["onboot"] = 1
    if guest.tags:
        config["tags"] = ";".join(guest.tags)
    if guest.kind == "lxc":
        config["rootfs"] = f"local-lvm:vm-{guest.vmid}-disk-0,size={guest.gib}G"
        config["net0"] = f"name=eth0,bridge=vmbr0,hwaddr={mac},ip=dhcp,type=veth"
        return fake.add_ct(guest.vmid, guest.name, guest.node, status, config=config)
    disk = "base" if guest.template else "vm"
    config |= {
        "agent": "1",
        "net0": f"virtio={mac},bridge=vmbr0",
        "ostype": "l26",
        "scsi0": f"local-lvm:{disk}-{guest.vmid}-disk-0,size={guest.gib}G",
        "scsihw": "virtio-scsi-single",
    }
    if guest.template:
        config["template"] = 1
    return fake.add_vm(
        guest.vmid, guest.name, guest.node, status, config=config, template=guest.template
    )


def _space(total: int, *, free: int) -> dict[str, Any]:
    return {"active": 1, "files": set(), "total": total * GIB, "avail": free * GIB}
