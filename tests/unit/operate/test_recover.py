"""After an interrupted run: whose lock is cancelled, what is removed, and that data never is."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from operate import recover
from operate.docker import Docker
from operate.stack import OperateError, Stack
from tests.unit.commands import Commands
from tests.unit.operate.conftest import HERE, lock


@pytest.fixture
def dead() -> int:
    """The ID of a process that has ended."""
    child = subprocess.Popen(["true"])
    child.wait()
    return child.pid


def cancelled(stack: Stack, commands: Commands) -> bool:
    recover.cancel_dead_lock(stack)
    return "cancel --yes --stack local --non-interactive" in commands.calls("pulumi")


def test_lock_of_a_dead_process_is_cancelled(
    stack: Stack, commands: Commands, locks: Path, dead: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody has to know `pulumi cancel`, but everybody is told."""
    lock(locks, dead)

    assert cancelled(stack, commands)
    assert f"(process {dead}) was interrupted; its lock is cancelled" in capsys.readouterr().err


def refusal(stack: Stack, commands: Commands) -> str:
    """What is said instead of cancelling."""
    with pytest.raises(OperateError) as caught:
        recover.recover(stack)
    if calls := commands.calls("pulumi"):
        raise AssertionError(calls)
    return str(caught.value)


def in_use(pid: int, hostname: str) -> str:
    return (
        f"stack local is in use: process {pid} on {hostname} has locked it. "
        "If that is long gone, `pulumi cancel` in `make shell` unlocks it"
    )


def test_lock_of_a_living_pulumi_stays(
    stack: Stack, commands: Commands, locks: Path, pulumi_pid: int
) -> None:
    """Two runs at once would damage the state: the second one is told of the first."""
    lock(locks, pulumi_pid)

    assert in_use(pulumi_pid, HERE) == refusal(stack, commands)


def test_killed_pulumi_is_dead_before_its_parent_asks(
    stack: Stack, commands: Commands, locks: Path, pulumi_pid: int
) -> None:
    """A process that was killed keeps its ID and name until its status is asked for."""
    os.kill(pulumi_pid, signal.SIGKILL)
    os.waitid(os.P_PID, pulumi_pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody asked
    lock(locks, pulumi_pid)

    assert Path(f"/proc/{pulumi_pid}").exists()
    assert cancelled(stack, commands)


def test_process_id_that_was_used_again_doesnt_count(
    stack: Stack, commands: Commands, locks: Path
) -> None:
    """After a restart of the machine, another program may have the lock's process ID."""
    lock(locks, os.getpid())

    assert cancelled(stack, commands)


def test_lock_of_another_machine_stays(
    stack: Stack, commands: Commands, locks: Path, dead: int
) -> None:
    """Whether a process lives elsewhere can't be seen from here."""
    lock(locks, dead, hostname=f"not-{HERE}")

    assert in_use(dead, f"not-{HERE}") == refusal(stack, commands)


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_lock_in_use_protects_a_dead_one(
    stack: Stack, commands: Commands, locks: Path, dead: int, order: str
) -> None:
    """`pulumi cancel` takes all locks away, so one that may be in use keeps it from running."""
    lock(locks, dead, name=order[0])
    lock(locks, dead, name=order[1], hostname=f"not-{HERE}")

    assert in_use(dead, f"not-{HERE}") == refusal(stack, commands)


def test_lock_of_another_stack_is_none_of_ours(
    stack: Stack, commands: Commands, locks: Path, dead: int
) -> None:
    """Each stack is recovered by its own `make up`."""
    (locks.parent / "homelab").mkdir()
    lock(locks.parent / "homelab", dead)

    assert not cancelled(stack, commands)


@pytest.mark.parametrize("url", ["https://api.pulumi.com", "s3://bucket", ""])
def test_other_backends_keep_their_locks(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Only a file backend's locks can be read; the others tell of theirs."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", url)

    assert not cancelled(stack, commands)


def resource(kind: str, id_: str) -> dict[str, Any]:
    return {"type": f"docker:index/{kind}:{kind.capitalize()}", "id": id_, "urn": f"urn::{id_}"}


@pytest.fixture
def removed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was removed, from a daemon with two objects of each kind and a data volume."""
    gone: list[tuple[str, ...]] = []
    there = {
        "container": {"c1", "c2"},
        "network": {"n1", "n2"},
        "volume": {"obs-local-loki-config-1", "obs-local-loki-data", "obs-local-grafana-data"},
    }
    monkeypatch.setattr(Docker, "ids", lambda _, kind: there[kind])
    monkeypatch.setattr(Docker, "remove", lambda _, kind, *names: gone.append((kind, *names)))
    return gone


def test_orphans_are_removed(stack: Stack, removed: list[tuple[str, ...]]) -> None:
    """What the state doesn't know would make the next `up` fail on a name that is taken."""
    known = [resource("container", "c1"), resource("network", "n2")]
    recover.remove_orphans(stack, {"deployment": {"resources": known}})

    assert [
        ("container", "c2"),
        ("network", "n1"),
        ("volume", "obs-local-loki-config-1"),
    ] == removed


@pytest.mark.parametrize("deployment", [{}, {"resources": []}])
@pytest.mark.parametrize("said", [None, "", "yes", "homelab"])
def test_empty_state_removes_nothing_unasked(
    stack: Stack,
    removed: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    deployment: dict[str, Any],
    said: str | None,
) -> None:
    """The containers may be another user's: only the stack's own name lets them be replaced."""
    if said is not None:
        monkeypatch.setenv("CONFIRM", said)

    with pytest.raises(OperateError, match=r"another user's\? CONFIRM=local replaces them"):
        recover.remove_orphans(stack, {"deployment": deployment})

    assert [] == removed


@pytest.mark.parametrize("deployment", [{}, {"resources": []}, {"resources": [{"type": "x"}]}])
def test_data_volumes_are_never_orphans(
    stack: Stack,
    removed: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    deployment: dict[str, Any],
) -> None:
    """Even for an empty state, data stays; only `purge` deletes it."""
    monkeypatch.setenv("CONFIRM", "local")
    recover.remove_orphans(stack, {"deployment": deployment})
    names = {name for _, *names in removed for name in names}

    assert {"c1", "c2", "n1", "n2", "obs-local-loki-config-1"} == names


def test_nothing_to_do_says_nothing(
    stack: Stack,
    commands: Commands,
    removed: list[tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where all is well, recovery is silent and changes nothing."""
    there = {"container": set[str](), "network": set[str](), "volume": {"obs-local-loki-data"}}
    monkeypatch.setattr(Docker, "ids", lambda _, kind: there[kind])
    commands.answer("pulumi stack export", '{"version": 3, "deployment": {}}')
    recover.recover(stack)

    assert [] == removed
    assert "" == capsys.readouterr().err
    assert ["stack export --stack local --non-interactive"] == commands.calls("pulumi")
