"""A checkout of its own, with stand-ins for `pulumi` and `docker`, for every test here."""

from pathlib import Path

import pytest

from operate.stack import PASSPHRASE_VARIABLES, Stack
from tests.unit.commands import Commands, stand_in

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
