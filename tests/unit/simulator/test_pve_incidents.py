"""Each trouble of the simulated site can be seen, and is gone once it has ended."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from proxmoxer import ResourceException

from simulator.pve import faults, incident, names, serve
from simulator.pve.fake import SimulatedSite
from simulator.pve.incidents import Incident, Incidents
from simulator.pve.site import SimulatedPve
from tests.unit.simulator.pve_api import api

TEMPLATE = "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst"


def node_status(client: Any) -> object:
    """Of the node that goes."""
    return {node["node"]: node["status"] for node in client.nodes.get()}["pve3"]


def guest_state(client: Any) -> object:
    """Of the guest that stops."""
    found = client.cluster.resources.get(type="vm")
    return {guest["vmid"]: guest["status"] for guest in found}[202]


def quorate(client: Any) -> object:
    return client.cluster.status.get()[0]["quorate"]


def free(client: Any) -> object:
    """Whether there is room for a disk."""
    return client.nodes("pve1").storage("local-lvm").status.get()["avail"] > 0


@pytest.mark.parametrize(
    ("name", "look", "well", "ill"),
    [
        (Incident.NODE_OFFLINE, node_status, "online", "offline"),
        (Incident.GUEST_STOPPED, guest_state, "running", "stopped"),
        (Incident.QUORUM_LOST, quorate, 1, 0),
        (Incident.DATASTORE_FULL, free, True, False),
    ],
)
def test_is_seen_while_it_lasts(
    pve: SimulatedPve, name: Incident, look: Callable[[Any], object], well: object, ill: object
) -> None:
    """Before and after, all is well."""
    with api(pve, pve.audit_token) as client:
        before = look(client)
        pve.fake.incidents.start(name)
        during = look(client)
        pve.fake.incidents.stop()
        after = look(client)

    assert (well, ill, well) == (before, during, after)


def test_node_offline_leaves_its_guests_unknown(pve: SimulatedPve) -> None:
    """And the node itself can't be asked."""
    pve.fake.incidents.start(Incident.NODE_OFFLINE)

    with api(pve, pve.audit_token) as client:
        guests = {guest["vmid"]: guest for guest in client.cluster.resources.get(type="vm")}
        with pytest.raises(ResourceException, match="595"):
            client.nodes("pve3").qemu.get()

    assert "unknown" == guests[105]["status"] == guests[205]["status"]
    assert "running" == guests[101]["status"]


def test_lost_quorum_refuses_changes(pve: SimulatedPve) -> None:
    """With PVE's words; reading goes on."""
    pve.fake.incidents.start(Incident.QUORUM_LOST)

    with api(pve) as client:
        with pytest.raises(ResourceException, match="no quorum"):
            client.access.users.post(userid="a@pve")
        assert client.cluster.resources.get()


def test_expired_token_is_refused(pve: SimulatedPve) -> None:
    """The one that only reads; the program's isn't."""
    pve.fake.incidents.start(Incident.TOKEN_EXPIRED)

    with (
        api(pve, pve.audit_token) as client,
        pytest.raises(ResourceException, match=r"401.*expired"),
    ):
        client.version.get()
    with api(pve) as client:
        assert client.version.get()


def test_full_datastore_takes_no_guest(pve: SimulatedPve) -> None:
    """Neither kind; nothing is left over."""
    pve.fake.incidents.start(Incident.DATASTORE_FULL)

    with api(pve) as client:
        tasks = [
            client.nodes("pve1").qemu.post(vmid=300, scsi0="local-lvm:8"),
            client.nodes("pve1").lxc.post(vmid=301, ostemplate=TEMPLATE, rootfs="local-lvm:8"),
        ]
        ends = [client.nodes("pve1").tasks(task).status.get()["exitstatus"] for task in tasks]

    assert ["unable to create", "unable to create"] == [end[:16] for end in ends]
    assert all("No space left on device" in end for end in ends)
    assert not {300, 301} & {guest.vmid for guest in pve.fake.guests()}


def test_number_is_taken_by_somebody_else(pve: SimulatedPve) -> None:
    """Although it was free when it was asked for."""
    pve.fake.incidents.start(Incident.VMID_TAKEN)

    with api(pve) as client:
        free_one = client.cluster.nextid.get()
        for kind, more in (("qemu", {}), ("lxc", {"ostemplate": TEMPLATE})):
            with pytest.raises(ResourceException, match="already exists"):
                client.nodes("pve1")(kind).post(vmid=free_one, **more)


def test_slow_answers(pve: SimulatedPve, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a fixed time each."""
    monkeypatch.setattr(faults, "SLOW_SECONDS", 0.3)
    pve.fake.incidents.start(Incident.SLOW_PROXMOX)

    with api(pve) as client:
        before = time.monotonic()
        client.version.get()

    assert time.monotonic() - before >= 0.3


def test_ends_by_itself(pve: SimulatedPve) -> None:
    """Nothing stays broken."""
    pve.fake.incidents.start(Incident.NODE_OFFLINE, seconds=0)

    with api(pve) as client:
        assert "online" == node_status(client)


def test_command_begins_lists_and_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the file that the server looks into."""
    folder = f"--folder={tmp_path}"

    for action in (["start", "node-offline", "--seconds=60"], ["list"], ["stop"]):
        incident.main([*action, folder])

    assert ["all is calm"] == capsys.readouterr().out.splitlines()[2:]
    assert {} == Incidents(tmp_path / "incidents.json").left()


def test_state_is_kept_without_incidents(tmp_path: Path) -> None:
    """A site that is started again has what was made, and isn't broken by what has ended."""
    first = SimulatedSite(folder=tmp_path)
    first.incidents.start(Incident.DATASTORE_FULL)
    first.settle()
    first.take(300)
    first.keep()
    first.incidents.stop()
    token = f"{names.AUDIT}=00000000-0000-0000-0000-000000000000"
    second = SimulatedSite(folder=tmp_path, audit=token)
    second.settle()

    assert second.guest(300)
    assert second.storages["local-lvm"]["avail"] > 0
    assert first.guest(101).started_at == second.guest(101).started_at
    # The given token counts, whatever was kept.
    assert token.endswith(second.apitokens[names.AUDIT])


def test_incident_goes_on_while_the_state_is_saved(tmp_path: Path) -> None:
    """For who asks at the same time, too."""
    site = SimulatedSite(folder=tmp_path)
    site.incidents.start(Incident.QUORUM_LOST)
    site.settle()
    site.keep()

    assert site.quorate is False
    assert SimulatedSite(folder=tmp_path).quorate is False


def test_state_of_another_version_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site begins anew."""
    first = SimulatedSite(folder=tmp_path)
    first.take(300)
    first.keep()
    monkeypatch.setattr("simulator.pve.state.VERSION", 0)

    assert SimulatedSite(folder=tmp_path).guest(300) is None


def test_certificate_is_kept(tmp_path: Path) -> None:
    """As long as the authority is the same."""
    made = [
        certificate.read_text()
        for seed in ("one", "one", "two")
        for certificate, _ in [serve.certify(tmp_path, seed)]
    ]

    assert made[0] == made[1] != made[2]
