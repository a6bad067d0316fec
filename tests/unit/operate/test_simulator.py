"""The simulator comes up before its stack and goes after it, with the stack's passwords."""

import json
import re
import sys
from datetime import UTC, datetime

import pytest
import yaml

from components import x509
from operate import __main__ as operate
from operate import incident, lifecycle, simulated_pve, simulator
from operate.stack import OperateError, Stack
from simulator.pve import check, names
from tests.unit.commands import Commands
from tests.unit.operate.conftest import TEMPLATE
from toolchain import images

WANTED = f"{TEMPLATE}  observability:simulator: true\n"
SHOWN = {
    "observability:stack": {"value": "{}", "secret": False},
    "observability:demo-postgresql-password": {"value": "of the monitor", "secret": True},
    "observability:demo-redis-password": {"value": "of the other", "secret": True},
}
# The simulator's own project has no secret yet.
IN_SIMULATOR = 'case "$OLDPWD" in */simulator) echo "{}"; exit 0;; esac\n'
WORKER = "obs-local-sim-worker c1\n"


@pytest.fixture(autouse=True)
def _there(stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two projects whose stacks aren't known yet."""
    (stack.checkout / "simulator").mkdir()
    commands.answer("pulumi config --show-secrets", json.dumps(SHOWN))
    commands.answer("pulumi stack export", '{"deployment": {}}')
    monkeypatch.setattr(images, "ensure", lambda _source: None)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("true", True), ('"true"', True), ("false", False), ('"false"', False)],
)
def test_stack_file_decides(stack: Stack, value: str, wanted: bool) -> None:
    """As a person writes it, and as `pulumi config set` does."""
    stack.config_file.write_text(f"config: {{observability:simulator: {value}}}")

    assert wanted is simulator.wanted(stack)


def test_no_key_is_no_simulator(stack: Stack) -> None:
    """A real site never has one."""
    stack.config_file.write_text(TEMPLATE)

    assert not simulator.wanted(stack)
    assert [] == simulator.concerned(stack)


@pytest.mark.parametrize("value", ["maybe", "1", "{demo: true}", "[]", "null"])
def test_anything_else_is_one_line(stack: Stack, value: str) -> None:
    """The line names the file and the key."""
    stack.config_file.write_text(f"config: {{observability:simulator: {value}}}")

    with pytest.raises(
        OperateError, match=r"^Pulumi.local.yaml: observability:simulator must be true or false$"
    ):
        simulator.wanted(stack)


def test_settings_and_passwords_are_taken_over(stack: Stack, commands: Commands) -> None:
    """The daemon and the images are the stack's; the shared passwords are set, not made anew."""
    commands.do("pulumi config --show-secrets", IN_SIMULATOR)
    stack.config_file.write_text(WANTED.replace("host-name: local", "docker-host: ssh://a@b"))
    made = simulator.prepare(stack)

    content = yaml.safe_load(made.config_file.read_text())["config"]
    assert {"docker-host": "ssh://a@b", "images": {}} == content["observability-simulator:stack"]
    assert "ssh://a@b" == made.docker_host
    assert "0o600" == oct(made.config_file.stat().st_mode & 0o777)
    key = "observability-simulator:demo-redis-password"
    assert "of the other" == commands.stdin("pulumi", key)
    assert all("of the other" not in call for call in commands.calls("pulumi"))


def test_passwords_that_agree_are_left_alone(stack: Stack, commands: Commands) -> None:
    """A second `make up` encrypts nothing anew."""
    stack.config_file.write_text(WANTED)
    for name in simulator.SHARED_SECRETS:
        stack.config_file.write_text(
            f"{stack.config_file.read_text()}  observability:{name}: {{secure: v1:abc}}\n"
        )
    made = simulator.of(stack)
    secrets = [*simulator.OWN_SECRETS, *simulator.SHARED_SECRETS]
    kept = {f"{made.project}:{name}": {"secure": "v1:abc"} for name in secrets}
    made.config_file.write_text(yaml.safe_dump({"config": kept}))
    simulator.prepare(stack)

    assert not [call for call in commands.calls("pulumi") if call.startswith("config set")]


WITH_PVE = WANTED.replace(
    "host-name: local", "host-name: local\n    pve: {endpoint: https://127.0.0.1:18007}"
)
OF_PVE = {
    "pve-authority": "what the key is made of",
    "pve-token": "of the program",
    "pve-audit-token": "of the reader",
}


