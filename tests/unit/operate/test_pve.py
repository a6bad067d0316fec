"""The site is checked before an `up`, and only where there is one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fakepve import FakePve

from operate import lifecycle, pve
from operate.stack import OperateError, Stack
from tests.unit.commands import Commands
from tests.unit.proxmox.sites import AUDITOR, PROGRAM, fingerprint_of, furnished

UNREACHABLE = "pve.endpoint: https://127.0.0.1:9 can't be reached: Connection refused"
TOKENS = f"""
case "$3" in *audit) echo "{AUDITOR}";; *) echo "{PROGRAM}";; esac
exit 0
"""


@pytest.fixture
def site(fakepve: FakePve, commands: Commands) -> Iterator[FakePve]:
    """A site whose tokens are the stack's secrets."""
    commands.do("pulumi config get", TOKENS)
    with furnished(fakepve) as site:
        yield site


@pytest.fixture
def settings(site: FakePve, fakepve_cafile: str) -> dict[str, Any]:
    """The section `pve` of settings that fit the site."""
    pinned = fingerprint_of(Path(fakepve_cafile).read_text())
    return {"endpoint": site.url, "fingerprint": pinned, "audit-token": {"secret": "audit"}}


def configure(stack: Stack, settings: dict[str, Any] | None, *secrets: str) -> None:
    secure = {f"observability:{name}": {"secure": "v1:any"} for name in secrets}
    section = {} if settings is None else {"pve": settings}
    stack.config_file.write_text(
        yaml.safe_dump({"config": {"observability:stack": section, **secure}})
    )


@pytest.mark.parametrize("settings", [None, {"endpoint": "nonsense"}])
def test_nothing_is_asked(
    settings: dict[str, Any] | None, stack: Stack, commands: Commands
) -> None:
    """Where there is no site; and where the program names every mistake, those elsewhere too."""
    configure(stack, settings)
    pve.check(stack, for_changes=True)

    assert [] == commands.calls("pulumi")


def test_right_site_is_passed_in_silence(
    stack: Stack,
    site: FakePve,
    settings: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both tokens are looked at."""
    configure(stack, settings | {"token": {"secret": "program"}}, "audit", "program")
    pve.check(stack, for_changes=True)

    assert 4 == len(site.requests)
    assert ("", "") == capsys.readouterr()


def test_mistake_stops_with_a_line_for_each_finding(
    stack: Stack, site: FakePve, settings: dict[str, Any]
) -> None:
    """The commands that mend it stand below."""
    site.acl = {}
    configure(stack, settings, "audit")

    with pytest.raises(OperateError) as caught:
        pve.check(stack, for_changes=False)

    first, finding, command = str(caught.value).splitlines()
    assert "the Proxmox VE site isn't right:" == first
    assert finding.startswith("  pve.audit-token: obs@pve!audit lacks ")
    assert command.startswith("    pveum acl modify / ")


def test_warning_is_said_and_stops_nothing(
    stack: Stack, site: FakePve, settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """A token that may too much works."""
    site.grant("obs@pve!audit", "/", "VM.Allocate")
    configure(stack, settings, "audit")
    pve.check(stack, for_changes=True)

    assert "can do more than read (VM.Allocate)" in capsys.readouterr().err


@pytest.fixture
def down(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a site that doesn't answer."""
    return settings | {"endpoint": "https://127.0.0.1:9"}


def test_site_that_is_down_stops_work_on_it(stack: Stack, down: dict[str, Any]) -> None:
    """Before the provider finds out half-way."""
    configure(stack, down | {"token": {"secret": "program"}}, "audit", "program")

    with pytest.raises(OperateError, match=UNREACHABLE):
        pve.check(stack, for_changes=True)


@pytest.mark.parametrize(
    ("for_changes", "more"),
    [(True, {}), (False, {}), (False, {"token": {"secret": "program"}})],
)
def test_site_that_is_down_stops_nothing_else(
    for_changes: bool,
    more: dict[str, Any],
    stack: Stack,
    down: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """While a site is down, its monitoring can be changed, and a preview shows what it can."""
    configure(stack, down | more, "audit", "program")
    pve.check(stack, for_changes=for_changes)

    assert f"{UNREACHABLE}\n" == capsys.readouterr().err


def test_missing_secret_is_named_with_its_setting(
    stack: Stack, site: FakePve, settings: dict[str, Any]
) -> None:
    """And with the command that sets it."""
    configure(stack, settings)

    with pytest.raises(
        OperateError, match=r"^pve\.audit-token: observability:audit is missing; `pulumi config"
    ):
        pve.check(stack, for_changes=True)

    assert [] == site.requests


@pytest.mark.parametrize("command", [lifecycle.up, lifecycle.preview])
def test_commands_check_before_they_touch_anything(
    command: Any, stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong site ends them before Pulumi's `up` and `preview`."""

    def wrong(*_: object, **__: object) -> None:
        raise OperateError("wrong site")

    monkeypatch.setattr(lifecycle, "prepare", lambda _: None)
    monkeypatch.setattr(pve, "check", wrong)

    with pytest.raises(OperateError, match="wrong site"):
        command(stack)

    assert [] == commands.calls("pulumi")
