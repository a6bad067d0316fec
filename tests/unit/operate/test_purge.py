"""`make purge` and `make password`: nothing is deleted that wasn't agreed to by name."""

import io
import sys
from pathlib import Path

import pytest

from operate import __main__ as operate
from operate import lifecycle
from operate.stack import OperateError, Stack
from tests.unit.commands import Commands
from tests.unit.operate.conftest import HERE, lock
from toolchain import images

VOLUMES = "obs-local-grafana-data\nobs-local-loki-data\n"
DELETING = ("container rm", "network rm", "volume rm", "stack rm")


class Terminal(io.StringIO):
    """Standard input with a person at it."""

    def isatty(self) -> bool:
        """Always."""
        return True


@pytest.fixture(autouse=True)
def _there(stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack that is up, in a session without a terminal."""
    commands.answer("docker ps --all", "c1\n")
    commands.answer("docker network ls", "n1\n")
    commands.answer("docker volume ls", VOLUMES)
    commands.answer("pulumi stack ls", '[{"name": "local"}]')
    stack.config_file.write_text("config: {}\n")
    stack.passphrase_file.parent.mkdir(parents=True)
    stack.passphrase_file.write_text("passphrase")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(images, "ensure", lambda _source: None)


def deleted(commands: Commands) -> list[str]:
    calls = commands.calls("docker") + commands.calls("pulumi")
    return [call for call in calls if call.startswith(DELETING)]


@pytest.mark.parametrize("said", [None, "", "yes", "LOCAL", "homelab"])
def test_purge_without_the_right_word(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch, said: str | None
) -> None:
    """In a script, only CONFIRM with the stack's own name is an agreement."""
    if said is not None:
        monkeypatch.setenv("CONFIRM", said)

    with pytest.raises(OperateError, match="say CONFIRM=local to go on"):
        lifecycle.purge(stack)

    assert [] == deleted(commands)
    assert stack.config_file.exists()
    assert stack.passphrase_file.exists()


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "homelab\n"])
def test_purge_asks_on_a_terminal(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    """A person types the stack's name; CONFIRM that happens to be set doesn't stand for it."""
    monkeypatch.setenv("CONFIRM", "local")
    monkeypatch.setattr(sys, "stdin", Terminal(typed))

    with pytest.raises(OperateError, match="stopped, nothing was deleted"):
        lifecycle.purge(stack)

    assert [] == deleted(commands)
    assert stack.passphrase_file.exists()


def test_purge_names_the_data_first(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever is asked sees which volumes would go."""
    with pytest.raises(OperateError):
        lifecycle.purge(stack)

    assert [f"  volume {name}" for name in VOLUMES.split()] == [
        line for line in capsys.readouterr().err.splitlines() if line.startswith("  ")
    ]


@pytest.mark.parametrize("terminal", [True, False])
def test_purge_takes_everything(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    """Once agreed to, containers go before networks and volumes, then the state; files stay."""
    if terminal:
        monkeypatch.setattr(sys, "stdin", Terminal("local\n"))
    else:
        monkeypatch.setenv("CONFIRM", "local")

    assert 0 == lifecycle.purge(stack)
    assert [
        "container rm --force --volumes c1",
        "network rm n1",
        "volume rm obs-local-grafana-data obs-local-loki-data",
        "stack rm --force --yes --preserve-config --stack local --non-interactive",
    ] == deleted(commands)
    assert "config: {}\n" == stack.config_file.read_text()
    assert "passphrase" == stack.passphrase_file.read_text()


def test_purge_says_what_it_keeps(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The user's own files are named, to be deleted or used again."""
    monkeypatch.setenv("CONFIRM", "local")
    lifecycle.purge(stack)
    told = capsys.readouterr().err

    assert f"  {stack.config_file.name} with its settings" in told
    assert f"  {stack.passphrase_file}, which decrypts" in told


def test_purge_waits_for_its_turn(
    stack: Stack,
    commands: Commands,
    locks: Path,
    pulumi_pid: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While a run has the stack, not even an agreement lets anything be deleted."""
    monkeypatch.setenv("CONFIRM", "local")
    lock(locks, pulumi_pid)

    with pytest.raises(OperateError, match=f"in use: process {pulumi_pid} on {HERE} has locked"):
        lifecycle.purge(stack)

    assert [] == deleted(commands)


def test_purge_of_a_half_made_stack(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the backend doesn't know the stack, its containers are removed all the same."""
    monkeypatch.setenv("CONFIRM", "local")
    commands.answer("pulumi stack ls", "[]")

    assert 0 == lifecycle.purge(stack)
    assert 3 == len(deleted(commands))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("config: {}", "grafana-admin-password"),
        (
            "config: {observability:stack: {grafana: {admin-password: {secret: my-password}}}}",
            "my-password",
        ),
        ("config: {observability:stack: {grafana: 5}}", "grafana-admin-password"),
    ],
)
def test_password_is_the_one_that_the_setting_names(
    stack: Stack, commands: Commands, capsys: pytest.CaptureFixture[str], content: str, name: str
) -> None:
    """`grafana.admin-password.secret` may name another key, and then that one opens Grafana."""
    stack.config_file.write_text(content)
    commands.answer("pulumi config get", "s3cret\n")
    lifecycle.password(stack)
    asked = f"config get observability:{name} --stack local --non-interactive"

    assert asked in commands.calls("pulumi")
    assert "s3cret\n" == capsys.readouterr().out


def test_mistake_is_one_line(
    commands: Commands, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make` ends with the command, the mistake and status 1, without a traceback."""
    (commands.folder / "docker ps --all").unlink()
    commands.fail("docker ps --all", "Cannot connect to the Docker daemon\n")
    monkeypatch.setattr(sys, "argv", ["operate", "purge", "local"])

    assert 1 == operate.main()
    assert (
        "purge: docker ps --all: Cannot connect to the Docker daemon\n" == capsys.readouterr().err
    )