def test_proxmox_shares_port_tokens_and_authority(stack: Stack, commands: Commands) -> None:
    """The port is the one that the stack asks; the tokens are made up, each with its name."""
    of_pve = {
        f"observability:{name}": {"value": value, "secret": True} for name, value in OF_PVE.items()
    }
    commands.do("pulumi config --show-secrets", IN_SIMULATOR)
    commands.answer("pulumi config --show-secrets", json.dumps(SHOWN | of_pve))
    commands.answer("pulumi config get", OF_PVE["pve-authority"])
    stack.config_file.write_text(WITH_PVE)
    made = simulator.prepare(stack)

    content = yaml.safe_load(made.config_file.read_text())["config"]
    assert 18007 == content["observability-simulator:stack"]["pve-port"]
    for name, value in OF_PVE.items():
        assert value == commands.stdin("pulumi", f"observability-simulator:{name}")
    for name, token in (("pve-token", names.PROGRAM), ("pve-audit-token", names.AUDIT)):
        given = commands.stdin("pulumi", f"observability:{name}")
        assert re.fullmatch(rf"{token}=[0-9a-f-]{{36}}", given)
        assert all(given not in call for call in commands.calls("pulumi"))


def test_stack_trusts_the_authority_of_its_proxmox(stack: Stack, commands: Commands) -> None:
    """The certificate in its settings is of the key that the server's comes from."""
    commands.answer("pulumi config get", OF_PVE["pve-authority"])
    stack.config_file.write_text(WITH_PVE)
    simulated_pve.prepare(stack)

    now = datetime.now(UTC)
    trusted = commands.stdin("pulumi", "observability:stack.pve.ca")
    seed = OF_PVE["pve-authority"].encode()
    _, key = x509.authority(seed=seed, common_name=names.AUTHORITY_NAME, since=now, until=now)
    assert "config set --path observability:stack.pve.ca --plaintext" in " ".join(
        commands.calls("pulumi")
    )
    assert x509.fits(trusted, key)


@pytest.mark.parametrize("trust", ["ca: mine", "fingerprint: mine"])
def test_given_trust_is_left_alone(stack: Stack, commands: Commands, trust: str) -> None:
    """And a second `make up` writes nothing."""
    stack.config_file.write_text(WITH_PVE.replace(":18007", f":18007, {trust}"))
    simulated_pve.prepare(stack)

    assert not [call for call in commands.calls("pulumi") if "--path" in call]


@pytest.mark.parametrize(
    "section",
    ["", "pve: {endpoint: https://pve.example:8006}", "pve: {}", "pve: 1", "pve: {endpoint: 1}"],
)
def test_real_proxmox_is_left_alone(stack: Stack, commands: Commands, section: str) -> None:
    """A stack that watches a real one, or none, gets no simulated one and no tokens."""
    commands.do("pulumi config --show-secrets", IN_SIMULATOR)
    stack.config_file.write_text(
        WANTED.replace("host-name: local", f"host-name: local\n    {section}")
    )
    made = simulator.prepare(stack)

    content = yaml.safe_load(made.config_file.read_text())["config"]
    assert "pve-port" not in content["observability-simulator:stack"]
    assert not [call for call in commands.calls("pulumi") if "pve" in call]


