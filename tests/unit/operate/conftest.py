"""A checkout of its own, with stand-ins for `pulumi` and `docker`, for every test here."""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from operate.stack import PASSPHRASE_VARIABLES, Stack
from tests.unit.commands import Commands, stand_in

HERE = socket.gethostname()
TEMPLATE = "config:\n  observability:stack:\n    host-name: local\n"


@pytest.fixture(autouse=True)
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """`pulumi` knows no stack, `docker` has nothing."""
    for name in (*PASSPHRASE_VARIABLES, "PULUMI_BACKEND_URL", "DOCKER_HOST", "CONFIRM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OBSERVABILITY_DATA", str(tmp_path / "data"))
    commands = stand_in(tmp_path, monkeypatch, "pulumi", "docker")
    commands.answer("pulumi stack ls", "[]")
    return commands


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    """The stack `local` of a checkout that holds its template and nothing else."""
    (tmp_path / "checkout" / "stacks").mkdir(parents=True)
    (tmp_path / "checkout" / "stacks" / "local.yaml").write_text(TEMPLATE)
    return Stack("local", tmp_path / "checkout")


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stack's locks in a file backend."""
    state = tmp_path / "my state"
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{str(state).replace(' ', '%20')}")
    folder = state / ".pulumi" / "locks" / "organization" / "observability" / "local"
    folder.mkdir(parents=True)
    return folder


def lock(folder: Path, pid: int, hostname: str = HERE, name: str = "a") -> None:
    (folder / f"{name}.json").write_text(json.dumps({"pid": pid, "hostname": hostname}))


@pytest.fixture
def pulumi_pid(tmp_path: Path) -> Iterator[int]:
    """The ID of a process named `pulumi` that waits for the end of its input."""
    shutil.copy(shutil.which("cat") or "/bin/cat", tmp_path / "pulumi")
    pipe = subprocess.PIPE
    with subprocess.Popen([tmp_path / "pulumi"], stdin=pipe, stdout=pipe, bufsize=0) as child:
        if child.stdin is None or child.stdout is None:
            raise AssertionError("no pipes")
        # The kernel gives a process its name late; one that echoes has it.
        child.stdin.write(b".")
        child.stdout.read(1)
        yield child.pid
        child.communicate()
