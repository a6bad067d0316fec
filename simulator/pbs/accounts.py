"""Users, their tokens, and the list of who may do what."""

from typing import Any

from simulator.pbs.access import REALMS, ROLES, ROOT
from simulator.pbs.errors import bad
from simulator.pbs.sections import Section
from simulator.pbs.server import Answer, Request, Server

DEFAULTS = {"enable": True, "expire": 0}
HIDDEN = ("password", "delete", "digest", "regenerate", "userid", "token-name")
AUDIT, MODIFY = ("/access/users", "Sys.Audit"), ("/access/users", "Permissions.Modify")


def users(server: Server, request: Request) -> Answer:
    """All users, or the asker alone where it may not see the others."""
    own = request.auth_id.partition("!")[0]
    rows = []
    for id_, entry in server.access.users.sections.items():
        if "userid" not in entry or not (id_ == own or server.may(request, *AUDIT)):
            continue
        row = _shown(entry)
        tokens = server.access.tokens_of(id_) if request.values.get("include_tokens") else []
        if tokens:
            row["tokens"] = [_shown(token) for token in tokens]
        rows.append(row)
    return Answer(rows, {"digest": server.access.users.digest})


def user(server: Server, request: Request) -> Answer:
    server.need(request, *AUDIT)
    found = server.access.user(request.values["userid"])
    return Answer(_shown(found), {"digest": server.access.users.digest})


def add_user(server: Server, request: Request) -> Answer:
    server.need(request, *MODIFY)
    id_ = request.values["userid"]
    realm = id_.rpartition("@")[2]
    if realm not in REALMS:
        raise bad(f"unknown realm '{realm}'")
    if id_ in server.access.users.sections:
        raise bad(f"user '{id_}' already exists.")
    server.access.add_user(id_, **_stored({}, request.values))
    return Answer()


def change_user(server: Server, request: Request) -> Answer:
    server.need(request, *MODIFY)
    server.access.users.check(request.values)
    id_ = request.values["userid"]
    found = server.access.user(id_)
    server.access.users.sections[id_] = _stored(found, request.values)
    return Answer()


def remove_user(server: Server, request: Request) -> Answer:
    server.need(request, *MODIFY)
    server.access.users.check(request.values)
    id_ = request.values["userid"]
    if id_ not in server.access.users.sections:
        raise bad(f"user '{id_}' does not exist.")
    server.access.remove(id_)
    return Answer()


def tokens(server: Server, request: Request) -> Answer:
    server.need(request, *AUDIT)
    found = server.access.tokens_of(request.values["userid"])
    rows = [{"token-name": token["tokenid"].partition("!")[2], **_shown(token)} for token in found]
    return Answer(rows, {"digest": server.access.users.digest})


def token(server: Server, request: Request) -> Answer:
    server.need(request, *AUDIT)
    return Answer(_shown(_token(server, request)), {"digest": server.access.users.digest})


def add_token(server: Server, request: Request) -> Answer:
    """The answer holds the secret, this once."""
    server.need(request, *MODIFY)
    server.access.users.check(request.values)
    id_ = _tokenid(request)
    server.access.user(request.values["userid"])
    if id_ in server.access.users.sections:
        name, owner = request.values["token-name"], request.values["userid"]
        raise bad(f"token '{name}' for user '{owner}' already exists.")
    secret = server.access.add_token(id_, **_stored({}, request.values))
    return Answer({"tokenid": id_, "value": secret})


def change_token(server: Server, request: Request) -> Answer:
    server.need(request, *MODIFY)
    server.access.users.check(request.values)
    found = _token(server, request)
    id_ = found["tokenid"]
    server.access.users.sections[id_] = _stored(found, request.values)
    if request.values.get("regenerate"):
        fields = {key: value for key, value in found.items() if key != "tokenid"}
        return Answer({"secret": server.access.add_token(id_, **fields)})
    return Answer()


def remove_token(server: Server, request: Request) -> Answer:
    server.need(request, *MODIFY)
    server.access.users.check(request.values)
    server.access.remove(_token(server, request)["tokenid"])
    return Answer()


def acl(server: Server, request: Request) -> Answer:
    """All entries, or none where the asker may not see them."""
    given, entries = request.values, server.access.acl.sections.values()
    path = given.get("path")
    rows = [
        entry
        for entry in entries
        if (path is None or entry["path"] == path
            or (not given.get("exact") and entry["path"].startswith(path.rstrip("/") + "/")))
        and server.may(request, "/access/acl", "Sys.Audit")
    ]  # fmt: skip
    return Answer(rows, {"digest": server.access.acl.digest})


def change_acl(server: Server, request: Request) -> Answer:
    """Put an entry or take it away; neither minds that it is so already."""
    given = request.values
    server.need(request, "/access/acl", "Permissions.Modify")
    server.access.acl.check(given)
    id_ = given.get("auth-id")
    if id_ is None:
        raise bad("missing 'userid' or 'group' parameter.")
    if given.get("delete"):
        server.access.acl.sections.pop(f"{given['path']} {given['role']} {id_}", None)
        return Answer()
    if id_ not in server.access.users.sections:
        raise bad("no such API token." if "!" in id_ else "no such user.")
    server.access.check_path(given["path"])
    propagate = given.get("propagate", True)
    server.access.grant(given["path"], given["role"], id_, propagate=propagate)
    return Answer()


def roles(_server: Server, _request: Request) -> Answer:
    rows = [
        {"comment": comment, "privs": list(rights), "roleid": name}
        for name, (comment, rights) in ROLES.items()
    ]
    return Answer(rows)


def permissions(server: Server, request: Request) -> Answer:
    """The asker's own privileges by path."""
    path = request.values.get("path")
    entries = server.access.acl.sections.values()
    paths = [path] if path else sorted({"/", *(entry["path"] for entry in entries)})
    asked = request.values.get("auth-id", request.auth_id)
    if request.auth_id not in (asked, ROOT):
        server.need(request, "/access", "Sys.Audit")
    found = {at: dict.fromkeys(sorted(server.access.privileges(asked, at)), True) for at in paths}
    return Answer(found)


def _tokenid(request: Request) -> str:
    return f"{request.values['userid']}!{request.values['token-name']}"


def _token(server: Server, request: Request) -> Section:
    id_ = _tokenid(request)
    if id_ not in server.access.users.sections:
        raise bad(f"no such token '{id_}'")
    return server.access.users.sections[id_]


def _stored(section: Section, given: dict[str, Any]) -> Section:
    """A section after a change; defaults and passwords aren't kept in it."""
    kept = {key: value for key, value in section.items() if key not in given.get("delete", ())}
    kept |= {key: value for key, value in given.items() if key not in HIDDEN}
    return {key: value for key, value in kept.items() if DEFAULTS.get(key) != value}


def _shown(entry: Section) -> Section:
    return dict(sorted(entry.items()))
