"""`make agents` picks a host of the settings and sends its script over plain ssh."""

import json
from pathlib import Path

import pytest

from agents import alloy
from operate import agents
from operate.stack import OperateError, Stack
from tests.unit.commands import Commands

CONFIG = """\
config:
  observability:stack:
    agents:
      hosts:
        pve1: {address: root@10.0.0.2, role: pve, textfile: [zfs, zfs, updates]}
        web: {address: web}
"""
BEHIND_THE_GATEWAY = """\
config:
  observability:stack:
    gateway:
      address: https://monitoring.example.net
      tls: TLS
      log-push:
        hosts:
          pve1: {password: {secret: push-pve1}}
    agents:
      hosts:
        pve1: {address: root@10.0.0.2, log-agent: alloy}
"""
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
GIVEN = json.dumps({"given": {"certificate": CERTIFICATE, "key": {"secret": "tls-key"}}})
SSH = """\
#!/bin/sh
printf '%s\\n' "$@" > "{folder}/arguments"
cat > "{folder}/script"
exit {status}
"""


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of `make` but the host pve1."""
    for name in ("DRY_RUN", "REMOVE", "SHOW"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOST", "pve1")


@pytest.fixture
def ssh(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a stand-in for ssh notes what it was given."""
    stack.config_file.write_text(CONFIG)
    folder = tmp_path / "ssh"
    folder.mkdir()
    (folder / "ssh").write_text(SSH.format(folder=folder, status=0))
    (folder / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


@pytest.mark.parametrize(
    ("flags", "what"),
    [
        ((), "apply"),
        (("DRY_RUN",), "dry-run"),
        (("REMOVE",), "remove"),
        (("DRY_RUN", "REMOVE"), "dry-run remove"),
    ],
)
def test_sends_the_script(
    stack: Stack, ssh: Path, monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], what: str
) -> None:
    """Plain ssh with no option, so that the user's own config and known_hosts decide."""
    for flag in flags:
        monkeypatch.setenv(flag, "1")

    status = agents.agents(stack)

    address, command = (ssh / "arguments").read_text().splitlines()
    assert (0, "root@10.0.0.2") == (status, address)
    assert f"then sh -s -- {what}; else sudo -n sh -s -- {what}; fi" in command
    assert "collectors='zfs updates'" in (ssh / "script").read_text()


def test_host_by_its_address(stack: Stack, ssh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who types what ssh takes means the host of that address."""
    monkeypatch.setenv("HOST", "root@10.0.0.2")

    agents.agents(stack)

    assert "# Exporters for the host pve1," in (ssh / "script").read_text()


def test_show_touches_no_host(
    stack: Stack, ssh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The script is printed to be read, or to be run by hand."""
    monkeypatch.setenv("SHOW", "1")

    agents.agents(stack)

    assert capsys.readouterr().out.startswith("#!/bin/sh\n")
    assert not (ssh / "arguments").exists()


@pytest.mark.usefixtures("ssh")
@pytest.mark.parametrize(
    ("given", "told"), [("pve2", "there is no host 'pve2'"), ("", "say which: HOST=name")]
)
def test_unknown_host(stack: Stack, monkeypatch: pytest.MonkeyPatch, given: str, told: str) -> None:
    """One line that names the hosts there are."""
    monkeypatch.setenv("HOST", given)

    with pytest.raises(OperateError) as caught:
        agents.agents(stack)

    assert f"{told}; hosts under agents.hosts in the settings: pve1, web" == str(caught.value)


def test_unreachable_host(stack: Stack, ssh: Path) -> None:
    """What ssh itself has said stands above our line."""
    (ssh / "ssh").write_text(SSH.format(folder=ssh, status=255))

    with pytest.raises(OperateError, match=r"^ssh root@10\.0\.0\.2 failed"):
        agents.agents(stack)


def test_failed_script(stack: Stack, ssh: Path) -> None:
    """The script's exit status is ours."""
    (ssh / "ssh").write_text(SSH.format(folder=ssh, status=3))

    assert 3 == agents.agents(stack)


def test_wrong_settings(stack: Stack, ssh: Path) -> None:
    """A mistake in the stack file is told before anything is sent."""
    stack.config_file.write_text(CONFIG.replace("web}", "web, rolle: pbs}"))

    with pytest.raises(OperateError, match=r"agents\.hosts\.web\.rolle: unknown setting"):
        agents.agents(stack)
    assert not (ssh / "arguments").exists()


def test_logs_go_to_the_gateway(stack: Stack, ssh: Path, commands: Commands) -> None:
    """With its address, the host's own name, and the authority that the stack has made."""
    stack.config_file.write_text(BEHIND_THE_GATEWAY.replace("TLS", "{own-ca: {}}"))
    commands.answer("pulumi stack output", json.dumps({"gateway-ca": CERTIFICATE}))

    agents.agents(stack)

    script = (ssh / "script").read_text()
    assert 'url = "https://monitoring.example.net/loki/api/v1/push"' in script
    assert 'username = "pve1"' in script
    assert f'ca_file = "{alloy.CA}"' in script
    assert f"<< 'END_OF_FILE'\n{CERTIFICATE}END_OF_FILE\n" in script


@pytest.mark.parametrize(
    ("tls", "known"), [(GIVEN, True), ("{acme: {email: me@example.net}}", False)]
)
def test_what_the_settings_know_asks_nobody(
    stack: Stack, ssh: Path, commands: Commands, tls: str, known: bool
) -> None:
    """A given certificate is sent along; a public authority is trusted by the host already."""
    stack.config_file.write_text(BEHIND_THE_GATEWAY.replace("TLS", tls))

    agents.agents(stack)

    assert known == (CERTIFICATE in (ssh / "script").read_text())
    assert known == (alloy.CA in (ssh / "script").read_text())
    assert [] == commands.calls("pulumi")


def test_another_server_gets_no_authority_of_ours(
    stack: Stack, ssh: Path, commands: Commands
) -> None:
    """`agents.loki-url` is checked against the host's usual certificates."""
    other = "    agents:\n      loki-url: https://logs.example.net/push\n"
    settings = BEHIND_THE_GATEWAY.replace("TLS", "{own-ca: {}}")
    stack.config_file.write_text(settings.replace("    agents:\n", other))

    agents.agents(stack)

    assert 'url = "https://logs.example.net/push"' in (ssh / "script").read_text()
    assert "tls_config" not in (ssh / "script").read_text()
    assert [] == commands.calls("pulumi")


def test_no_authority_yet(stack: Stack, ssh: Path, commands: Commands) -> None:
    """Before the first `up` there is none to send; one line says what to do."""
    stack.config_file.write_text(BEHIND_THE_GATEWAY.replace("TLS", "{own-ca: {}}"))
    commands.answer("pulumi stack output", "{}")

    with pytest.raises(OperateError, match=r"^stack local has no authority yet.* run `make up`"):
        agents.agents(stack)
    assert not (ssh / "arguments").exists()


def test_removal_needs_no_authority(
    stack: Stack, ssh: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stack may be gone before its agents are."""
    monkeypatch.setenv("REMOVE", "1")
    stack.config_file.write_text(BEHIND_THE_GATEWAY.replace("TLS", "{own-ca: {}}"))

    assert 0 == agents.agents(stack)
    assert (ssh / "script").exists()
    assert [] == commands.calls("pulumi")
