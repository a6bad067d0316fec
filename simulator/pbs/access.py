"""Users, tokens, roles, and what each may do where."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.pbs.errors import bad
from simulator.pbs.sections import ConfigFile, Section

ROOT = "root@pam"
REALMS = ("pam", "pbs")
ADMIN = (
    "Sys.Audit", "Sys.Modify", "Sys.PowerManagement", "Datastore.Audit", "Datastore.Allocate",
    "Datastore.Modify", "Datastore.Read", "Datastore.Verify", "Datastore.Backup",
    "Datastore.Prune", "Permissions.Modify", "Remote.Audit", "Remote.Modify", "Remote.Read",
    "Remote.DatastoreBackup", "Remote.DatastoreModify", "Remote.DatastorePrune", "Sys.Console",
    "Tape.Audit", "Tape.Modify", "Tape.Write", "Tape.Read", "Realm.Allocate",
)  # fmt: skip
ROLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Admin": ("Administrator", ADMIN),
    "Audit": ("Auditor", ("Sys.Audit", "Datastore.Audit")),
    "NoAccess": ("Disable Access", ()),
    "DatastoreAdmin": (
        "Datastore Administrator",
        ("Datastore.Audit", "Datastore.Modify", "Datastore.Read", "Datastore.Verify",
         "Datastore.Backup", "Datastore.Prune"),
    ),
    "DatastoreReader": (
        "Datastore Reader (inspect datastore content and do restores)",
        ("Datastore.Audit", "Datastore.Read", "Datastore.Verify"),
    ),
    "DatastoreBackup": (
        "Datastore Backup (backup and restore owned backups)", ("Datastore.Backup",),
    ),
    "DatastorePowerUser": (
        "Datastore PowerUser (backup, restore and prune owned backup)",
        ("Datastore.Backup", "Datastore.Prune"),
    ),
    "DatastoreAudit": ("Datastore Auditor", ("Datastore.Audit",)),
    "RemoteAudit": ("Remote Auditor", ("Remote.Audit",)),
    "RemoteAdmin": ("Remote Administrator", ("Remote.Audit", "Remote.Modify", "Remote.Read")),
    "RemoteSyncOperator": ("Synchronization Operator", ("Remote.Audit", "Remote.Read")),
    "RemoteSyncPushOperator": (
        "Synchronisation Operator (push direction)", ("Remote.Audit", "Remote.DatastoreBackup"),
    ),
    "RemoteDatastorePowerUser": (
        "Remote Datastore Prune",
        ("Remote.Audit", "Remote.DatastoreBackup", "Remote.DatastorePrune"),
    ),
    "RemoteDatastoreAdmin": (
        "Remote Datastore Admin",
        ("Remote.Audit", "Remote.DatastoreBackup", "Remote.DatastoreModify",
         "Remote.DatastorePrune"),
    ),
    "TapeAudit": ("Tape Auditor", ("Tape.Audit",)),
    "TapeAdmin": (
        "Tape Administrator", ("Tape.Audit", "Tape.Modify", "Tape.Write", "Tape.Read"),
    ),
    "TapeOperator": ("Tape Operator", ("Tape.Audit", "Tape.Write", "Tape.Read")),
    "TapeReader": ("Tape Reader", ("Tape.Audit", "Tape.Read")),
}  # fmt: skip
ROOTS = ("access", "datastore", "remote", "system", "tape")


@dataclass
class Access:
    """The files user.cfg, token.shadow and acl.cfg."""

    users: ConfigFile = field(default_factory=ConfigFile)
    """Users and tokens by id; a token's is `user@realm!name`."""
    acl: ConfigFile = field(default_factory=ConfigFile)
    """Entries by `path role auth-id`."""
    secrets: dict[str, str] = field(default_factory=dict)
    """The tokens' secrets, which are in no digest."""

    def add_user(self, userid: str, **fields: Any) -> None:
        self.users.sections[userid] = {"userid": userid, **fields}

    def add_token(self, tokenid: str, secret: str | None = None, **fields: Any) -> str:
        """Make a token, with a secret of its own unless one is given; its secret."""
        self.users.sections[tokenid] = {"tokenid": tokenid, **fields}
        self.secrets[tokenid] = secret or str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
        return self.secrets[tokenid]

    def grant(self, path: str, role: str, auth_id: str, *, propagate: bool = True) -> None:
        self.acl.sections[f"{path} {role} {auth_id}"] = {
            "path": path, "roleid": role, "ugid": auth_id, "ugid_type": "user",
            "propagate": propagate,
        }  # fmt: skip

    def remove(self, auth_id: str) -> None:
        """Forget a user or token, its tokens and all that they might do."""
        gone = {id_ for id_ in self.users.sections if id_ == auth_id or _owner(id_) == auth_id}
        for id_ in gone:
            del self.users.sections[id_]
            self.secrets.pop(id_, None)
        self.acl.sections = {
            key: entry for key, entry in self.acl.sections.items() if entry["ugid"] not in gone
        }

    def user(self, userid: str) -> Section:
        if userid not in self.users.sections:
            raise bad(f"no such user '{userid}'")
        return self.users.sections[userid]

    def tokens_of(self, userid: str) -> list[Section]:
        return [entry for id_, entry in self.users.sections.items() if _owner(id_) == userid]

    def authenticated(self, tokenid: str, secret: str) -> bool:
        """Whether a token may come in: right secret, enabled, neither it nor its user expired."""
        known = self.secrets.get(tokenid)
        if known is None or not secrets.compare_digest(known, secret):
            return False
        both = (self.users.sections[tokenid], self.users.sections.get(_owner(tokenid), {}))
        return all(entry.get("enable", True) for entry in both)

    def privileges(self, auth_id: str, path: str) -> frozenset[str]:
        """What somebody may do at a path; a token never more than its user."""
        if auth_id == ROOT:
            return frozenset(ADMIN)
        own = self._granted(auth_id, path)
        if owner := _owner(auth_id):
            return own & self.privileges(owner, path)
        return own

    def _granted(self, auth_id: str, path: str) -> frozenset[str]:
        """By the entries of the nearest path above that has any for this id."""
        entries = [entry for entry in self.acl.sections.values() if entry["ugid"] == auth_id]
        parts = [part for part in path.split("/") if part]
        for length in range(len(parts), -1, -1):
            here = "/" + "/".join(parts[:length])
            roles = [
                entry["roleid"]
                for entry in entries
                if entry["path"] == here and (entry["propagate"] or length == len(parts))
            ]
            if roles:
                return frozenset(right for role in roles for right in ROLES[role][1])
        return frozenset()

    def check_path(self, path: str) -> None:
        """Refuse what no privilege is ever asked at."""
        first = path.strip("/").split("/")[0]
        if first and first not in ROOTS:
            raise bad(f"invalid acl path '{path}'.")


def _owner(auth_id: str) -> str:
    """A token's user; nothing for a user."""
    owner, mark, _ = auth_id.partition("!")
    return owner if mark else ""
