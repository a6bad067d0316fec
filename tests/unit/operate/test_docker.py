"""The docker client: the stack's own daemon, the stack's own objects, errors in one line."""

import pytest

from operate.docker import Docker, Kind
from operate.stack import OperateError, Stack
from tests.unit.commands import Commands

MINE = "--filter label=observability.stack=local"


@pytest.fixture
def docker(stack: Stack) -> Docker:
    """The daemon of the stack."""
    return Docker(stack)


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        ("container", "docker ps --all"),
        ("network", "docker network ls"),
        ("volume", "docker volume ls"),
    ],
)
def test_names_and_ids(docker: Docker, commands: Commands, kind: Kind, call: str) -> None:
    """Rows become IDs by name; only objects with this stack's label are asked for."""
    commands.answer(call, "obs-local-loki 1a\nobs-local-grafana 2b\n")

    assert {"obs-local-loki": "1a", "obs-local-grafana": "2b"} == docker.names(kind)
    commands.answer(call, "1a\n2b\n1a\n")
    assert {"1a", "2b"} == docker.ids(kind)
    assert all(asked.endswith(MINE) for asked in commands.calls("docker"))


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_empty_daemon(docker: Docker, kind: Kind) -> None:
    """A daemon with nothing of ours gives nothing, not an empty name."""
    assert {} == docker.names(kind)
    assert set() == docker.ids(kind)


def test_stacks_daemon_is_asked(
    docker: Docker, stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stack file decides, not a DOCKER_HOST that happens to be set."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere:2375")
    stack.config_file.write_text("config: {observability:stack: {docker-host: 'ssh://me@nas'}}")
    docker.run("version")

    assert "ssh://me@nas" == commands.environment("docker")["DOCKER_HOST"]


def test_inspect_is_parsed(docker: Docker, commands: Commands) -> None:
    """The answer is the list that docker gives."""
    commands.answer("docker volume inspect", '[{"Name": "obs-local-loki-data"}]')

    assert [{"Name": "obs-local-loki-data"}] == docker.inspect("volume", "obs-local-loki-data")


def test_removal(docker: Docker, commands: Commands) -> None:
    """Containers go with their anonymous volumes, running or not; without names nothing is run."""
    docker.remove("container", "a", "b")
    docker.remove("volume", "v")
    docker.remove("network")

    assert ["container rm --force --volumes a b", "volume rm v"] == commands.calls("docker")


def test_failure_is_one_line(docker: Docker, commands: Commands) -> None:
    """What docker says arrives with what was tried."""
    commands.fail("docker volume rm", "Error: volume is in use\n")

    with pytest.raises(OperateError, match=r"^docker volume rm: Error: volume is in use$"):
        docker.remove("volume", "v")
