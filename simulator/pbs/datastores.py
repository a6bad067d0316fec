"""Datastores: their configuration, whose changes are tasks, and work on what lies in them."""

import uuid
from pathlib import PurePosixPath
from typing import Any

from simulator.pbs import calendar
from simulator.pbs.errors import FORBIDDEN, ApiError, bad, wrong
from simulator.pbs.kinds import DATASTORE, PRUNE, SYNC, VERIFY
from simulator.pbs.prune import KEEPS
from simulator.pbs.sections import Section
from simulator.pbs.server import Answer, Request, Server
from simulator.pbs.store import Snapshot, Store

READ = ("Datastore.Audit", "Datastore.Backup")
GC_LOG = ("Start GC phase1 (mark used chunks)", "Start GC phase2 (sweep unused chunks)")
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def create(server: Server, request: Request) -> Answer:
    """A task that makes the datastore; keep options become a prune job, or nothing at all."""
    given = dict(request.values)
    server.need(request, "/datastore", "Datastore.Allocate")
    name, path = given["name"], given["path"]
    if name in server.sections(DATASTORE):
        raise DATASTORE.taken(name)
    if not path.startswith("/"):
        raise wrong({"path": f"expected an absolute path, '{path}' is not"})
    keep = {key: given.pop(key) for key in KEEPS if key in given}
    schedule = given.pop("prune-schedule", None)
    reuse = given.pop("reuse-datastore", False)
    given.pop("overwrite-in-use", None)
    problem = _problem_with(server, path, reuse=reuse)

    def finish() -> None:
        section: dict[str, Any] = {}
        DATASTORE.store(section, given)
        server.sections(DATASTORE)[name] = section
        server.disks.setdefault(path, Store())
        if keep and schedule:
            job = f"default-{name}-{uuid.uuid4()}"[:32]
            server.sections(PRUNE)[job] = {"id": job, "store": name, "schedule": schedule, **keep}

    task = server.tasks.start(
        "create-datastore",
        name,
        request.auth_id,
        [f"Chunkstore create: {percent}%" for percent in range(1, 101)],
        result=problem or "OK",
        seconds=server.create_seconds,
        on_end=None if problem else finish,
    )
    return Answer(task.upid)


def _problem_with(server: Server, path: str, *, reuse: bool) -> str:
    """Why the worker can't make a datastore at a path; nothing where it can."""
    for name, section in server.sections(DATASTORE).items():
        there, here = PurePosixPath(section["path"]), PurePosixPath(path)
        if there == here or there in here.parents or here in there.parents:
            said = f"nested datastores not allowed: '{name}' already in \"{there}\""
            return f"parameter verification failed - 'path': {said}"
    if path in server.disks and not reuse:
        return "datastore path not empty"
    return ""


def delete(server: Server, request: Request) -> Answer:
    """A task that forgets the datastore, and its data only where that is asked for."""
    given, name = request.values, request.values["name"]
    file = server.files[DATASTORE.file]
    if name not in file.sections:
        raise DATASTORE.nothing_to_delete(name)
    file.check(given)
    server.need(request, f"/datastore/{name}", "Datastore.Allocate")
    section = file.sections.pop(name)
    if given.get("destroy-data"):
        del server.disks[section["path"]]
    if not given.get("keep-job-configs"):
        for kind in (PRUNE, VERIFY, SYNC):
            jobs = server.sections(kind)
            for id_ in [id_ for id_, job in jobs.items() if job["store"] == name]:
                del jobs[id_]
        entries = server.access.acl.sections
        for key in [key for key, entry in entries.items() if _under(entry["path"], name)]:
            del entries[key]
    task = server.tasks.start(
        "delete-datastore", name, request.auth_id, ["Removing datastore from config..."]
    )
    return Answer(task.upid, {"digest": NOTHING})


def _under(path: str, name: str) -> bool:
    return f"{path}/".startswith(f"/datastore/{name}/")


def overview(server: Server, request: Request) -> Answer:
    rows = [
        {
            "backend-type": "filesystem",
            "comment": section.get("comment"),
            "mount-status": "nonremovable",
            "store": name,
            **_maintenance(section),
        }
        for name, section in server.sections(DATASTORE).items()
        if any(server.may(request, f"/datastore/{name}", right) for right in READ)
    ]
    return Answer(rows)


