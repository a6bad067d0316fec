"""Groups of users, and roles."""

from simulator.pve.access import AccessApi
from simulator.pve.extension import Routes, Values, items, refuse
from simulator.pve.rights import BUILT_IN


class GroupApi(AccessApi):
    """/access/groups and /access/roles."""

    def _routes_simulated_groups(self) -> Routes:
        group, role = "/access/groups/{groupid}", "/access/roles/{roleid}"
        return [
            ("GET", "/access/groups", self._groups),
            ("POST", "/access/groups", self._group_create),
            ("GET", group, self._group),
            ("PUT", group, self._group_update),
            ("DELETE", group, self._group_delete),
            ("GET", "/access/roles", self._roles),
            ("POST", "/access/roles", self._role_create),
            ("GET", role, self._role),
            ("PUT", role, self._role_update),
            ("DELETE", role, self._role_delete),
        ]

    # Groups

    async def _groups(self, _v: Values, user: str) -> list[Values]:
        return [
            {"groupid": name, "users": ",".join(self._users_in(name)), **stored}
            for name, stored in sorted(self.rights.groups.items())
            if self._sees_users(user) or self.allowed(user, "/access/groups", "Group.Allocate")
        ]

    async def _group(self, v: Values, _user: str) -> Values:
        self._known_group(v["groupid"])
        return {"members": self._users_in(v["groupid"]), **self.rights.groups[v["groupid"]]}

    async def _group_create(self, v: Values, user: str) -> None:
        self.need_quorum()
        if v["groupid"] in self.rights.groups:
            refuse(500, f"create group failed: group '{v['groupid']}' already exists")
        self.rights.groups[v["groupid"]] = {}
        await self._group_update(v, user)

    async def _group_update(self, v: Values, _user: str) -> None:
        self.need_quorum()
        self._known_group(v["groupid"])
        if v.get("comment") is not None:
            self.rights.groups[v["groupid"]]["comment"] = v["comment"]

    async def _group_delete(self, v: Values, _user: str) -> None:
        self.need_quorum()
        name = v["groupid"]
        self._known_group(name)
        del self.rights.groups[name]
        for member in self.rights.users:
            remaining = [one for one in self.rights.groups_of(member) if one != name]
            self.rights.users[member]["groups"] = remaining
        self.rights.entries = [
            one for one in self.rights.entries if (one.type, one.ugid) != ("group", name)
        ]

    def _users_in(self, group: str) -> list[str]:
        return sorted(one for one in self.rights.users if group in self.rights.groups_of(one))

    def _known_group(self, name: str) -> None:
        if name not in self.rights.groups:
            refuse(500, f"group '{name}' does not exist")

    # Roles

    async def _roles(self, _v: Values, _user: str) -> list[Values]:
        return [
            {"roleid": name, "privs": ",".join(sorted(privs)), "special": int(name in BUILT_IN)}
            for name, privs in sorted(self.rights.roles.items())
        ]

    async def _role(self, v: Values, _user: str) -> dict[str, int]:
        if v["roleid"] not in self.rights.roles:
            refuse(500, f"role '{v['roleid']}' does not exist")
        return dict.fromkeys(sorted(self.rights.roles[v["roleid"]]), 1)

    async def _role_create(self, v: Values, _user: str) -> None:
        self.need_quorum()
        if v["roleid"] in self.rights.roles:
            refuse(500, f"create role failed: role '{v['roleid']}' already exists")
        self._store_role(v["roleid"], frozenset(items(v.get("privs"))))

    async def _role_update(self, v: Values, _user: str) -> None:
        self._own_role(v["roleid"])
        before = self.rights.own_roles[v["roleid"]] if v.get("append") else frozenset()
        self._store_role(v["roleid"], before | frozenset(items(v.get("privs"))))

    async def _role_delete(self, v: Values, _user: str) -> None:
        self._own_role(v["roleid"])
        del self.rights.own_roles[v["roleid"]]
        self.rights.entries = [one for one in self.rights.entries if one.role != v["roleid"]]

    def _own_role(self, name: str) -> None:
        self.need_quorum()
        if name in BUILT_IN:
            refuse(500, f"auto-generated role '{name}' can not be modified")
        if name not in self.rights.own_roles:
            refuse(500, f"role '{name}' does not exist")

    def _store_role(self, name: str, privileges: frozenset[str]) -> None:
        unknown = sorted(privileges - BUILT_IN["Administrator"])
        if unknown:
            refuse(500, f"invalid privilege '{unknown[0]}'")
        self.rights.own_roles[name] = privileges
