"""Reads of a Proxmox VE site."""

import pytest
from fakepve import FakePve

from proxmox.connection import ProxmoxError
from proxmox.pve import Guest, Pve, Storage, Version

WEB = Guest(
    kind="qemu",
    vmid=101,
    name="web",
    node="pve1",
    status="running",
    tags=("a", "b"),
    template=False,
)


def test_version_and_cluster(site: FakePve, pve: Pve) -> None:
    """As the site says."""
    site.version = "8.4.14"

    assert Version(text="8.4.14") == pve.version()
    assert 8 == pve.version().major
    assert (site.cluster_name, True) == (pve.cluster().name, pve.cluster().quorate)


def test_lost_quorum_is_told(site: FakePve, pve: Pve) -> None:
    """The cluster still answers reads."""
    site.lose_quorum()

    assert not pve.cluster().quorate


def test_node_without_a_cluster_has_no_name(pve: Pve, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lists only itself, and can't lose a majority."""
    alone = [{"type": "node", "name": "pve1", "online": 1}]
    monkeypatch.setattr(pve._connection, "get", lambda _: alone)

    assert (None, True) == (pve.cluster().name, pve.cluster().quorate)


def test_resources_of_all_nodes(pve: Pve) -> None:
    """VMs and containers, in the order of their numbers, and each node's storages."""
    found = pve.resources()

    assert [("pve1", True), ("pve2", True)] == [(node.name, node.online) for node in found.nodes]
    assert [100, 101, 200] == [guest.vmid for guest in found.guests]
    assert WEB == found.guests[1]
    assert found.guests[0].template
    assert ("lxc", "stopped", ()) == (
        found.guests[2].kind,
        found.guests[2].status,
        found.guests[2].tags,
    )
    assert [("local", "pve1"), ("local", "pve2")] == [
        (storage.name, storage.node) for storage in found.storages[:2]
    ]


def test_offline_node_is_told(site: FakePve, pve: Pve) -> None:
    """Its guests are listed; nobody knows how they are."""
    site.set_node_offline("pve2")

    found = pve.resources()

    assert [("pve1", True), ("pve2", False)] == [(node.name, node.online) for node in found.nodes]
    assert "unknown" == found.guests[0].status


def test_guest_without_figures_is_read(pve: Pve, monkeypatch: pytest.MonkeyPatch) -> None:
    """PVE leaves out what it doesn't know."""
    answer = [
        {"type": "qemu", "vmid": 1, "node": "n"},
        {"type": "storage", "storage": "s", "node": "n", "status": "unknown"},
    ]
    monkeypatch.setattr(pve._connection, "get", lambda _: answer)

    found = pve.resources()

    assert ("", "unknown") == (found.guests[0].name, found.guests[0].status)
    assert (
        Storage(name="s", node="n", type="", available=False, used=0, size=0),
    ) == found.storages


def test_start_with_the_node_stands_in_the_config(pve: Pve) -> None:
    """It isn't among the resources."""
    found = {guest.name: guest for guest in pve.resources().guests}

    assert pve.onboot(found["web"])
    assert not pve.onboot(found["prober"])


def test_permissions_are_the_tokens_own(pve: Pve) -> None:
    """By path, with whether they hold below."""
    expected = {"/": {"Datastore.Audit": True, "Sys.Audit": True, "VM.Audit": True}}

    assert expected == pve.permissions()


def test_token_without_rights_has_none(site: FakePve, pve: Pve) -> None:
    """PVE answers an empty object, which isn't a mistake."""
    site.acl = {}

    assert {} == pve.permissions()


def test_another_api_is_told(pve: Pve, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without a version is none of PVE's."""
    monkeypatch.setattr(pve._connection, "get", lambda _: {"status": "ok"})

    with pytest.raises(ProxmoxError, match=r"^GET /version names no version"):
        pve.version()
