"""Who may do what: users, groups, tokens, roles and access control, as PVE evaluates them.

Follows PVE::AccessControl (roles) and PVE::RPCEnvironment (permissions) of PVE 9.
"""

from dataclasses import dataclass, field

from fakepve.shapes import PRIVILEGES

ROOT = "root@pam"

AUDIT = frozenset(privilege for privilege in PRIVILEGES if privilege.endswith(".Audit"))
# What PVE's tables keep for root and Administrator.
ROOTS_OWN = frozenset(
    {
        "Permissions.Modify",
        "Realm.Allocate",
        "Sys.AccessNetwork",
        "Sys.Incoming",
        "Sys.Modify",
        "Sys.PowerMgmt",
    }
)
VM_USER = frozenset(
    {
        "VM.Audit",
        "VM.Backup",
        "VM.Config.CDROM",
        "VM.Config.Cloudinit",
        "VM.Console",
        "VM.GuestAgent.Audit",
        "VM.PowerMgmt",
    }
)


def _of(*prefixes: str) -> frozenset[str]:
    return frozenset(one for one in PRIVILEGES if one.startswith(prefixes)) - ROOTS_OWN


BUILT_IN: dict[str, frozenset[str]] = {
    "Administrator": frozenset(PRIVILEGES),
    "NoAccess": frozenset(),
    "PVEAdmin": frozenset(PRIVILEGES) - ROOTS_OWN,
    "PVEAuditor": AUDIT,
    "PVEDatastoreAdmin": _of("Datastore."),
    "PVEDatastoreUser": frozenset({"Datastore.AllocateSpace", "Datastore.Audit"}),
    "PVEMappingAdmin": _of("Mapping."),
    "PVEMappingAuditor": frozenset({"Mapping.Audit"}),
    "PVEMappingUser": frozenset({"Mapping.Audit", "Mapping.Use"}),
    "PVEPoolAdmin": _of("Pool."),
    "PVEPoolUser": frozenset({"Pool.Audit"}),
    "PVESDNAdmin": _of("SDN."),
    "PVESDNUser": frozenset({"SDN.Audit", "SDN.Use"}),
    "PVESysAdmin": _of("Sys."),
    "PVETemplateUser": frozenset({"VM.Audit", "VM.Clone"}),
    "PVEUserAdmin": _of("User.", "Group.", "Realm."),
    "PVEVMAdmin": _of("VM."),
    "PVEVMUser": VM_USER,
}
"""The roles that nobody can change, and their privileges."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the access control list."""

    path: str
    type: str
    """user, group or token"""
    ugid: str
    role: str
    propagate: bool = True


@dataclass
class Rights:
    """The site's user.cfg; PVE's own names of fields are the keys of the dictionaries."""

    users: dict[str, dict[str, object]] = field(default_factory=dict)
    tokens: dict[str, dict[str, object]] = field(default_factory=dict)
    """By `user@realm!name`."""
    groups: dict[str, dict[str, object]] = field(default_factory=dict)
    own_roles: dict[str, frozenset[str]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    @property
    def roles(self) -> dict[str, frozenset[str]]:
        """Built-in and own ones."""
        return BUILT_IN | self.own_roles

    def privileges(self, who: str, path: str) -> dict[str, bool]:
        """Those of a user or token at the path; the value says whether they go on below it."""
        if who == ROOT:
            return dict.fromkeys(PRIVILEGES, True)
        user, _, name = who.partition("!")
        token = self.tokens.get(who)
        if name and token is None:
            return {}
        users = self.privileges(user, path) if name else {}
        if token is not None and not token["privsep"]:
            return users
        own: dict[str, bool] = {}
        for role, propagate in self._roles_at(who, path).items():
            for privilege in self.roles.get(role, ()):
                own[privilege] = own.get(privilege, False) or propagate
        if not name:
            return own
        return {one: goes_on and users[one] for one, goes_on in own.items() if one in users}

    def groups_of(self, user: str) -> list[str]:
        """Names of the groups that the user is in."""
        listed = self.users.get(user, {}).get("groups", [])
        return sorted(listed) if isinstance(listed, list) else []

    def _roles_at(self, who: str, path: str) -> dict[str, bool]:
        """The deepest path that says anything about one counts; users' lines before groups'."""
        found: dict[str, bool] = {}
        for level in levels(path):
            here = [
                entry
                for entry in self.entries
                if entry.path == level and (entry.propagate or level == path)
            ]
            mine = [one for one in here if one.type in ("user", "token") and one.ugid == who]
            groups = self.groups_of(who)
            by_group = [one for one in here if one.type == "group" and one.ugid in groups]
            if mine or by_group:
                found = {entry.role: entry.propagate for entry in mine or by_group}
        return {} if "NoAccess" in found else found


def levels(path: str) -> list[str]:
    """The path and those above it, from / on."""
    parts = [part for part in path.split("/") if part]
    return ["/"] + ["/" + "/".join(parts[: n + 1]) for n in range(len(parts))]
