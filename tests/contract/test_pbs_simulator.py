"""The simulated PBS answers as the real one did: every recorded exchange, in its order."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

from simulator.pbs import prune
from simulator.pbs.app import BASE, FORM, Api
from simulator.pbs.server import Server
from simulator.pbs.store import Snapshot, Store
from toolchain.cache import CHECKOUT

FOLDER = CHECKOUT / "tests" / "contract" / "pbs"
EXCHANGES: list[dict[str, Any]] = json.loads((FOLDER / "recorded.json").read_text())["exchanges"]
CASES: list[dict[str, Any]] = json.loads((FOLDER / "prune-cases.json").read_text())["cases"]

# Exchanges to which the simulator answers otherwise, and why.
OTHERWISE = {
    3: "nobody logs in with a password here",
    **dict.fromkeys((153, 154), "paths that nothing of ours asks"),
    **dict.fromkeys(range(217, 228), "the server went by ACL entries of 5 seconds before"),
}
# What was measured, or named after the process that did it: there, but with other values.
MEASURED = {
    "avail", "cpu", "disk-bytes", "disk-chunks", "duration", "endtime", "free", "hits",
    "index-data-bytes", "index-file-count", "last-run-endtime", "loadavg", "misses", "pid",
    "pstart", "removed-bytes", "removed-chunks", "repoid", "size", "starttime", "still-bad",
    "total", "uptime", "used", "value", "wait", "node", "last-run-state",
}  # fmt: skip
# Not of the exchanges themselves: what had run before them, and a disk's past.
EARLIER = {"last-run-endtime", "last-run-state", "last-run-upid", "history", "history-delta"}
EARLIER |= {"history-start", "cache-stats"}
LONG_LOGS = {8, 146, 184, 187, 192}
ORDER = ("id", "name", "store", "userid", "tokenid", "roleid", "ugid", "filename", "backup-time")


@dataclass
class Replay:
    """Sends what was sent, and knows which of our values stands for which of theirs."""

    api: Api
    secrets: dict[str, str]
    ours: dict[str, str] = field(default_factory=dict)
    """Digests and task names: theirs to ours."""

    def send(self, exchange: dict[str, Any]) -> tuple[int, str | None, Any]:
        """Status, content type and body of our answer."""
        path, _, query = exchange["path"].partition("?")
        path = quote(self._ours(unquote(path)), safe="/@!")
        params = exchange.get("params") or {}
        pairs = params.items() if isinstance(params, dict) else params
        text = urlencode([(name, self._ours(str(value))) for name, value in _flat(pairs)])
        method = exchange["method"]
        in_query = method in ("GET", "DELETE")
        reply = self.api.answer(
            method,
            BASE + path,
            "&".join(filter(None, (query, text if in_query else ""))),
            b"" if in_query else text.encode(),
            {"content-type": FORM, "authorization": self._login(exchange.get("note", ""))},
        )
        body: Any = reply.body.decode()
        if reply.status == 200:
            body = json.loads(body)
            self._learn(exchange["body"], body)
        return reply.status, reply.content_type, body

    def _login(self, note: str) -> str:
        who = "weak@pbs!t" if note.startswith("token without") else "root@pam!test"
        secret = {"wrong token": "x"}.get(note, self.secrets.get(who, ""))
        return "" if note == "no credentials" else f"PBSAPIToken={who}:{secret}"

    def _ours(self, text: str) -> str:
        for theirs, ours in self.ours.items():
            text = text.replace(theirs, ours)
        return text

    def _learn(self, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
        if "digest" in theirs:
            known = self.ours.setdefault(theirs["digest"], ours["digest"])
            assert known == ours["digest"], "two states of a file have one digest"
        data = ours.get("data")
        if isinstance(data, str) and data.startswith("UPID:"):
            self.ours[theirs["data"]] = data
        if isinstance(data, dict) and "tokenid" in data and "value" in data:
            self.secrets[data["tokenid"]] = data["value"]


def _flat(pairs: Any) -> list[tuple[str, object]]:
    """One pair for each entry of an array."""
    return [
        (name, entry)
        for name, value in pairs
        for entry in (value if isinstance(value, list) else [value])
    ]


def comparable(value: Any, key: str = "") -> Any:
    """An answer without what can't be the same: measured values, names of tasks, digests."""
    if isinstance(value, dict):
        kept = {name: part for name, part in value.items() if name not in EARLIER}
        return {name: comparable(part, name) for name, part in sorted(kept.items())}
    if isinstance(value, list):
        rows = [comparable(part, key) for part in value]
        return sorted(rows, key=_place)
    if key in MEASURED or key in ("digest", "upid", "fingerprint"):
        return f"some {key}"
    if isinstance(value, str):
        value = re.sub(r"UPID:\S+:", "UPID", value)
        value = re.sub(r"\(id=[0-9a-f-]{36}\)", "(id)", value)
        return re.sub(r"^\d{4}-\d\d-\d\dT[\d:+]+: ", "", value)
    return value


