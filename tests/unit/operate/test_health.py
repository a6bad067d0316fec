"""`make up` ends well only where every server passes its health check."""

import json

import pytest

from operate import health
from operate.docker import Docker
from operate.stack import OperateError, Stack
from tests.unit.commands import Commands


def container(
    name: str, status: str | None, *, checked: bool = True, restarts: int = 0
) -> dict[str, object]:
    """A container as `docker inspect` shows it; without a status it doesn't run."""
    running = {"Status": "running", "Health": {"Status": status}}
    state = running if status else {"Status": "restarting"}
    check = {"Healthcheck": {"Test": ["CMD", "true"]}} if checked else {}
    return {
        "Name": f"/obs-local-{name}",
        "Config": check,
        "State": state,
        "RestartCount": restarts,
    }


HOLDER = container("loki-config-1a2b", None, checked=False)


@pytest.fixture
def docker(stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Docker:
    """A daemon with something of ours."""
    commands.answer("docker ps --all", "obs-local-loki 1a\nobs-local-grafana 2b\n")
    monkeypatch.setattr(health, "PAUSE_SECONDS", 0)
    return Docker(stack)


def show(commands: Commands, *containers: dict[str, object]) -> None:
    commands.answer("docker container inspect", json.dumps(containers))


def test_all_healthy(docker: Docker, commands: Commands) -> None:
    """One look is enough; config holders, which never run, don't count."""
    show(commands, container("loki", "healthy"), HOLDER)
    health.wait_until_healthy(docker, seconds=0)

    assert "container inspect obs-local-loki obs-local-grafana" == commands.calls("docker")[-1]
    assert 2 == len(commands.calls("docker"))


def test_not_checked_yet(docker: Docker, commands: Commands) -> None:
    """A server that has just been started, and runs since, isn't waited for."""
    show(commands, container("loki", "starting"))

    health.wait_until_healthy(docker, seconds=0)

    assert 2 == len(commands.calls("docker"))


@pytest.mark.parametrize(("status", "restarts"), [("starting", 1), ("unhealthy", 0), (None, 3)])
def test_sick_servers_are_named(
    docker: Docker, commands: Commands, status: str | None, restarts: int
) -> None:
    """Those that crash, fail or don't run: sorted, with where to look."""
    show(
        commands,
        container("prometheus", status, restarts=restarts),
        container("loki", "healthy"),
        container("grafana", status, restarts=restarts),
        HOLDER,
    )

    with pytest.raises(OperateError) as caught:
        health.wait_until_healthy(docker, seconds=0)

    assert (
        "obs-local-grafana, obs-local-prometheus not healthy after 0 s: "
        "`docker logs obs-local-grafana` may say why"
    ) == str(caught.value)


def test_last_check_of_a_stopped_server_doesnt_count(docker: Docker, commands: Commands) -> None:
    """It was healthy for as long as it ran."""
    stopped = {"State": {"Status": "exited", "Health": {"Status": "healthy"}}}
    show(commands, container("loki", "healthy") | stopped)

    with pytest.raises(OperateError, match="obs-local-loki not healthy"):
        health.wait_until_healthy(docker, seconds=0)


def test_restarted_server_is_waited_for(docker: Docker, commands: Commands) -> None:
    """It looks again until all are well."""
    show(commands, container("loki", "starting", restarts=1))
    healthy = json.dumps([container("loki", "healthy")])
    # The first look's answer is printed, then the next one is put in its place.
    commands.do(
        "docker container inspect",
        f'cat "$answer"; echo \'{healthy}\' > "$answer"; mv "$answer does" used; exit 0\n',
    )
    health.wait_until_healthy(docker, seconds=60)

    assert 2 == sum(call.startswith("container inspect") for call in commands.calls("docker"))


def test_nothing_to_ask(docker: Docker, commands: Commands) -> None:
    """`docker inspect` without a name would be an error."""
    commands.answer("docker ps --all", "")
    health.wait_until_healthy(docker, seconds=0)

    assert 1 == len(commands.calls("docker"))
