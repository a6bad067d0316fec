"""Worker tasks: what started when, how it ended, what it said."""

import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

NODE, PID, PSTART = "sim", 0x7674, 0xA2F85
OK = "OK"
NOTIFYING = ("prunejob", "verificationjob", "syncjob", "garbage_collection")


def escape(text: str) -> str:
    """A worker's id as systemd escapes unit names, which is how a UPID carries it."""
    return re.sub(r"[^A-Za-z0-9_./@!]", lambda found: f"\\x{ord(found[0]):02x}", text)


@dataclass
class Task:
    """One run of a worker; `seconds` long."""

    number: int
    kind: str
    id: str
    user: str
    started: int
    seconds: float
    result: str
    lines: list[str]
    on_end: Callable[[], None] | None = None

    @property
    def upid(self) -> str:
        """The task's name, in ten parts."""
        parts = f"{PID:08X}:{PSTART:08X}:{self.number:08X}:{self.started:08X}"
        return f"UPID:{NODE}:{parts}:{self.kind}:{escape(self.id)}:{self.user}:"

    def ended(self, now: float) -> int | None:
        """When it ended, in Unix time; None while it runs."""
        end = self.started + self.seconds
        return int(end) if now >= end else None


@dataclass
class Tasks:
    """All tasks, the newest last."""

    now: Callable[[], float]
    all: list[Task] = field(default_factory=list)

    def start(
        self,
        kind: str,
        id_: str,
        user: str,
        lines: Iterable[str] = (),
        *,
        result: str = OK,
        seconds: float = 0,
        on_end: Callable[[], None] | None = None,
    ) -> Task:
        """A task that runs from now on for so many seconds, and then does what is left to do."""
        task = Task(
            len(self.all), kind, id_, user, int(self.now()), seconds, result, list(lines), on_end
        )
        self.all.append(task)
        self.settle()
        return task

    def settle(self) -> None:
        """Do what tasks that have ended by now were to do."""
        for task in self.all:
            if task.on_end and task.ended(self.now()) is not None:
                finish, task.on_end = task.on_end, None
                finish()

    def find(self, upid: str) -> Task | None:
        return next((task for task in self.all if task.upid == upid), None)

    def status(self, upid: str) -> dict[str, Any]:
        """What the server says of a task; one that never was has stopped for reasons unknown."""
        task = self.find(upid)
        _, node, pid, pstart, _, started, kind, id_, user, *_ = upid.split(":")
        owner, _, token = user.partition("!")
        end = task.ended(self.now()) if task else 0
        return {
            "upid": upid,
            "node": node,
            "pid": int(pid, 16),
            "pstart": int(pstart, 16),
            "starttime": int(started, 16),
            "type": kind,
            "id": task.id if task else id_,
            "user": owner,
            **({"tokenid": token} if token else {}),
            "status": "running" if end is None else "stopped",
            **({"endtime": end} if task and end is not None else {}),
            **({"exitstatus": task.result if task else "unknown"} if end is not None else {}),
        }

    def log(self, upid: str, *, start: int = 0, limit: int = 50) -> dict[str, Any]:
        """Lines of a task's log, with their numbers; all of them where `limit` is 0."""
        task = self.find(upid)
        lines = self._lines(task) if task else []
        shown = lines[start : start + limit] if limit else lines[start:]
        rows = [{"n": start + n, "t": text} for n, text in enumerate(shown, 1)]
        return {"data": rows, "total": len(lines), "success": 1}

    def _lines(self, task: Task) -> list[str]:
        lines, end = list(task.lines), task.ended(self.now())
        if end is not None and task.kind in NOTIFYING:
            lines.append(f"queued notification (id={uuid.uuid5(uuid.NAMESPACE_OID, task.upid)})")
        if end is not None:
            known = task.result == OK or task.result.startswith("WARNINGS")
            lines.append(f"TASK {task.result}" if known else f"TASK ERROR: {task.result}")
        moment = datetime.fromtimestamp(task.started, UTC).isoformat()
        return [f"{moment}: {line}" for line in lines]

    def listed(self, query: dict[str, Any]) -> dict[str, Any]:
        """The newest first, filtered as the query asks."""
        found = [self._row(task) for task in reversed(self.all) if self._asked(task, query)]
        start, limit = query.get("start", 0), query.get("limit", 50)
        return {
            "data": found[start : start + limit] if limit else found[start:],
            "total": len(found),
        }

    def _asked(self, task: Task, query: dict[str, Any]) -> bool:
        end = task.ended(self.now())
        state = None if end is None else _state(task.result)
        tests = (
            not query.get("running") or end is None,
            not query.get("errors") or state in ("warning", "error"),
            not query.get("statusfilter") or state in query["statusfilter"],
            query.get("typefilter", "") in task.kind,
            query.get("userfilter", "") in task.user,
            query.get("since", 0) <= task.started,
            query.get("until", task.started) >= task.started,
            not query.get("store") or re.split(r"[:/]", task.id)[0] == query["store"],
        )
        return all(tests)

    def _row(self, task: Task) -> dict[str, Any]:
        end = task.ended(self.now())
        return {
            "upid": task.upid,
            "node": "localhost",
            "pid": PID,
            "pstart": PSTART,
            "starttime": task.started,
            "worker_type": task.kind,
            "worker_id": task.id,
            "user": task.user,
            **({"endtime": end, "status": task.result} if end is not None else {}),
        }


def _state(result: str) -> str:
    if result == OK:
        return "ok"
    return "warning" if result.startswith("WARNINGS") else "error"
