"""The role for guests is enough for a VM and a container, and has nothing to spare.

The simulated PVE checks what a real one does; where it doesn't, or wants more than PVE's own
schema says (a download), a privilege is named below.
"""

import pytest
from fakepve import FakePve
from proxmoxer.core import ResourceException

from proxmox.connection import Connection, Token
from proxmox.rights import GUESTS
from proxmox.tls import Server
from tests.unit.proxmox.sites import PROGRAM

TEMPLATE = "debian-13-standard.tar.zst"
UNCHECKED = {
    "Datastore.AllocateTemplate",
    "Datastore.Audit",
    "Sys.AccessNetwork",
    "VM.Audit",
    "VM.Config.Cloudinit",
}
DISK = {"scsi0": "local-lvm:8", "scsihw": "virtio-scsi-single", "ide2": "local-lvm:cloudinit"}
NETWORK = {"net0": "virtio,bridge=vmbr0", "ipconfig0": "ip=dhcp"}


def make_guests(server: Server) -> None:
    """A VM and a container, from nothing to running, changed and deleted again."""
    with Connection(server, Token.parse(PROGRAM)) as connection:
        api = connection._api
        api.pools.post(poolid="obs")
        api.pools("obs").get()
        node = api.nodes("pve1")
        node.status.get()
        node.storage("local").status.get()
        node.qemu.post(
            vmid=900, name="mon", memory=2048, cores=2, cpu="host", agent="1", machine="q35",
            ciuser="debian", pool="obs", tags="obs", onboot=1, **DISK, **NETWORK
        )  # fmt: skip
        vm = node.qemu(900)
        vm.config.put(memory=4096, cores=4, tags="obs;x", ide2="none,media=cdrom")
        vm.resize.put(disk="scsi0", size="+1G")
        vm.status.start.post()
        _ask_agent(vm)
        vm.firewall.options.put(enable=1)
        node.lxc.post(
            vmid=901, hostname="prober", ostemplate=f"local:vztmpl/{TEMPLATE}", memory=256,
            rootfs="local-lvm:4", net0="name=eth0,bridge=vmbr0,ip=dhcp", unprivileged=1, pool="obs"
        )  # fmt: skip
        container = node.lxc(901)
        container.config.put(memory=512, tags="obs")
        container.status.start.post()
        for guest in (container, vm):
            guest.status.stop.post()
            guest.delete()


def _ask_agent(vm: object) -> None:
    """As the provider does, over and over until there is one."""
    with pytest.raises(ResourceException, match="QEMU guest agent is not running"):
        vm.agent("network-get-interfaces").get()  # type: ignore[attr-defined]  # untyped proxmoxer


def grant(site: FakePve, *privileges: str) -> None:
    site.store_file("local", TEMPLATE, 1000, content="vztmpl")
    site.acl = {}
    site.grant(Token.parse(PROGRAM).id, "/", *privileges)


def test_role_is_enough(site: FakePve, server: Server) -> None:
    """No step is refused, and every task ends well."""
    grant(site, *GUESTS.needed(9))
    make_guests(server)

    assert {"OK"} == {task["exitstatus"] for task in site.tasks.values()}
    assert {"POST", "PUT", "DELETE", "GET"} == {method for method, _, _ in site.requests}


@pytest.mark.parametrize("left_out", sorted(set(GUESTS.needed(9)) - UNCHECKED))
def test_nothing_of_the_role_is_spare(left_out: str, site: FakePve, server: Server) -> None:
    """Without any one of its privileges, the work is refused."""
    grant(site, *(privilege for privilege in GUESTS.needed(9) if privilege != left_out))

    with pytest.raises((ResourceException, AssertionError), match="403 Forbidden: Permission"):
        make_guests(server)
