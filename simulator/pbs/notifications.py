"""Notification endpoints and matchers: one file, in which a name is taken once for all kinds."""

from typing import Any

from simulator.pbs.errors import bad, not_found
from simulator.pbs.sections import ConfigFile, Section
from simulator.pbs.server import Answer, Request, Server

MATCHER = "matcher"
ENDPOINTS = ("gotify", "sendmail", "smtp", "webhook")
SECRETS = ("password", "token")
WHERE = "/system/notifications"
BUILTIN: dict[str, Section] = {
    "mail-to-root": {
        "type": "sendmail",
        "name": "mail-to-root",
        "comment": "Send mails to root@pam's email address",
        "mailto-user": ["root@pam"],
        "origin": "builtin",
    },
    "default-matcher": {
        "type": MATCHER,
        "name": "default-matcher",
        "comment": "Route everything but successful prune job notifications to mail-to-root",
        "invert-match": True,
        "match-field": ["exact:type=prune"],
        "match-severity": ["info"],
        "mode": "all",
        "origin": "builtin",
        "target": ["mail-to-root"],
    },
}


def kind_of(template: str) -> str:
    """Which kind a path is about."""
    parts = template.split("/")
    return parts[4] if parts[3] == "endpoints" else MATCHER


def listed(server: Server, request: Request) -> Answer:
    server.need(request, WHERE, "Sys.Audit", "Sys.Modify")
    kind = kind_of(request.template)
    return Answer([_shown(one) for one in _file(server).sections.values() if one["type"] == kind])


def targets(server: Server, request: Request) -> Answer:
    server.need(request, WHERE, "Sys.Audit", "Sys.Modify")
    wanted = ("name", "comment", "origin", "type", "disable")
    rows = [
        {key: one[key] for key in wanted if key in one}
        for one in _file(server).sections.values()
        if one["type"] in ENDPOINTS
    ]
    return Answer(rows)


def read(server: Server, request: Request) -> Answer:
    server.need(request, WHERE, "Sys.Audit", "Sys.Modify")
    return Answer(_shown(_find(server, request)), {"digest": _file(server).digest})


def create(server: Server, request: Request) -> Answer:
    server.need(request, WHERE, "Sys.Modify")
    given, sections = request.values, _file(server).sections
    name = given["name"]
    if name in sections:
        raise bad(f"Cannot create '{name}', an entity with the same name already exists")
    kind = kind_of(request.template)
    section = {"type": kind, **given, "origin": "user-created"}
    _check(server, section)
    sections[name] = section
    return Answer()


def change(server: Server, request: Request) -> Answer:
    server.need(request, WHERE, "Sys.Modify")
    given, file = request.values, _file(server)
    file.check(given)
    section = _find(server, request)
    kept = {key: value for key, value in section.items() if key not in given.get("delete", ())}
    kept |= {
        key: value for key, value in given.items() if key not in ("delete", "digest", "secret")
    }
    if "secret" in given:
        kept["secret"] = _secrets(section.get("secret", []), given["secret"])
    if section["origin"] == "builtin":
        kept["origin"] = "modified-builtin"
    _check(server, kept)
    file.sections[given["name"]] = kept
    return Answer()


def delete(server: Server, request: Request) -> Answer:
    """Remove an entity; a built-in one is put back as it came."""
    server.need(request, WHERE, "Sys.Modify")
    section = _find(server, request)
    name, sections = section["name"], _file(server).sections
    users = sorted(one["name"] for one in sections.values() if name in one.get("target", ()))
    if users and section["type"] != MATCHER and name not in BUILTIN:
        raise bad(f"cannot delete '{name}', referenced by: {', '.join(users)}")
    del sections[name]
    if name in BUILTIN:
        sections[name] = dict(BUILTIN[name])
    return Answer()


def test_target(server: Server, request: Request) -> Answer:
    """Send a test: noted as a task, since nothing real is sent."""
    server.need(request, WHERE, "Sys.Modify")
    section = _find(server, request)
    server.tasks.start("notification-test", section["name"], request.auth_id)
    return Answer()


def _file(server: Server) -> ConfigFile:
    file = server.files["notifications"]
    for name, section in BUILTIN.items():
        file.sections.setdefault(name, dict(section))
    return file


def _find(server: Server, request: Request) -> Section:
    name, kind = request.values["name"], request.template.split("/")[3]
    section = _file(server).sections.get(name)
    wanted = (MATCHER,) if kind == "matchers" else ENDPOINTS
    of_path = kind_of(request.template) if kind == "endpoints" else None
    if section is None or section["type"] not in wanted or of_path not in (None, section["type"]):
        raise not_found(f"{'matcher' if kind == 'matchers' else 'endpoint'} '{name}' not found")
    return section


def _check(server: Server, section: Section) -> None:
    if section["type"] in ("smtp", "sendmail") and not (
        section.get("mailto") or section.get("mailto-user")
    ):
        raise bad("must at least provide one recipient, either in mailto or in mailto-user")
    for target in section.get("target", ()):
        known = _file(server).sections.get(target)
        if known is None or known["type"] == MATCHER:
            raise not_found(f"endpoint '{target}' does not exist")


def _secrets(known: list[str], given: list[str]) -> list[str]:
    """A webhook's secrets after a change: one that is named without a value keeps its own."""
    by_name = {_name(text): text for text in known}
    return [text if "value=" in text else by_name.get(_name(text), text) for text in given]


def _name(text: str) -> str:
    return next(part[5:] for part in text.split(",") if part.startswith("name="))


def _shown(section: Section) -> dict[str, Any]:
    """Without passwords and tokens; of a webhook's secrets, the names alone."""
    found = {
        key: value
        for key, value in section.items()
        if key not in (*SECRETS, "type") and value != []
    }
    if section.get("secret"):
        found["secret"] = [f"name={_name(text)}" for text in section["secret"]]
    if section["type"] == MATCHER:
        found.setdefault("mode", "all")
    return dict(sorted(found.items()))