def _place(row: Any) -> str:
    if isinstance(row, dict):
        return " ".join(str(row[name]) for name in ORDER if name in row) or json.dumps(row)
    return str(row)


def recorded_server() -> Replay:
    """The server as it was before the first exchange."""
    server = Server(now=lambda: 1795419553.0)
    access = server.access
    access.add_user("root@pam", comment="Superuser")
    access.add_user("admin@pbs")
    secrets = {id_: access.add_token(id_) for id_ in ("root@pam!test", "admin@pbs!test")}
    for id_ in ("admin@pbs!test", "root@pam!test", "admin@pbs"):
        access.grant("/", "Admin", id_)
    for name in ("ds1", "ds2"):
        add_store(server, name)
    job = EXCHANGES[42]["body"]["data"][0]
    server.files["prune"].sections[job["id"]] = dict(job)
    for section in EXCHANGES[87]["body"]["data"]:
        if section["store"] == "ds1":
            server.files["sync"].sections[section["id"]] = dict(section)
    remote = EXCHANGES[80]["body"]["data"][0]
    server.files["remote"].sections["rem1"] = {**remote, "password": secrets["admin@pbs!test"]}
    for time in (1795418951, 1795418952):
        backup = Snapshot(kind="host", id="testhost", time=time, owner="admin@pbs!test")
        backup.verification = {"upid": "", "state": "ok"}
        server.disks["/srv/pbs/ds1"].snapshots.append(backup)
    task = server.tasks.start("garbage_collection", "ds1", "admin@pbs!test")
    server.disks["/srv/pbs/ds1"].collect_garbage(task.upid, int(server.now()))
    server.tasks.start("backup", "ds1:host/testhost", "admin@pbs!test")
    server.tasks.start("create-datastore", "ds3", "admin@pbs!test", result="nested datastores")
    return Replay(Api(server), secrets)


def add_store(server: Server, name: str) -> None:
    path = f"/srv/pbs/{name}"
    server.files["datastore"].sections[name] = {"name": name, "path": path}
    server.disks[path] = Store()


def damage(server: Server) -> None:
    for snapshot in server.disks["/srv/pbs/ds1"].snapshots:
        snapshot.corrupt = True


# What was done to the server, other than over its API, before these exchanges.
BEFORE: dict[int, Callable[[Server], None]] = {
    172: lambda server: add_store(server, "prn"),
    185: damage,
}


def difference(number: int, exchange: dict[str, Any], answer: tuple[int, str | None, Any]) -> str:
    """How our answer differs from the recorded one; nothing where it doesn't."""
    status, content_type, body = answer
    if status != exchange["status"]:
        return f"{number}: {status} {body}, not {exchange['status']} {exchange['body']}"
    if status != 200 and content_type != exchange.get("content_type"):
        return f"{number}: {content_type}, not {exchange.get('content_type')}"
    ours, theirs = comparable(body), comparable(exchange["body"])
    if exchange["path"] == "/nodes/localhost/tasks":  # it remembers tasks of before
        ours, theirs = (sorted(each["data"][0]) if each["data"] else [] for each in (ours, theirs))
    if number in LONG_LOGS or exchange["path"].endswith("/status"):
        ours, theirs = (_shape(each) for each in (ours, theirs))
    return "" if ours == theirs else f"{number}: {ours}, not {theirs}"


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(part) for name, part in value.items()}
    return _shape(value[0]) if isinstance(value, list) and value else type(value).__name__


def test_answers_as_the_real_server_did() -> None:
    """Status, body and words of every exchange, but for those that are named with a reason."""
    replay = recorded_server()
    differences = []
    for number, exchange in enumerate(EXCHANGES):
        if number in BEFORE:
            BEFORE[number](replay.api.server)
        answer = replay.send(exchange)
        if number not in OTHERWISE and (text := difference(number, exchange, answer)):
            differences.append(text)

    assert not differences, "\n".join(differences)


def test_prune_selects_as_the_server_does() -> None:
    """All 36 recorded answers, snapshot by snapshot."""
    wrong = [
        (case["group"], case["keep"])
        for case in CASES
        if prune.kept([(time, protected) for time, protected, _ in case["snapshots"]], case["keep"])
        != [kept for *_, kept in case["snapshots"]]
    ]

    assert len(CASES) == 36
    assert not wrong
