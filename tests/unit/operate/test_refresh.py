"""Refreshing: only a Grafana that answers to the state's login is asked for what is in it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from operate import refresh
from operate.stack import Stack
from tests.unit.commands import Commands
from tests.unit.verify.fake import PASSWORD, FakeGrafana, running

EXPORT = "stack export --stack local --non-interactive"
EXPORT_SECRETS = "stack export --show-secrets --stack local --non-interactive"
DOCKER_ONLY = (
    "refresh --yes --skip-preview --target urn:network --target urn:container "
    "--stack local --non-interactive"
)
START = "container start obs-local-grafana"


def deployment(*resources: dict[str, Any]) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": resources}})


def grafana_content(url: str, password: str = PASSWORD) -> list[dict[str, Any]]:
    """Grafana's provider with its login, as exported with secrets, and something made with it."""
    auth = {"4dabf1": "1b4706", "plaintext": json.dumps(f"admin:{password}")}
    return [
        {"type": refresh.GRAFANA_PROVIDER, "urn": "p", "inputs": {"url": url, "auth": auth}},
        {"type": "grafana:oss/folder:Folder", "urn": "urn:folder"},
    ]


ON_DOCKER = [
    {"type": "docker:index/network:Network", "urn": "urn:network"},
    {"type": "docker:index/container:Container", "urn": "urn:container"},
    {"type": "pulumi:providers:docker", "urn": "urn:provider"},
]


@pytest.fixture
def server() -> Iterator[FakeGrafana]:
    with running() as server:
        yield server


@pytest.fixture
def url(server: FakeGrafana, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Grafana in its container, and a state that has something in it."""
    commands.answer("docker ps --all", "obs-local-loki 1a\nobs-local-grafana 2b\n")
    commands.answer(
        "pulumi stack export", deployment(*ON_DOCKER, *grafana_content(server.client.url))
    )
    monkeypatch.setattr(refresh, "PAUSE_SECONDS", 0)
    return server.client.url


@pytest.mark.parametrize("state", [deployment(), deployment(*ON_DOCKER), '{"deployment": {}}'])
def test_nothing_in_grafana_is_nothing_to_ask_it(
    stack: Stack, commands: Commands, state: str
) -> None:
    """On the first run and after `down`, Pulumi refreshes as it would; no container is touched."""
    commands.answer("pulumi stack export", state)

    assert () == refresh.flags_for_up(stack) == refresh.flags_for_preview(stack)
    assert [EXPORT, EXPORT] == commands.calls("pulumi")
    assert [] == commands.calls("docker")


@pytest.mark.usefixtures("url")
def test_stopped_grafana_is_started_and_waited_for(
    stack: Stack, commands: Commands, server: FakeGrafana
) -> None:
    """Once it answers, Pulumi can refresh everything."""
    server.failures = [502, 503]

    assert () == refresh.flags_for_up(stack)
    assert START == commands.calls("docker")[-1]
    assert ["/api/org"] * 3 == server.paths
    assert DOCKER_ONLY not in commands.calls("pulumi")


@pytest.mark.usefixtures("url")
def test_gone_container_leaves_dockers_objects(
    stack: Stack, commands: Commands, server: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    """Docker's objects are refreshed, providers and Grafana's aren't; `up` makes it again."""
    commands.answer("docker ps --all", "obs-local-loki 1a\n")

    assert ("--refresh=false",) == refresh.flags_for_up(stack)
    assert [EXPORT, DOCKER_ONLY] == commands.calls("pulumi")
    assert START not in commands.calls("docker")
    assert [] == server.paths
    assert "Grafana's container is gone and is made again.\n" == capsys.readouterr().err


def test_refused_login_isnt_tried_again(
    url: str,
    stack: Stack,
    commands: Commands,
    server: FakeGrafana,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Waiting wouldn't mend it, and Grafana locks out whoever tries too often."""
    state = [*ON_DOCKER, *grafana_content(url, password="another")]  # noqa: S106 (it opens nothing)
    commands.answer("pulumi stack export", deployment(*state))

    assert ("--refresh=false",) == refresh.flags_for_up(stack)
    assert ["/api/org"] == server.paths
    assert [EXPORT, EXPORT_SECRETS, DOCKER_ONLY] == commands.calls("pulumi")
    told = capsys.readouterr().err
    assert f"Grafana at {url} refuses the login of admin: " in told
    assert "another" not in told


@pytest.mark.usefixtures("url")
def test_broken_grafana_is_left_out_after_a_while(
    stack: Stack,
    commands: Commands,
    server: FakeGrafana,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One that never answers doesn't keep `up` from mending it."""
    server.status = 502
    monkeypatch.setattr(refresh, "GRAFANA_SECONDS", 0)

    assert ("--refresh=false",) == refresh.flags_for_up(stack)
    assert DOCKER_ONLY == commands.calls("pulumi")[-1]
    assert "answers 502 to /api/org" in capsys.readouterr().err


@pytest.mark.usefixtures("url")
def test_grafana_that_cant_be_started_is_left_out(
    stack: Stack, commands: Commands, server: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its network may be gone, or its port taken: the `up` makes what is missing."""
    commands.fail("docker container start", "network 1a2b not found\n")

    assert ("--refresh=false",) == refresh.flags_for_up(stack)
    assert DOCKER_ONLY == commands.calls("pulumi")[-1]
    assert [] == server.paths
    assert "docker container start: network 1a2b not found; " in capsys.readouterr().err


def test_no_target_is_no_refresh(url: str, stack: Stack, commands: Commands) -> None:
    """Without a target, Pulumi would refresh everything, Grafana's objects included."""
    commands.answer("docker ps --all", "")
    commands.answer("pulumi stack export", deployment(*grafana_content(url)))

    assert ("--refresh=false",) == refresh.flags_for_up(stack)
    assert [EXPORT] == commands.calls("pulumi")


@pytest.mark.usefixtures("url")
@pytest.mark.parametrize(("status", "flags"), [(200, ()), (502, ("--refresh=false",))])
def test_preview_starts_and_changes_nothing(
    stack: Stack,
    commands: Commands,
    server: FakeGrafana,
    status: int,
    flags: tuple[str, ...],
) -> None:
    """It asks Grafana once and doesn't touch Docker; what can't be refreshed is left out."""
    server.status = status

    assert flags == refresh.flags_for_preview(stack)
    assert ["/api/org"] == server.paths
    assert [EXPORT, EXPORT_SECRETS] == commands.calls("pulumi")
    assert [] == commands.calls("docker")


@pytest.mark.usefixtures("url")
def test_preview_says_what_it_cant_see(
    stack: Stack, server: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without Grafana, it can't compare what somebody changed by hand."""
    server.status = 502
    refresh.flags_for_preview(stack)

    assert "changes made by hand don't show. `make up` puts it right." in capsys.readouterr().err
