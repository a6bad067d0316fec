"""The cluster's state: nodes, quorum, storages, replication, subscription."""

import json
from typing import Any

from aiohttp import web

from simulator.pve.extension import Routes, Values, refuse
from simulator.pve.guests import GuestApi

# Replicated every 15 minutes, as PVE does by default.
EVERY = 900
REPLICATED = {"101-0": (101, "pve2"), "201-0": (201, "pve2")}
"""Replication jobs: the guest, and the node that its disks are sent to."""


class ClusterApi(GuestApi):
    """What prometheus-pve-exporter's collectors ask for, besides guests."""

    def _routes_simulated_cluster(self) -> Routes:
        return [
            ("GET", "/nodes/{node}/status", self._node_status),
            ("GET", "/nodes/{node}/replication", self._replication_list),
            ("GET", "/nodes/{node}/replication/{id}/status", self._replication_status),
            ("GET", "/nodes/{node}/subscription", self._subscription),
            ("GET", "/cluster/config/qdevice", self._qdevice),
            ("GET", "/cluster/replication", self._replication_jobs),
            ("GET", "/cluster/ha/resources", self._ha_resources),
            ("GET", "/cluster/ha/status/current", self._ha_status),
        ]

    async def _version(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"data": {"version": "9.0.10", "release": "9.0", "repoid": "simulated"}}
        )

    async def _nodes(self, request: web.Request) -> web.Response:
        return _with_load(await super()._nodes(request), self)  # type: ignore[misc]

    async def _resources(self, request: web.Request) -> web.Response:
        return _with_load(await super()._resources(request), self)  # type: ignore[misc]

    async def _cluster_status(self, request: web.Request) -> web.Response:
        """As fakepve's, without a field that PVE hasn't."""
        answer = await super()._cluster_status(request)  # type: ignore[misc]
        data = json.loads(answer.text)["data"]
        data[0].pop("online")
        return web.json_response({"data": data})

    async def _node_status(self, v: Values, _user: str) -> Values:
        load = self.node_load(v["node"])
        busy = f"{load['cpu'] * load['maxcpu']:.2f}"
        return {
            "cpu": load["cpu"],
            "cpuinfo": {"cpus": load["maxcpu"], "cores": load["maxcpu"] // 2, "sockets": 1},
            "loadavg": [busy, busy, busy],
            "memory": _used(load["mem"], load["maxmem"]),
            "rootfs": _used(load["disk"], load["maxdisk"])
            | {"avail": load["maxdisk"] - load["disk"]},
            "swap": _used(0, 0),
            "uptime": load["uptime"],
            "pveversion": "pve-manager/9.0.10/simulated",
            "kversion": "Linux simulated",
        }

    # Storages

    def _space(self, store: Values) -> tuple[int, int, int]:
        """As fakepve's; but what isn't available is used."""
        total, used, avail = super()._space(store)  # type: ignore[misc]
        return (total, total - avail, avail) if "total" in store else (total, used, avail)

    def _storage_resource(self, node: str, name: str) -> Values | None:
        item: Values | None = super()._storage_resource(node, name)  # type: ignore[misc]
        if item is None or not self._online(node):
            return None if item is None else item | {"status": "unknown"}
        total, used, _ = self._space(self.storages[name])
        return item | {"disk": used, "maxdisk": total}

    # Replication

    def _jobs_of(self, node: str) -> dict[str, tuple[Any, str]]:
        jobs = {job: (self.guest(vmid), target) for job, (vmid, target) in REPLICATED.items()}
        return {job: (g, target) for job, (g, target) in jobs.items() if g and g.node == node}

    async def _replication_list(self, v: Values, user: str) -> list[Values]:
        return [
            _replicated(job, guest, target) | self._replication_times(job)
            for job, (guest, target) in self._jobs_of(v["node"]).items()
            if self.allowed(user, f"/vms/{guest.vmid}", "VM.Audit")
        ]

    async def _replication_status(self, v: Values, _user: str) -> Values:
        jobs = self._jobs_of(v["node"])
        if v["id"] not in jobs:
            refuse(500, f"no such replication job '{v['id']}'")
        guest, target = jobs[v["id"]]
        return _replicated(v["id"], guest, target) | self._replication_times(v["id"])

    async def _replication_jobs(self, _v: Values, _user: str) -> list[Values]:
        listed = [(node, self._jobs_of(node)) for node in sorted(self.nodes)]
        return [
            {key: value for key, value in _replicated(job, *one).items() if key != "vmtype"}
            for _, jobs in listed
            for job, one in jobs.items()
        ]

    def _replication_times(self, job: str) -> Values:
        last = int(self.clock() // EVERY * EVERY)
        guest, target = REPLICATED[job]
        failed = 0 if self._online(target) else 1
        return {
            "last_sync": last - failed * EVERY,
            "last_try": last,
            "next_sync": last + EVERY,
            "duration": 3.0 + guest % 5,
            "fail_count": failed,
        }

    # High availability, subscription

    async def _ha_resources(self, _v: Values, _user: str) -> list[Values]:
        managed = [guest for guest in self.guests() if guest.ha_managed]
        return [
            {"sid": _sid(guest), "type": _sid(guest).partition(":")[0], "state": guest.ha_state}
            for guest in managed
        ]

    async def _ha_status(self, _v: Values, _user: str) -> list[Values]:
        quorum = {
            "id": "quorum",
            "type": "quorum",
            "node": min(self.nodes),
            "quorate": int(self.quorate),
            "status": "OK" if self.quorate else "No quorum",
        }
        services = [
            {
                "id": f"service:{_sid(guest)}",
                "type": "service",
                "sid": _sid(guest),
                "node": guest.node,
                "state": guest.ha_state,
                "status": f"{_sid(guest)} ({guest.node}, {guest.ha_state})",
            }
            for guest in self.guests()
            if guest.ha_managed
        ]
        return [quorum, *services]

    async def _subscription(self, _v: Values, _user: str) -> Values:
        return {"status": "notfound", "message": "There is no subscription key"}

    async def _qdevice(self, _v: Values, _user: str) -> Values:
        """A cluster of three needs none."""
        return {}


def _with_load(answer: web.Response, site: ClusterApi) -> web.Response:
    data = json.loads(answer.text or "")["data"]
    for item in data:
        if item["type"] == "node":
            item.update(site.node_load(item["node"]))
    return web.json_response({"data": data})


def _replicated(job: str, guest: Any, target: str) -> Values:
    return {
        "id": job,
        "guest": guest.vmid,
        "jobnum": job.partition("-")[2],
        "source": guest.node,
        "target": target,
        "type": "local",
        "vmtype": guest.guest.partition("/")[0],
        "schedule": "*/15",
    }


def _used(used: int, total: int) -> Values:
    return {"used": used, "total": total, "free": total - used}


def _sid(guest: Any) -> str:
    kind = "ct" if guest.guest.startswith("lxc/") else "vm"
    return f"{kind}:{guest.vmid}"