def _maintenance(section: dict[str, Any]) -> dict[str, Any]:
    mode = section.get("maintenance-mode")
    return {"maintenance": mode} if mode else {}


def usage(server: Server, request: Request) -> Answer:
    rows = [
        {
            "store": name,
            "backend-type": "filesystem",
            "mount-status": "nonremovable",
            "gc-status": _gc_status(server.disks[section["path"]]),
            **server.disks[section["path"]].usage(),
        }
        for name, section in server.sections(DATASTORE).items()
        if any(server.may(request, f"/datastore/{name}", right) for right in READ)
    ]
    return Answer(rows)


def status(server: Server, request: Request) -> Answer:
    name = request.values["store"]
    server.need(request, f"/datastore/{name}", *READ)
    store = server.store(name)
    verbose = {"counts": _counts(store), "gc-status": _gc_status(store)}
    extra = verbose if request.values.get("verbose") else {}
    return Answer({"backend-type": "filesystem", **store.usage(), **extra})


def _counts(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = {"ct": None, "host": None, "other": None, "vm": None}
    for kind in ("ct", "host", "vm"):
        of_kind = [one for one in store.snapshots if one.kind == kind]
        if of_kind:
            groups = len({one.group for one in of_kind})
            found[kind] = {"groups": groups, "snapshots": len(of_kind)}
    return found


def _gc_status(store: Store) -> dict[str, Any]:
    left_out = ("last-run-endtime", "last-run-state", "duration")
    return {key: value for key, value in store.gc.items() if key not in left_out}


def namespaces(server: Server, request: Request) -> Answer:
    store = _readable(server, request)
    parent = request.values.get("parent", "")
    inside = sorted(
        ns for ns in store.namespaces if f"{ns}/".startswith(f"{parent}/") or not parent
    )
    return Answer([{"ns": ns} for ns in inside])


def add_namespace(server: Server, request: Request) -> Answer:
    given = request.values
    _need_in(server, request, "Datastore.Modify")
    store = server.writable(given["store"])
    return Answer(store.add_namespace(given["name"], given.get("parent", "")))


def remove_namespace(server: Server, request: Request) -> Answer:
    given = request.values
    _need_in(server, request, "Datastore.Modify")
    store = server.writable(given["store"])
    return Answer(store.remove_namespace(given["ns"], groups=given.get("delete-groups", False)))


def snapshots(server: Server, request: Request) -> Answer:
    store, given = _readable(server, request), request.values
    ns = given.get("ns", "")
    store.require(ns)
    found = sorted(store.under(ns, 0), key=lambda one: (one.group, -one.time))
    wanted = (given.get("backup-type"), given.get("backup-id"))
    return Answer([one.row() for one in found if _asked(one, *wanted)])


def _asked(snapshot: Snapshot, kind: str | None, id_: str | None) -> bool:
    return kind in (None, snapshot.kind) and id_ in (None, snapshot.id)


def forget_snapshot(server: Server, request: Request) -> Answer:
    _need_in(server, request, "Datastore.Modify", "Datastore.Prune")
    store, snapshot = _snapshot(server, request)
    if snapshot.protected:
        raise bad(f"snapshot {snapshot.name} is protected.")
    store.snapshots.remove(snapshot)
    return Answer()


def protect(server: Server, request: Request) -> Answer:
    _need_in(server, request, "Datastore.Modify", "Datastore.Backup")
    _snapshot(server, request)[1].protected = request.values["protected"]
    return Answer()


def _snapshot(server: Server, request: Request) -> tuple[Store, Snapshot]:
    given, store = request.values, server.writable(request.values["store"])
    key = (given["backup-type"], given["backup-id"], given["backup-time"])
    return store, store.find(given.get("ns", ""), *key)


def groups(server: Server, request: Request) -> Answer:
    store = _readable(server, request)
    ns = request.values.get("ns", "")
    store.require(ns)
    rows = [
        {
            "backup-count": len(found),
            "backup-id": id_,
            "backup-type": kind,
            "files": sorted(file["filename"] for file in found[0].files),
            "last-backup": found[0].time,
            "owner": found[0].owner,
        }
        for (_, kind, id_), found in sorted(store.groups(ns).items())
    ]
    return Answer(rows)


def prune_group(server: Server, request: Request) -> Answer:
    """Of one group: what stays and what goes; with `dry-run` nothing goes."""
    given = request.values
    _need_in(server, request, "Datastore.Modify", "Datastore.Prune")
    store = server.writable(given["store"])
    keep = {name: given[name] for name in KEEPS if name in given}
    group = [
        one
        for one in store.under(given.get("ns", ""), 0)
        if _asked(one, given["backup-type"], given["backup-id"])
    ]
    alone = Store(namespaces=store.namespaces, snapshots=group)
    rows = []
    for one, stays in alone.prune(keep, given.get("ns", ""), 0, dry_run=True):
        rows.append(
            {
                "backup-type": one.kind,
                "backup-id": one.id,
                "backup-time": one.time,
                "keep": stays,
                "protected": one.protected,
            }
        )
        if not stays and not given.get("dry-run"):
            store.snapshots.remove(one)
    return Answer(rows)


def verify(server: Server, request: Request) -> Answer:
    given, name = request.values, request.values["store"]
    _need_in(server, request, "Datastore.Verify", "Datastore.Backup")
    found = server.store(name).under(given.get("ns", ""), given.get("max-depth"))
    return Answer(run_verify(server, found, given, id_=name, auth_id=request.auth_id))


def run_verify(
    server: Server, found: list[Snapshot], options: Section, *, id_: str, auth_id: str
) -> str:
    """Verify snapshots in a task, a job's where `id_` has one; its name."""
    name, _, job = id_.partition(":")
    lines = [f"Starting datastore verify job '{id_}'"] if job else []
    lines.append(f"verify datastore {name}")
    reading, verifying = options.get("read-threads", 1), options.get("verify-threads", 4)
    threads = f"{reading} read and {verifying} verify thread(s)"
    lines += [f"found {len({one.group for one in found})} groups", f"using {threads}"]
    lines += [f"verify {name}:{one.name}" for one in found]
    wrong_ones = [one for one in found if one.corrupt]
    if wrong_ones:
        lines.append("Failed to verify the following snapshots/groups:")
        lines += [f"\t{one.name}" for one in wrong_ones]
    result = "verification failed - please check the log for details" if wrong_ones else "OK"
    kind = "verificationjob" if job else "verify"
    task = server.tasks.start(kind, id_, auth_id, lines, result=result)
    server.store(name).verify(found, task.upid)
    return task.upid


def start_gc(server: Server, request: Request) -> Answer:
    name = request.values["store"]
    server.need(request, f"/datastore/{name}", "Datastore.Modify")
    store = server.writable(name)
    lines = [f"starting garbage collection on store {name}", *GC_LOG]
    task = server.tasks.start("garbage_collection", name, request.auth_id, lines)
    store.collect_garbage(task.upid, int(server.now()))
    return Answer(task.upid)


def gc_status(server: Server, request: Request) -> Answer:
    name = request.values["store"]
    server.need(request, f"/datastore/{name}", "Datastore.Audit")
    return Answer({"store": name, **server.store(name).gc})


def gc_overview(server: Server, request: Request) -> Answer:
    only = request.values.get("store")
    rows = [
        {"store": name, **_scheduled(server, section), **server.disks[section["path"]].gc}
        for name, section in server.sections(DATASTORE).items()
        if only in (None, name) and server.may(request, f"/datastore/{name}", "Datastore.Audit")
    ]
    return Answer(rows)


def _scheduled(server: Server, section: dict[str, Any]) -> dict[str, Any]:
    schedule = section.get("gc-schedule")
    return {"schedule": schedule, **calendar.next_run(schedule, server.now())} if schedule else {}


def _readable(server: Server, request: Request) -> Store:
    _need_in(server, request, *READ)
    return server.store(request.values["store"])


def _need_in(server: Server, request: Request, *rights: str) -> None:
    """Refuse as the namespace's check does."""
    path = "/".join(
        filter(None, ("/datastore", request.values["store"], request.values.get("ns", "")))
    )
    if not any(server.may(request, path, right) for right in rights):
        said = f"permission check failed - missing {'|'.join(rights)} on {path}"
        raise ApiError(FORBIDDEN, said)