def test_up_waits_for_its_proxmox(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks it next, gets an answer; one that never does is told with its address."""
    asked: list[int] = []

    def status(port: int) -> int:
        asked.append(port)
        if len(asked) < 3:
            raise ConnectionRefusedError
        return 200

    monkeypatch.setattr(check, "status", status)
    monkeypatch.setattr(simulated_pve, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(simulator, "prepare", simulator.of)
    stack.config_file.write_text(WITH_PVE)

    assert 0 == simulator.up(stack)
    assert [18007] * 3 == asked
    asked.clear()
    with pytest.raises(OperateError, match=r"doesn't answer on 127.0.0.1:18007 after 0 s"):
        simulated_pve.wait_until_it_answers(18007, seconds=0)


def folders(commands: Commands) -> list[str]:
    """Which project each `up` and `destroy` was about, in their order."""
    return commands.calls("projects")


@pytest.fixture
def _order(commands: Commands) -> None:
    """Have the stand-in note where it is called."""
    for call in ("pulumi up", "pulumi destroy"):
        commands.do(call, 'echo "$1 $(basename "$OLDPWD")" >> projects.log\n')


@pytest.mark.usefixtures("_order")
def test_up_and_down_in_the_right_order(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stack joins the simulator's network, so it comes later and goes first."""
    stack.config_file.write_text(WANTED)
    monkeypatch.setattr(lifecycle, "_closing_words", lambda *_: None)
    lifecycle.up(stack)
    commands.answer("pulumi stack ls", '[{"name": "local"}]')
    lifecycle.down(stack)

    assert [
        "up simulator",
        "up checkout",
        "destroy checkout",
        "destroy simulator",
    ] == folders(commands)


@pytest.mark.usefixtures("_order")
def test_failed_simulator_ends_up(stack: Stack, commands: Commands) -> None:
    """A stack without what it is to watch isn't brought up."""
    stack.config_file.write_text(WANTED)
    commands.fail("pulumi up", "error: no\n")

    assert 0 != lifecycle.up(stack)
    assert ["up simulator"] == folders(commands)


@pytest.mark.usefixtures("_order")
def test_unwanted_simulator_is_removed(
    stack: Stack,
    commands: Commands,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Once the key is gone, so are its containers, after the stack has left its network."""
    stack.config_file.write_text(WANTED)
    simulator.prepare(stack)
    stack.config_file.write_text(TEMPLATE)
    commands.answer("pulumi stack ls", '[{"name": "local"}]')
    commands.do("docker ps", 'case "$*" in *=local-sim) echo c1;; esac\n')
    monkeypatch.setenv("CONFIRM", "local")
    monkeypatch.setattr(lifecycle, "_closing_words", lambda *_: None)
    monkeypatch.setattr(lifecycle, "wait_until_healthy", lambda _: None)

    assert 0 == lifecycle.up(stack)
    assert ["up checkout", "destroy simulator"] == folders(commands)
    assert "the simulator's containers are removed" in capsys.readouterr().err


def test_purge_takes_both(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All containers go before the first network, and both states are deleted."""
    stack.config_file.write_text(WANTED)
    monkeypatch.setenv("CONFIRM", "local")
    commands.answer("pulumi stack ls", '[{"name": "local"}]')
    for kind, call in (("c", "docker ps"), ("n", "docker network"), ("v", "docker volume")):
        commands.do(
            call,
            f'case "$*" in *=local-sim) echo {kind}2;; *=local) echo {kind}1;; esac\n',
        )

    assert 0 == lifecycle.purge(stack)
    assert [
        "container rm --force --volumes c1",
        "container rm --force --volumes c2",
        "network rm n1",
        "network rm n2",
        "volume rm v1",
        "volume rm v2",
    ] == [call for call in commands.calls("docker") if " rm " in call]
    removed = [call for call in commands.calls("pulumi") if call.startswith("stack rm")]
    assert 2 == len(removed)


@pytest.mark.parametrize("name", ["", "fire", "errors "])
def test_unknown_incident_is_one_line(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The line says which there are."""
    monkeypatch.setenv("NAME", name)

    with pytest.raises(OperateError, match=r"there are errors, slow-database, queue-stuck, full-"):
        incident.incident(stack)


@pytest.mark.parametrize(
    ("name", "what"), [("node-offline", "simulated Proxmox VE"), ("errors", "demo estate")]
)
def test_incident_needs_its_container(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch, name: str, what: str
) -> None:
    """That of the other kind doesn't do."""
    other = "worker" if name in incident.OF_PVE else "pve"
    commands.answer("docker ps --all", f"obs-local-sim-{other} c1\n")
    monkeypatch.setenv("NAME", name)

    with pytest.raises(OperateError, match=f"stack local has no {what} that is up"):
        incident.incident(stack)


def test_incident_of_proxmox_runs_in_its_container(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And calm ends those of both."""
    commands.answer("docker ps --all", f"{WORKER}obs-local-sim-pve c2\n")
    monkeypatch.setenv("NAME", "node-offline")
    incident.incident(stack)
    incident.calm(stack)

    begin = "exec obs-local-sim-pve python -m simulator.pve.incident"
    folder = "--folder=/var/lib/observability"
    asked = [call for call in commands.calls("docker") if call.startswith("exec ")]
    assert [f"{begin} start node-offline {folder}", f"{begin} stop {folder}"] == [
        call for call in asked if "pve" in call
    ]
    assert 3 == len(asked)


def test_incident_needs_an_estate(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where none is up, one line says how there would be one."""
    monkeypatch.setenv("NAME", "errors")

    with pytest.raises(OperateError, match="stack local has no demo estate that is up"):
        incident.incident(stack)


def test_incident_runs_in_the_estate(
    stack: Stack,
    commands: Commands,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On the daemon of the stack, in a container that has what it takes."""
    file = simulator.of(stack).config_file
    host = {"observability-simulator:stack": {"docker-host": "tcp://elsewhere:2375"}}
    file.write_text(yaml.safe_dump({"config": host}))
    commands.answer("docker ps --all", WORKER)
    commands.answer("docker exec", "errors: 3600 s left\n")
    monkeypatch.setenv("NAME", "errors")
    incident.incident(stack)
    incident.calm(stack)

    assert "tcp://elsewhere:2375" == commands.environment("docker")["DOCKER_HOST"]
    assert "errors: 3600 s left\n" * 2 == capsys.readouterr().out
    begin = "exec obs-local-sim-worker python -m services.demo.incident"
    asked = [call for call in commands.calls("docker") if call.startswith("exec ")]
    assert [f"{begin} start errors --redis=", f"{begin} stop --redis="] == [
        call[: call.index("--redis=") + 8] for call in asked
    ]


@pytest.mark.usefixtures("stack")
def test_incident_of_a_missing_daemon_is_one_line(
    commands: Commands,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`make` shows what docker said."""
    commands.fail("docker ps", "Cannot connect\n")
    monkeypatch.setattr(sys, "argv", ["operate", "calm", "local"])

    assert 1 == operate.main()
    assert "calm: docker ps --all: Cannot connect\n" == capsys.readouterr().err
