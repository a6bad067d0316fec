"""What the simulated site answers, over HTTPS, to the clients that people use."""

import time
from typing import Any

import pytest
from fakepve import FakePve
from proxmoxer import ResourceException
from pve_exporter.collector import CollectorsOptions, collect_pve

from proxmox import preflight
from proxmox.rights import GUESTS
from proxmox.tls import Server
from simulator.pve import check, inventory
from simulator.pve.fake import SimulatedSite
from simulator.pve.guests import address
from simulator.pve.site import SimulatedPve
from tests.unit.simulator.pve_api import api, authority, options

CHANGES: dict[str, dict[str, Any]] = {
    "access/users": {"userid": "a@pve"},
    "access/groups": {"groupid": "a"},
    "pools": {"poolid": "a"},
    "cluster/backup": {"id": "mine", "schedule": "daily", "all": 1},
}
OVERRIDDEN = {
    "_agent_call",
    "_answer",
    "_authenticate",
    "_cluster_status",
    "_lxc_create",
    "_lxc_interfaces",
    "_nodes",
    "_permissions",
    "_qm_create",
    "_resources",
    "_space",
    "_status",
    "_storage_resource",
    "_version",
    "_vm_usage",
    "allowed",
    "ct_resources",
    "synthesise",
}
TEMPLATE = "local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst"
# One that only its collector has.
OF_COLLECTOR = {
    "status": "pve_up",
    "version": "pve_version_info",
    "subscription": "pve_subscription_status",
    "node": "pve_node_info",
    "cluster": "pve_cluster_info",
    "resources": "pve_cpu_usage_ratio",
    "backup_info": "pve_not_backed_up_total",
    "config": "pve_onboot_status",
    "replication": "pve_replication_last_sync_timestamp_seconds",
}


def exported(pve: SimulatedPve) -> str:
    """What prometheus-pve-exporter makes of it with the token that only reads."""
    with authority(pve) as file:
        every = CollectorsOptions(*[True] * len(CollectorsOptions._fields))
        host, given = pve.url.removeprefix("https://"), options(pve.audit_token, file)
        text: bytes = collect_pve(given, host, True, True, every)
    return text.decode()


def test_exporter_has_metrics_of_every_collector(pve: SimulatedPve) -> None:
    """But for the QDevice's, which a cluster of three hasn't."""
    text = exported(pve)

    assert {"qdevice"} == set(CollectorsOptions._fields) - set(OF_COLLECTOR)
    assert [] == [name for name in OF_COLLECTOR.values() if f"\n{name}{{" not in text]
    assert "pve_qdevice" not in text
    assert 'pve_cluster_info{id="cluster/simulated",nodes="3",quorate="1",version="1"} 1.0' in text


def test_exporter_sees_the_inventory(pve: SimulatedPve) -> None:
    """A dozen guests with their tags, the PBS storage, those without a backup job, HA."""
    text = exported(pve)

    running = sum(guest.running for guest in inventory.GUESTS)
    assert 12 == sum(not guest.template for guest in inventory.GUESTS)
    assert running == sum(
        line.endswith(" 1.0") for line in text.splitlines() if line.startswith('pve_up{id="qemu')
    ) + sum(line.endswith(" 1.0") for line in text.splitlines() if 'pve_up{id="lxc' in line)
    assert 'name="build",node="pve3",tags="no-alerts",template="0",type="qemu"}' in text
    assert 'plugintype="pbs",storage="backups"} 1.0' in text
    assert 'pve_not_backed_up_info{id="lxc/204"} 1.0' in text
    assert 'pve_not_backed_up_info{id="qemu/101"}' not in text
    assert 'pve_ha_state{id="qemu/101",state="started"} 1.0' in text


def test_load_moves_and_counters_rise(pve: SimulatedPve) -> None:
    """Between two looks at different times."""
    with api(pve, pve.audit_token) as client:
        first = resources(client)
        pve.fake.clock = lambda: time.time() + 3600  # type: ignore[method-assign]
        second = resources(client)

    for name in ("qemu/101", "lxc/201"):
        assert first[name]["cpu"] != second[name]["cpu"]
        assert first[name]["netin"] < second[name]["netin"]
        assert 3599 <= second[name]["uptime"] - first[name]["uptime"] <= 3602
    assert first["node/pve1"]["cpu"] != second["node/pve1"]["cpu"]
    assert 0 == first["qemu/106"]["cpu"]


