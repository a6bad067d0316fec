"""Rights are evaluated as PVE does it."""

import pytest

from simulator.pve.rights import BUILT_IN, Entry, Rights


def rights(*entries: Entry, **tokens: int) -> Rights:
    """User a@pve in group ops, with tokens `a@pve!name` and their privsep."""
    return Rights(
        users={"a@pve": {"groups": ["ops"]}},
        tokens={f"a@pve!{name}": {"privsep": privsep} for name, privsep in tokens.items()},
        groups={"ops": {}},
        own_roles={"Reader": frozenset({"VM.Audit"})},
        entries=list(entries),
    )


def entry(path: str, role: str, ugid: str = "a@pve", *, propagate: bool = True) -> Entry:
    kind = "token" if "!" in ugid else "user" if "@" in ugid else "group"
    return Entry(path=path, type=kind, ugid=ugid, role=role, propagate=propagate)


def test_rights_go_down_the_path() -> None:
    """From / to everything, unless they don't propagate."""
    down = rights(entry("/", "PVEAuditor"))
    here = rights(entry("/vms", "PVEAuditor", propagate=False))

    assert down.privileges("a@pve", "/vms/100")["VM.Audit"] is True
    assert here.privileges("a@pve", "/vms")["VM.Audit"] is False
    assert {} == here.privileges("a@pve", "/vms/100")


def test_deeper_path_replaces_what_is_above() -> None:
    """It doesn't add to it."""
    found = rights(entry("/", "PVEVMAdmin"), entry("/vms/100", "Reader"))

    assert {"VM.Audit"} == set(found.privileges("a@pve", "/vms/100"))
    assert "VM.Allocate" in found.privileges("a@pve", "/vms/101")


def test_users_own_line_comes_before_the_groups() -> None:
    """On the same path; without one, the group's counts."""
    both = rights(entry("/", "PVEVMAdmin", "ops"), entry("/", "Reader"))
    group = rights(entry("/", "PVEVMAdmin", "ops"))

    assert {"VM.Audit"} == set(both.privileges("a@pve", "/vms/1"))
    assert "VM.Allocate" in group.privileges("a@pve", "/vms/1")


def test_no_access_takes_all() -> None:
    """Beside other roles on the same path too."""
    found = rights(entry("/", "PVEAdmin"), entry("/vms", "NoAccess"), entry("/vms", "PVEVMAdmin"))

    assert {} == found.privileges("a@pve", "/vms/1")


@pytest.mark.parametrize(
    ("of_user", "of_token", "expected"),
    [("PVEAuditor", "Reader", True), ("Reader", None, False), (None, "Reader", False)],
)
def test_separated_token_has_what_both_have(
    of_user: str | None, of_token: str | None, expected: bool
) -> None:
    """Its own lines, cut down to its user's."""
    lines = [
        entry("/", role, ugid) for role, ugid in ((of_user, "a@pve"), (of_token, "a@pve!t")) if role
    ]

    assert expected is ("VM.Audit" in rights(*lines, t=1).privileges("a@pve!t", "/vms/1"))


def test_unseparated_token_is_its_user() -> None:
    """All of its rights, and no lines needed."""
    found = rights(entry("/", "PVEVMAdmin"), t=0)

    assert found.privileges("a@pve", "/vms/1") == found.privileges("a@pve!t", "/vms/1")


def test_unknown_token_has_none() -> None:
    """Nor has a user without lines; root has everything."""
    found = rights()

    assert {} == found.privileges("a@pve!t", "/") == found.privileges("a@pve", "/")
    assert BUILT_IN["Administrator"] == set(found.privileges("root@pam", "/anywhere"))
