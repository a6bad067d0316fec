"""Backup jobs of the cluster, and which guests they leave out."""

import uuid
from typing import Any

from simulator.pve.extension import Extension, Routes, Values, items, refuse

SELECTIONS = ("vmid", "all", "pool")
# PVE answers with objects where it takes property strings.
PROPERTIES = ("prune-backups", "fleecing", "performance")


class BackupJobApi(Extension):
    """/cluster/backup and /cluster/backup-info/not-backed-up."""

    jobs: dict[str, Values]

    def _routes_simulated_backup_jobs(self) -> Routes:
        one = "/cluster/backup/{id}"
        return [
            ("GET", "/cluster/backup", self._backup_jobs),
            ("POST", "/cluster/backup", self._backup_job_create),
            ("GET", one, self._backup_job),
            ("PUT", one, self._backup_job_update),
            ("DELETE", one, self._backup_job_delete),
            ("GET", "/cluster/backup-info/not-backed-up", self._not_backed_up),
        ]

    async def _backup_jobs(self, _v: Values, _user: str) -> list[Values]:
        return [_shown(name, job) for name, job in sorted(self.jobs.items())]

    async def _backup_job(self, v: Values, _user: str) -> Values:
        if v["id"] not in self.jobs:
            refuse(400, "Parameter verification failed.", id=f"No such job '{v['id']}'")
        return _shown(v["id"], self.jobs[v["id"]])

    async def _backup_job_create(self, v: Values, _user: str) -> None:
        self.need_quorum()
        name = v.get("id") or f"backup-{uuid.uuid4()}"
        if name in self.jobs:
            refuse(500, f"Job '{name}' already exists")
        if not v.get("schedule"):
            missing = "neither 'starttime' nor 'schedule' were set"
            refuse(400, "Parameter verification failed.", schedule=missing)
        job = {key: value for key, value in v.items() if key != "id"}
        _check_selection(job)
        self.jobs[name] = job

    async def _backup_job_update(self, v: Values, _user: str) -> None:
        self.need_quorum()
        if v["id"] not in self.jobs:
            refuse(500, "no such vzdump job")
        deleted = items(v.get("delete"))
        job = {key: value for key, value in self.jobs[v["id"]].items() if key not in deleted}
        given = {key: value for key, value in v.items() if key not in ("id", "delete")}
        if any(given.get(key) for key in SELECTIONS):
            job = {key: value for key, value in job.items() if key not in SELECTIONS}
        job |= given
        _check_selection(job)
        self.jobs[v["id"]] = job

    async def _backup_job_delete(self, v: Values, _user: str) -> None:
        self.need_quorum()
        if v["id"] not in self.jobs:
            refuse(400, "Parameter verification failed.", id=f"No such job '{v['id']}'")
        del self.jobs[v["id"]]

    async def _not_backed_up(self, _v: Values, user: str) -> list[Values]:
        """A job counts even if it is switched off: so it does in PVE."""
        covered = {vmid for job in self.jobs.values() for vmid in self._selected(job)}
        return [
            {"vmid": guest.vmid, "type": guest.guest.partition("/")[0], "name": guest.name}
            for guest in self.guests()
            if guest.vmid not in covered and self.allowed(user, f"/vms/{guest.vmid}", "VM.Audit")
        ]

    def _selected(self, job: Values) -> set[int]:
        on_node = {g.vmid for g in self.guests() if job.get("node") in (None, g.node)}
        if job.get("all"):
            return on_node - {int(vmid) for vmid in items(job.get("exclude"))}
        if job.get("pool"):
            return on_node & self.pools.get(job["pool"], set())
        return on_node & {int(vmid) for vmid in items(job.get("vmid"))}


def _check_selection(job: Values) -> None:
    given = [key for key in SELECTIONS if job.get(key)]
    if not given:
        refuse(400, "Parameter verification failed.", vmid="property is missing")
    if len(given) > 1:
        conflict = f"option conflicts with option '{given[0]}'"
        refuse(400, "Parameter verification failed.", **{given[1]: conflict})


def _shown(name: str, job: Values) -> Values:
    shown: Values = {"id": name, "type": "vzdump", "enabled": 1, **job}
    for key in PROPERTIES:
        if key in shown:
            shown[key] = _parsed(shown[key])
    return shown


def _parsed(text: Any) -> dict[str, str]:
    return dict(one.partition("=")[::2] for one in str(text).split(","))