def resources(client: Any) -> dict[str, Any]:
    """/cluster/resources by id."""
    return {item["id"]: item for item in client.cluster.resources.get()}


def test_running_guests_have_addresses_at_once(pve: SimulatedPve) -> None:
    """What is given, otherwise one by DHCP: a provider needn't wait for it."""
    with api(pve) as client:
        client.nodes("pve1").lxc.post(
            vmid=300,
            ostemplate=TEMPLATE,
            storage="local-lvm",
            net0="name=eth0,bridge=vmbr0,ip=192.0.2.7/24",
            start=1,
        )
        client.nodes("pve1").qemu.post(
            vmid=301, agent="enabled=1", net0="virtio,bridge=vmbr0", ipconfig0="ip=192.0.2.8/24"
        )
        client.nodes("pve1").qemu(301).status.start.post()
        found = {
            "given": client.nodes("pve1").lxc(300).interfaces.get()[1]["inet"],
            "dhcp": client.nodes("pve1").lxc(201).interfaces.get()[1]["inet"],
        }
        by_agent = {
            vmid: client.nodes("pve1").qemu(vmid).agent("network-get-interfaces").get()["result"][1]
            for vmid in (101, 301)
        }

    assert {"given": "192.0.2.7/24", "dhcp": f"{address(201)}/15"} == found
    assert [address(101), "192.0.2.8"] == [
        one["ip-addresses"][0]["ip-address"] for one in by_agent.values()
    ]
    assert "bc:24:11:00:00:65" == by_agent[101]["hardware-address"]


def test_backup_jobs_are_kept(pve: SimulatedPve) -> None:
    """Made, read back as PVE shows them, changed and deleted; who is left out follows."""
    with api(pve) as client:
        jobs = client.cluster.backup
        jobs.post(
            id="mine", schedule="sat 02:00", vmid="204,106", **{"prune-backups": "keep-last=3"}
        )
        made = jobs("mine").get()
        covered = [guest["vmid"] for guest in not_backed_up(client)]
        jobs("mine").put(enabled=0, delete="prune-backups")
        changed = jobs("mine").get()
        with pytest.raises(ResourceException, match="already exists"):
            jobs.post(id="mine", schedule="daily", all=1)
        with pytest.raises(ResourceException, match="option conflicts"):
            jobs.post(id="other", schedule="daily", all=1, vmid="101")
        jobs("mine").delete()
        after = [job["id"] for job in jobs.get()]

    assert {"keep-last": "3"} == made["prune-backups"]
    assert [900] == covered
    assert 0 == changed["enabled"]
    assert "prune-backups" not in changed
    assert ["nightly"] == after


def not_backed_up(client: Any) -> list[dict[str, Any]]:
    """Guests without a job."""
    listed: list[dict[str, Any]] = client.cluster("backup-info/not-backed-up").get()
    return listed


def test_access_is_made_and_enforced(pve: SimulatedPve) -> None:
    """A user, a role, a token and its rights: the token may just that, and is shown once."""
    with api(pve) as client:
        client.access.users.post(userid="metrics@pve", comment="ours")
        client.access.roles.post(roleid="Look", privs="VM.Audit")
        made = client.access.users("metrics@pve").token("own").post(privsep=1)
        for subject in ({"users": "metrics@pve"}, {"tokens": "metrics@pve!own"}):
            client.access.acl.put(path="/vms/101", roles="Look", **subject)
        again = client.access.users("metrics@pve").token("own").get()
        listed = client.access.users.get(full=1)

    with api(pve, f"{made['full-tokenid']}={made['value']}") as client:
        seen = [guest["id"] for guest in client.cluster.resources.get(type="vm")]
        held = client.access.permissions.get()
        with pytest.raises(ResourceException, match="403"):
            client.nodes("pve1").qemu(101).config.put(cores=8)

    assert "value" not in again
    assert ["own"] == [
        token["tokenid"]
        for user in listed
        if user["userid"] == "metrics@pve"
        for token in user["tokens"]
    ]
    assert ["qemu/101"] == seen
    assert {"/vms/101": {"VM.Audit": 1}} == held


