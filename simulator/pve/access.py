"""Users and the access control list, stored and enforced."""

from typing import Any

from simulator.pve.extension import Extension, Routes, Values, items, refuse
from simulator.pve.rights import ROOT, Entry, Rights, levels

REALMS = {"pam": "Linux PAM standard authentication", "pve": "Proxmox VE authentication server"}
USER_FIELDS = ("comment", "email", "enable", "expire", "firstname", "keys", "lastname")
SUBJECTS = {"users": "user", "groups": "group", "tokens": "token"}
# What PVE lists the rights of, besides the paths of the list itself.
PATHS = ("/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms")


class AccessApi(Extension):
    """Users, the list, and the check itself."""

    rights: Rights

    def allowed(self, user: str, path: str, priv: str) -> bool:
        """Whether the user or token has the privilege there, or by the pool of the guest."""
        if priv in self.rights.privileges(user, path):
            return True
        kind, _, rest = path.lstrip("/").partition("/")
        by_pool = (
            f"/pool/{name}"
            for name, members in self.pools.items()
            if kind == "vms" and rest.isdigit() and int(rest) in members
        )
        return any(priv in self.rights.privileges(user, pool) for pool in by_pool)

    def _routes_simulated_access(self) -> Routes:
        user = "/access/users/{userid}"
        return [
            ("GET", "/access/users", self._users),
            ("POST", "/access/users", self._user_create),
            ("GET", user, self._user),
            ("PUT", user, self._user_update),
            ("DELETE", user, self._user_delete),
            ("GET", "/access/acl", self._acl_list),
            ("PUT", "/access/acl", self._acl_update),
        ]

    async def _permissions(self, v: Values, user: str) -> dict[str, dict[str, int]]:
        who = v.get("userid") or user
        if who != user and not self.allowed(user, "/access", "Sys.Audit"):
            refuse(403, "Permission check failed (/access, Sys.Audit)")
        asked = v.get("path")
        paths = [asked] if asked else [*PATHS, *(entry.path for entry in self.rights.entries)]
        held = {path: self.rights.privileges(who, path) for path in sorted(set(paths))}
        return {
            path: {privilege: int(goes_on) for privilege, goes_on in sorted(privileges.items())}
            for path, privileges in held.items()
            if privileges or asked
        }

    # Users

    def _sees_users(self, user: str) -> bool:
        return any(
            self.allowed(user, "/access/groups", one) for one in ("User.Modify", "Sys.Audit")
        )

    async def _users(self, v: Values, user: str) -> list[Values]:
        own = user.partition("!")[0]
        return [
            self._shown_user(name, full=bool(v.get("full")))
            for name in sorted(self.rights.users)
            if self._sees_users(user) or name == own
        ]

    async def _user(self, v: Values, _user: str) -> Values:
        self._known_user(v["userid"])
        shown = self._shown_user(v["userid"], full=True)
        shown["groups"] = self.rights.groups_of(v["userid"])
        shown["tokens"] = {one.pop("tokenid"): one for one in shown["tokens"]}
        shown.pop("userid")
        shown.pop("realm-type")
        return shown

    def _shown_user(self, name: str, *, full: bool) -> Values:
        stored = self.rights.users[name]
        shown: Values = {"userid": name, "enable": 1, "expire": 0, "realm-type": name.split("@")[1]}
        shown |= {key: value for key, value in stored.items() if key != "groups"}
        if full:
            shown["groups"] = ",".join(self.rights.groups_of(name))
            shown["tokens"] = [
                {"tokenid": token.partition("!")[2], **stored}
                for token, stored in sorted(self.rights.tokens.items())
                if token.startswith(f"{name}!")
            ]
        return shown

    async def _user_create(self, v: Values, _user: str) -> None:
        self.need_quorum()
        name = v["userid"]
        realm = name.rpartition("@")[2]
        if realm not in REALMS:
            refuse(500, f"create user failed: domain '{realm}' does not exist")
        if name in self.rights.users:
            refuse(500, f"create user failed: user '{name}' already exists")
        self.rights.users[name] = {}
        self._store_user(name, v)

    async def _user_update(self, v: Values, _user: str) -> None:
        self.need_quorum()
        self._known_user(v["userid"])
        self._store_user(v["userid"], v)

    def _store_user(self, name: str, v: Values) -> None:
        stored = self.rights.users[name]
        stored.update({key: v[key] for key in USER_FIELDS if v.get(key) is not None})
        if "groups" in v:
            before = self.rights.groups_of(name) if v.get("append") else []
            wanted = sorted({*before, *items(v["groups"])})
            stored["groups"] = [group for group in wanted if group in self.rights.groups]

    async def _user_delete(self, v: Values, _user: str) -> None:
        self.need_quorum()
        self._known_user(v["userid"])
        name = v["userid"]
        del self.rights.users[name]
        for token in [one for one in self.rights.tokens if one.startswith(f"{name}!")]:
            self.forget(token)
        self.forget(name)

    def forget(self, ugid: str) -> None:
        """Take a user or token, and its lines, out of everything."""
        self.rights.tokens.pop(ugid, None)
        self.apitokens.pop(ugid, None)
        self.rights.entries = [one for one in self.rights.entries if one.ugid != ugid]

    def _known_user(self, name: str) -> None:
        if name not in self.rights.users:
            refuse(500, f"no such user ('{name}')")

    # Access control

    async def _acl_list(self, _v: Values, user: str) -> list[Values]:
        everything = self.allowed(user, "/access", "Sys.Audit")
        return [
            {
                "path": one.path,
                "type": one.type,
                "ugid": one.ugid,
                "roleid": one.role,
                "propagate": int(one.propagate),
            }
            for one in self.rights.entries
            if everything or self.allowed(user, one.path, "Permissions.Modify")
        ]

    async def _acl_update(self, v: Values, _user: str) -> None:
        self.need_quorum()
        path = levels(v["path"])[-1]
        propagate = bool(v.get("propagate", 1))
        for parameter, kind in SUBJECTS.items():
            for ugid in items(v.get(parameter)):
                for role in items(v["roles"]):
                    entry = Entry(path=path, type=kind, ugid=ugid, role=role, propagate=propagate)
                    self._acl_put(entry, delete=bool(v.get("delete")))

    def _acl_put(self, entry: Entry, *, delete: bool) -> None:
        known: dict[str, Any] = {
            "user": self.rights.users,
            "group": self.rights.groups,
            "token": self.rights.tokens,
        }
        if entry.role not in self.rights.roles:
            refuse(500, f"ACL update failed: role '{entry.role}' does not exist")
        if not delete and entry.ugid not in known[entry.type]:
            refuse(500, f"ACL update failed: {entry.type} '{entry.ugid}' does not exist")
        same = (entry.path, entry.type, entry.ugid, entry.role)
        self.rights.entries = [
            one for one in self.rights.entries if (one.path, one.type, one.ugid, one.role) != same
        ]
        if not delete:
            self.rights.entries.append(entry)

    async def synthesise(self, match: Any, method: str, *rest: Any) -> Any:
        """As fakepve's; but realms, which anybody may list, and so can't be a route of ours."""
        if (method, match.template) == ("GET", "/access/domains"):
            return [
                {"realm": realm, "type": realm, "comment": comment}
                for realm, comment in REALMS.items()
            ]
        return await super().synthesise(match, method, *rest)  # type: ignore[misc]


def new_rights() -> Rights:
    """root@pam alone."""
    return Rights(users={ROOT: {"enable": 1}})
