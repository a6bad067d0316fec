"""The server itself: its version, its state, its tasks."""

from simulator.pbs.errors import bad
from simulator.pbs.kinds import INFLUXDB_HTTP
from simulator.pbs.server import Answer, Request, Server

VERSION = {"version": "4.2", "release": "3", "repoid": "simulated"}
GIB = 1024**3


def version(_server: Server, _request: Request) -> Answer:
    return Answer(VERSION)


def ping(_server: Server, _request: Request) -> Answer:
    return Answer({"pong": True})


def status(server: Server, request: Request) -> Answer:
    """Its load, which is no measurement: a quiet machine's."""
    server.need(request, "/system/status", "Sys.Audit")
    root = {"total": 32 * GIB, "used": 9 * GIB, "avail": 23 * GIB}
    return Answer(
        {
            "cpu": 0.05,
            "wait": 0.001,
            "loadavg": [0.2, 0.2, 0.2],
            "memory": {"total": 8 * GIB, "used": 2 * GIB, "free": 6 * GIB},
            "swap": {"total": 0, "used": 0, "free": 0},
            "root": root,
            "uptime": int(server.now()) % (90 * 86400),
        }
    )


def tasks(server: Server, request: Request) -> Answer:
    """All tasks, or the asker's own where it may not see the others."""
    found = server.tasks.listed(request.values)
    if not server.may(request, "/system/tasks", "Sys.Audit"):
        found["data"] = [row for row in found["data"] if row["user"] == request.auth_id]
        found["total"] = len(found["data"])
    return Answer(found["data"], {"total": found["total"]})


def task_status(server: Server, request: Request) -> Answer:
    return Answer(server.tasks.status(_upid(server, request)))


def task_log(server: Server, request: Request) -> Answer:
    given = request.values
    found = server.tasks.log(
        _upid(server, request), start=given.get("start", 0), limit=given.get("limit", 50)
    )
    return Answer(found["data"], {"total": found["total"], "success": found["success"]})


def _upid(server: Server, request: Request) -> str:
    upid = str(request.values["upid"])
    owner = upid.split(":")[-2] if upid.count(":") > 1 else ""
    if owner != request.auth_id and not server.may(request, "/system/tasks", "Sys.Audit"):
        raise bad("task access not allowed")
    return upid


def metric_servers(server: Server, request: Request) -> Answer:
    server.need(request, "/system", "Sys.Audit")
    file = server.files[INFLUXDB_HTTP.file]
    rows = [
        {
            "name": name,
            "type": section["type"],
            "enable": section.get("enable", True),
            "server": section.get("url") or section.get("host"),
            **({"comment": section["comment"]} if "comment" in section else {}),
        }
        for name, section in file.sections.items()
    ]
    return Answer(rows, {"digest": file.digest})