def test_deleted_user_takes_tokens_and_rights_along(pve: SimulatedPve) -> None:
    """As in PVE."""
    with api(pve) as client:
        client.access.users.post(userid="gone@pve")
        value = client.access.users("gone@pve").token("own").post(privsep=0)["value"]
        client.access.acl.put(path="/", users="gone@pve", roles="PVEAuditor")
        client.access.users("gone@pve").delete()
        lines = client.access.acl.get()

    assert "gone@pve" not in [line["ugid"] for line in lines]
    with api(pve, f"gone@pve!own={value}") as client, pytest.raises(ResourceException, match="401"):
        client.version.get()


def test_groups_give_rights(pve: SimulatedPve) -> None:
    """To who is in them, as long as they are there."""
    with api(pve) as client:
        client.access.groups.post(groupid="ops")
        client.access.users.post(userid="one@pve", groups="ops")
        client.access.acl.put(path="/", groups="ops", roles="PVEAuditor")
        members = client.access.groups("ops").get()["members"]
        held = client.access.permissions.get(userid="one@pve", path="/vms")
        client.access.groups("ops").delete()
        after = client.access.permissions.get(userid="one@pve", path="/vms")

    assert ["one@pve"] == members
    assert 1 == held["/vms"]["VM.Audit"]
    assert {"/vms": {}} == after


@pytest.mark.parametrize(
    ("path", "given", "message"),
    [
        ("access/users", {"userid": "a@nowhere"}, "domain 'nowhere' does not exist"),
        ("access/users", {"userid": "root@pam"}, "user 'root@pam' already exists"),
        ("access/roles", {"roleid": "PVEAdmin"}, "role 'PVEAdmin' already exists"),
        ("cluster/backup", {"id": "mine", "all": 1}, "neither 'starttime' nor 'schedule' were set"),
    ],
)
def test_mistakes_are_refused(
    pve: SimulatedPve, path: str, given: dict[str, Any], message: str
) -> None:
    """With PVE's words."""
    with api(pve) as client, pytest.raises(ResourceException, match=message):
        client(path).post(**given)


def test_audit_token_changes_nothing(pve: SimulatedPve) -> None:
    """Whatever it asks for."""
    with api(pve, pve.audit_token) as client:
        for path, given in CHANGES.items():
            with pytest.raises(ResourceException, match="403"):
                client(path).post(**given)


def test_preflight_has_nothing_to_say(pve: SimulatedPve) -> None:
    """What `make up` checks before it touches a site is in order, whichever way it is trusted."""
    for trust in ({"ca": pve.ca}, {"fingerprint": pve.fingerprint}):
        server = Server(url=pve.url, **trust)
        found = preflight.check(
            server, audit_token=pve.audit_token, token=pve.token, works=[GUESTS]
        )
        assert [] == found


def test_health_check_needs_no_login(pve: SimulatedPve, capsys: pytest.CaptureFixture[str]) -> None:
    """It asks what PVE answers to anybody; with nobody there, it fails."""
    assert 0 == check.main(pve.fake.port)
    assert 1 == check.main(port=1)
    assert capsys.readouterr().out.startswith("200\n")


def test_overrides_are_meant() -> None:
    """fakepve's own methods aren't hit by chance: names that both have are these."""
    ours = [one for one in SimulatedSite.__mro__ if one.__module__.startswith("simulator.")]
    theirs = {name for name in dir(FakePve) if not name.startswith("__")}

    assert OVERRIDDEN == {name for one in ours for name in vars(one) if name in theirs}


def test_pool_shows_its_guests(pve: SimulatedPve) -> None:
    """Whoever may use the pool, may see them."""
    with api(pve) as client:
        client.pools.post(poolid="mine")
        client.nodes("pve2").lxc.post(
            vmid=300, ostemplate=TEMPLATE, storage="local-lvm", pool="mine"
        )
        made = client.access.users("observability@pve").token("own").post(privsep=1)
        client.access.acl.put(path="/pool/mine", tokens=made["full-tokenid"], roles="PVEVMUser")
        members = client.pools("mine").get()["members"]
    with api(pve, f"{made['full-tokenid']}={made['value']}") as client:
        seen = client.cluster.resources.get(type="vm")

    assert ["lxc/300"] == [one["id"] for one in members] == [one["id"] for one in seen]
