"""List, read, create, change and delete of config sections, which all kinds share."""

from typing import Any

from simulator.pbs.errors import ApiError, bad, wrong
from simulator.pbs.kinds import (
    DATASTORE,
    INFLUXDB_HTTP,
    INFLUXDB_UDP,
    PRUNE,
    REMOTE,
    S3,
    SYNC,
    VERIFY,
    Kind,
)
from simulator.pbs.reach import reaches
from simulator.pbs.sections import Section
from simulator.pbs.server import Answer, Request, Server

STORE_JOBS = (PRUNE, VERIFY, SYNC)


def listed(server: Server, kind: Kind, request: Request) -> Answer:
    """All sections that the asker may see; the digest is that of the whole file all the same."""
    file = server.files[kind.file]
    rows = [
        kind.shown(section)
        for section in file.sections.values()
        if _is(kind, section) and _may(server, kind, request, section, kind.audit)
    ]
    if kind is SYNC:
        wanted = request.values.get("sync-direction", "pull")
        rows = [row for row in rows if wanted in ("all", row.get("sync-direction", "pull"))]
    return Answer(rows, {"digest": file.digest})


def read(server: Server, kind: Kind, request: Request) -> Answer:
    id_ = request.values[kind.key]
    section = server.files[kind.file].sections.get(id_)
    if kind.audit.startswith(("Datastore", "Remote")) and section is None:
        _need(server, kind, request, {kind.key: id_, "store": ""}, kind.audit)
    if section is None or not _is(kind, section):
        raise kind.absent(id_)
    _need(server, kind, request, section, kind.audit)
    return Answer(kind.shown(section), {"digest": server.files[kind.file].digest})


def create(server: Server, kind: Kind, request: Request) -> Answer:
    given, file = request.values, server.files[kind.file]
    _need(server, kind, request, given, kind.modify)
    if given[kind.key] in file.sections:
        raise kind.taken(given[kind.key])
    _check(kind, given)
    section: Section = {}
    if kind.file == "metricserver":
        section["type"] = kind.noun
    kind.store(section, given)
    file.sections[given[kind.key]] = section
    return Answer()


def update(server: Server, kind: Kind, request: Request) -> Answer:
    given, file = request.values, server.files[kind.file]
    file.check(given)
    section = file.sections.get(given[kind.key])
    if section is None:
        raise kind.absent(given[kind.key])
    _need(server, kind, request, section, kind.modify)
    changed = {
        name: value for name, value in section.items() if name not in given.get("delete", ())
    }
    values = dict(given)
    if kind is VERIFY and values.get("ns") == "":
        del values["ns"]  # which is no change here, other than in a prune job
    _check(kind, {**changed, **values})
    kind.store(changed, values)
    section.clear()
    section.update(changed)
    return Answer()


def delete(server: Server, kind: Kind, request: Request) -> Answer:
    id_, file = request.values[kind.key], server.files[kind.file]
    if kind not in (PRUNE, VERIFY):
        file.check(request.values)
    section = file.sections.get(id_)
    if section is None:
        raise kind.nothing_to_delete(id_)
    file.check(request.values)
    _need(server, kind, request, section, kind.modify)
    _check_unused(server, kind, id_)
    del file.sections[id_]
    return Answer()


def _is(kind: Kind, section: Section) -> bool:
    """Whether a section of a file that several kinds share is of this one."""
    return section.get("type", kind.noun) == kind.noun or kind.file != "metricserver"


def _may(server: Server, kind: Kind, request: Request, section: Section, right: str) -> bool:
    return server.may(request, kind.where(section), right)


def _need(server: Server, kind: Kind, request: Request, section: Section, right: str) -> None:
    if not _may(server, kind, request, section, right):
        raise kind.refuse(right, kind.where(section))


def _check(kind: Kind, section: dict[str, Any]) -> None:
    """What no schema says."""
    if kind is DATASTORE:
        keeps = [name for name in section if name.startswith("keep-")]
        if keeps:
            raise wrong({keeps[0]: "datastore prune settings have been replaced by prune jobs"})
    if kind is SYNC:
        _check_sync(section)
    if kind in (INFLUXDB_HTTP, INFLUXDB_UDP) and section.get("enable", True):
        url = section.get("url") or f"//{section['host']}"
        if kind is INFLUXDB_HTTP and not reaches(url):
            raise bad(f"could not connect to {url}: client error (Connect)")


def _check_sync(section: dict[str, Any]) -> None:
    push = section.get("sync-direction") == "push"
    if "remote" not in section and section["store"] == section["remote-store"]:
        raise bad("source and target datastore can't be the same")
    if push and section.get("resync-corrupt"):
        raise bad("push jobs do not support resync-corrupt option")
    if not push and section.get("active-encryption-key"):
        raise bad("'active-encryption-key' only applies to push sync jobs")
    if section.get("unmount-on-done") and not section.get("run-on-mount"):
        raise bad("'unmount-on-done' can only be set when 'run-on-mount' is enabled")


def _check_unused(server: Server, kind: Kind, id_: str) -> None:
    if kind is REMOTE:
        for job, section in reversed(server.sections(SYNC).items()):
            if section.get("remote") == id_:
                store = section["store"]
                raise wrong(
                    {"name": f"remote '{id_}' is used by sync job '{job}' (datastore '{store}')"}
                )
    if kind is S3:
        for store, section in server.sections(DATASTORE).items():
            if f"client={id_}" in section.get("backend", "").split(","):
                raise ApiError(400, f"in-use by datastore {store}")
