"""Runs of prune, verify and sync jobs, and how they went."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from simulator.pbs import calendar, datastores
from simulator.pbs.kinds import DATASTORE, PRUNE, REMOTE, SYNC, VERIFY, Kind
from simulator.pbs.prune import KEEPS
from simulator.pbs.sections import Section
from simulator.pbs.server import Answer, Request, Server
from simulator.pbs.store import Snapshot

KINDS = {"prune": PRUNE, "verify": VERIFY, "sync": SYNC}


def overview(server: Server, kind: Kind, request: Request) -> Answer:
    """Each job's settings, when it is next due, and how its last run ended."""
    store = request.values.get("store")
    direction = request.values.get("sync-direction", "pull")
    rows = [
        {**kind.shown(job), **_last_run(server, kind, id_), **_due(server, job)}
        for id_, job in server.sections(kind).items()
        if store in (None, job["store"])
        and (kind is not SYNC or direction in ("all", job.get("sync-direction", "pull")))
        and server.may(request, kind.where(job), kind.audit)
    ]
    return Answer(rows, {"digest": server.files[kind.file].digest})


def _due(server: Server, job: Section) -> dict[str, int]:
    return {} if job.get("disable") else calendar.next_run(job.get("schedule"), server.now())


def _last_run(server: Server, kind: Kind, id_: str) -> dict[str, Any]:
    """While it runs, neither how nor when it ended."""
    task = server.last_runs.get((kind.noun, id_))
    if task is None:
        return {}
    ended = task.ended(server.now())
    known = {} if ended is None else {"last-run-endtime": ended, "last-run-state": task.result}
    return {"last-run-upid": task.upid, **known}


def run(server: Server, kind: Kind, request: Request) -> Answer:
    """Start a job now."""
    id_ = request.values["id"]
    job = server.sections(kind).get(id_)
    if job is None:
        raise kind.absent(id_)
    if not server.may(request, kind.where(job), kind.modify):
        raise kind.refuse(kind.modify, kind.where(job))
    upid = RUNNERS[kind.noun](server, job, request.auth_id)
    task = server.tasks.find(upid)
    if task:
        server.last_runs[kind.noun, id_] = task
    return Answer(upid)


def _prune(server: Server, job: Section, auth_id: str) -> str:
    keep = {name: job[name] for name in KEEPS if name in job}
    ns = job.get("ns", "")
    space = f"namespace '{ns}'" if ns else "root namespace"
    options = " ".join(f"--{name} {count}" for name, count in keep.items())
    lines = [
        f"prune job '{job['id']}'",
        f"Starting datastore prune on datastore '{job['store']}', {space}, down to full depth",
        f"retention options: {options}" if keep else "No prune selection - keeping all files.",
    ]
    if job["store"] not in server.sections(DATASTORE):
        said = f"no such datastore '{job['store']}'"
        return server.tasks.start("prunejob", job["store"], auth_id, lines, result=said).upid
    store = server.writable(job["store"])
    for snapshot, stays in store.prune(keep, ns, job.get("max-depth")):
        lines.append(f"{'keep' if stays else 'remove'} {snapshot.name}")
    return server.tasks.start("prunejob", job["store"], auth_id, lines).upid


def _verify(server: Server, job: Section, auth_id: str) -> str:
    found = server.store(job["store"]).under(job.get("ns", ""), job.get("max-depth"))
    if job.get("ignore-verified", True):
        oldest = server.now() - job.get("outdated-after", 0) * 86400
        found = [one for one in found if _unverified(server, one, oldest, job)]
    id_ = f"{job['store']}:{job['id']}"
    return datastores.run_verify(server, found, job, id_=id_, auth_id=auth_id)


def _unverified(server: Server, snapshot: Snapshot, oldest: float, job: Section) -> bool:
    """Whether a job that skips what is verified takes this snapshot."""
    if not snapshot.verification:
        return True
    task = server.tasks.find(snapshot.verification["upid"])
    return "outdated-after" in job and (task is None or task.started < oldest)


def _sync(server: Server, job: Section, auth_id: str) -> str:
    remote, here, there = job.get("remote"), job["store"], job["remote-store"]
    id_ = f"{remote or '-'}:{there}:{here}:{job.get('ns', '')}:{job['id']}"
    other = server if remote is None else server.others.get(_host(server, remote))
    if other is None:
        return server.tasks.start("syncjob", id_, auth_id, result="client error (Connect)").upid
    source, target = (other, there), (server, here)
    if job.get("sync-direction") == "push":
        source, target = target, source
    count = _copy(source[0].store(source[1]).snapshots, target[0], target[1], job)
    return server.tasks.start("syncjob", id_, auth_id, [f"sync of {count} snapshots"]).upid


def _host(server: Server, remote: str) -> str:
    return str(server.sections(REMOTE)[remote]["host"])


def _copy(snapshots: list[Snapshot], target: Server, name: str, job: Section) -> int:
    """Copy what the target doesn't have; how many that were."""
    store, ns = target.writable(name), job.get("ns", "")
    known = {(one.group, one.time) for one in store.snapshots}
    found = [one for one in snapshots if one.ns == job.get("remote-ns", "")]
    copies = [replace(one, ns=ns, verification=None) for one in found]
    missing = [one for one in copies if (one.group, one.time) not in known]
    store.namespaces.add(ns)
    store.snapshots.extend(missing)
    return len(missing)


RUNNERS: dict[str, Callable[[Server, Section, str], str]] = {
    PRUNE.noun: _prune,
    VERIFY.noun: _verify,
    SYNC.noun: _sync,
}
