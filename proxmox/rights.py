"""The privileges that tokens need on a Proxmox VE site, and the `pveum` lines that give them."""

from collections.abc import Mapping
from dataclasses import dataclass

Permissions = Mapping[str, Mapping[str, bool]]
"""A token's privileges by path, and whether each holds for what lies below."""

AUDITOR = "PVEAuditor"
"""A role that every PVE has: all that only reads."""
AUDIT = ("Datastore.Audit", "Sys.Audit", "VM.Audit")


@dataclass(frozen=True, kw_only=True)
class Work:
    """Something that the program's own token does, and what that takes."""

    role: str
    """Name of the role that the printed lines make for it."""
    privileges: tuple[str, ...]
    of_pve_8: tuple[str, ...] = ()
    """What PVE 8 wants besides."""
    of_pve_9: tuple[str, ...] = ()
    """What PVE 9 and newer want besides."""

    def needed(self, major: int) -> tuple[str, ...]:
        """The privileges in this version of PVE."""
        return tuple(sorted({*self.privileges, *(self.of_pve_8 if major < 9 else self.of_pve_9)}))


# Read off the `permissions` of PVE 9's API schema, for the calls that make and change a guest.
GUESTS = Work(
    role="ObservabilityGuests",
    privileges=(
        "Datastore.AllocateSpace",
        "Datastore.AllocateTemplate",  # the cloud image and the template
        "Datastore.Audit",
        "Pool.Allocate",
        "Pool.Audit",
        "SDN.Use",
        "Sys.AccessNetwork",  # nodes download them
        "Sys.Audit",
        "VM.Allocate",
        "VM.Audit",
        "VM.Config.CDROM",
        "VM.Config.CPU",
        "VM.Config.Cloudinit",
        "VM.Config.Disk",
        "VM.Config.HWType",
        "VM.Config.Memory",
        "VM.Config.Network",
        "VM.Config.Options",
        "VM.PowerMgmt",
    ),
    # Addresses, asked of the guest agent; PVE 9 has replaced the one by the other.
    of_pve_8=("VM.Monitor",),
    of_pve_9=("VM.GuestAgent.Audit",),
)


def missing_to_audit(held: Permissions) -> list[str]:
    """Privileges of reading that aren't held on `/` for all that lies below."""
    on_top = held.get("/", {})
    return [privilege for privilege in AUDIT if not on_top.get(privilege)]


def more_than_audit(held: Permissions) -> list[str]:
    """Privileges that do more than read, on whatever path."""
    every = {privilege for privileges in held.values() for privilege in privileges}
    return sorted(privilege for privilege in every if not privilege.endswith(".Audit"))


def missing_for(work: Work, held: Permissions, major: int) -> list[str]:
    """Privileges that are held on no path at all.

    On which path they are needed depends on the site, which may have pools for them.
    """
    every = {privilege for privileges in held.values() for privilege in privileges}
    return [privilege for privilege in work.needed(major) if privilege not in every]


def lines_for_auditor(user: str, token: str) -> list[str]:
    """Give a token and its user, whose rights are its limit, the reading of everything."""
    return [f"pveum acl modify / --users {user} --tokens '{user}!{token}' --roles {AUDITOR}"]


def lines_for_new_auditor(user: str, token: str) -> list[str]:
    """Make a user that only reads, with a token, whose value the last line prints once."""
    return [
        f"pveum user add {user} --comment 'reads, for monitoring'",
        f"pveum user token add {user} {token} --privsep 1",
        *lines_for_auditor(user, token),
    ]


def lines_for(work: Work, user: str, token: str, major: int) -> list[str]:
    """Make the role, or bring it up to date, and give it to a token and its user."""
    of_role = f"{work.role} --privs '{' '.join(work.needed(major))}'"
    return [
        f"pveum role add {of_role} || pveum role modify {of_role}",
        f"pveum acl modify / --users {user} --tokens '{user}!{token}' --roles {work.role}",
    ]
