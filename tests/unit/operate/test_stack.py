"""The files of a stack: made once, never overwritten and private."""

import dataclasses
from typing import Any

import pytest
import yaml

from operate import template
from operate.stack import GENERATED_SECRETS, OperateError, Stack, prepare
from tests.unit.commands import Commands
from tests.unit.operate.conftest import TEMPLATE
from toolchain import images
from toolchain.cache import CHECKOUT, SetupError

KNOWN = '[{"name": "local"}]'


@pytest.fixture(autouse=True)
def ensured(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where images come from is tested elsewhere; here a registry can be reached."""
    asked: list[str] = []
    monkeypatch.setattr(images, "decide_source", lambda: "upstream")
    monkeypatch.setattr(images, "ensure", asked.append)
    return asked


def mode(path: Any) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_first_run_copies_the_template(stack: Stack, commands: Commands) -> None:
    """The user's file is the template word for word, private, and its stack is made."""
    prepare(stack)

    assert TEMPLATE == stack.config_file.read_text()
    assert "0o600" == mode(stack.config_file)
    assert "stack init --stack local --non-interactive" in commands.calls("pulumi")


def test_users_file_is_left_alone(stack: Stack) -> None:
    """A stack file that the user has written isn't overwritten by the template."""
    stack.config_file.write_text("config: {}\n")
    prepare(stack)

    assert "config: {}\n" == stack.config_file.read_text()


def test_known_stack_isnt_made_again(stack: Stack, commands: Commands) -> None:
    """`stack init` would fail on a stack that exists."""
    commands.answer("pulumi stack ls", KNOWN)
    stack.config_file.write_text(TEMPLATE)
    prepare(stack)

    assert not any(call.startswith("stack init") for call in commands.calls("pulumi"))


def test_missing_file_of_a_known_stack_is_taken_from_the_state(
    stack: Stack, commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another clone goes on with the stack as it was brought up, not with the template."""
    commands.answer("pulumi stack ls", KNOWN)
    last = "encryptionsalt: v1:abc\nconfig:\n  observability:stack: {host-name: mine}\n"
    commands.do("pulumi config refresh", f"printf '{last}' > '{stack.config_file}'\n")
    stack.passphrase_file.parent.mkdir(parents=True)
    stack.passphrase_file.write_text("passphrase")
    prepare(stack)

    assert "config refresh --force --stack local --non-interactive" in commands.calls("pulumi")
    assert last == stack.config_file.read_text()
    assert "0o600" == mode(stack.config_file)
    assert "Pulumi.local.yaml is taken from the last `make up`" in capsys.readouterr().err
    assert "passphrase" == stack.passphrase_file.read_text()


def test_missing_file_that_cant_be_had_is_one_line(stack: Stack, commands: Commands) -> None:
    """A stack that was never brought up has none to give; nothing is made in its place."""
    commands.answer("pulumi stack ls", KNOWN)
    commands.fail("pulumi config refresh", "error: no previous deployment\n")

    with pytest.raises(OperateError, match=r"^pulumi config refresh: error: no previous deploy"):
        prepare(stack)

    assert not stack.config_file.exists()
    assert not stack.passphrase_file.exists()


def test_missing_template_is_one_line(tmp_path: Any, stack: Stack, commands: Commands) -> None:
    """A mistyped STACK= tells the names that there are, and makes nothing."""
    other = dataclasses.replace(stack, name="locl")

    with pytest.raises(SetupError, match=r"there is no stack 'locl': write Pulumi\.locl\.yaml, or"):
        prepare(other)

    assert ["stack ls --json --non-interactive"] == commands.calls("pulumi")
    assert not (tmp_path / "data").exists()


def test_passphrase_is_private_and_kept(stack: Stack, commands: Commands) -> None:
    """It is made once, for its owner alone, and Pulumi is told where it lies."""
    prepare(stack)
    first = stack.passphrase_file.read_text()
    prepare(stack)

    assert "0o600" == mode(stack.passphrase_file)
    assert "0o700" == mode(stack.passphrase_file.parent)
    assert first == stack.passphrase_file.read_text()
    assert len(first) >= 32
    given = commands.environment("pulumi")["PULUMI_CONFIG_PASSPHRASE_FILE"]
    assert str(stack.passphrase_file) == given


@pytest.mark.parametrize("variable", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_users_passphrase_is_used(
    variable: str, stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who gives a passphrase gets none of ours, nor a second variable that contradicts it."""
    monkeypatch.setenv(variable, "own")
    prepare(stack)
    given = {k: v for k, v in commands.environment("pulumi").items() if "PASSPHRASE" in k}

    assert {variable: "own"} == given
    assert not stack.passphrase_file.exists()


def test_lost_passphrase_is_told(stack: Stack) -> None:
    """A new passphrase couldn't read the old secrets, so none is made."""
    stack.config_file.write_text(f"encryptionsalt: v1:abc\n{TEMPLATE}")

    with pytest.raises(OperateError, match=r"Pulumi\.local\.yaml has secrets, but their passph"):
        prepare(stack)

    assert not stack.passphrase_file.exists()


def test_secrets_are_generated_once(stack: Stack, commands: Commands) -> None:
    """Each comes on standard input, where no process list shows it; a present one is kept."""
    kept, made = GENERATED_SECRETS
    stack.config_file.write_text(f"{TEMPLATE}  observability:{kept}:\n    secure: v1:abc\n")
    prepare(stack)
    key = f"observability:{made}"
    value = commands.stdin("pulumi", key)
    setting = [call for call in commands.calls("pulumi") if call.startswith("config set")]

    assert [f"config set --secret {key} --stack local --non-interactive"] == setting
    assert len(value) >= 32
    assert all(value not in call for call in commands.calls("pulumi"))


def test_images_are_written_where_no_registry_answers(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, ensured: list[str]
) -> None:
    """The copy says `images.source: local`, and such images are made."""
    monkeypatch.setattr(images, "decide_source", lambda: "local")
    prepare(stack)

    assert {"images": {"source": "local"}, "host-name": "local"} == stack.settings
    assert ["local"] == ensured


def test_insertion_changes_nothing_else() -> None:
    """In the committed template, all other settings and comments stay."""
    before = (CHECKOUT / "stacks" / "local.yaml").read_text()
    after = template.with_lines(before, ["images:", "  source: local"])
    key = "observability:stack"
    expected = yaml.safe_load(before)["config"][key] | {"images": {"source": "local"}}

    assert expected == yaml.safe_load(after)["config"][key]
    assert set(before.splitlines()) <= set(after.splitlines())


@pytest.mark.parametrize("content", ["config: {}\n", TEMPLATE + TEMPLATE])
def test_strange_template_is_refused(content: str) -> None:
    """Where the place to insert isn't clear, nothing is guessed."""
    with pytest.raises(SetupError, match="the template has no line 'observability:stack:'"):
        template.with_lines(content, [])


def test_another_daemon_is_written_down(stack: Stack, commands: Commands) -> None:
    """A rootless daemon or another context: what `docker` talks to is what the stack runs on."""
    commands.answer("docker context inspect", "unix:///run/user/1000/docker.sock\n")
    commands.answer("docker info", "/home/somebody/.local/share/docker\n")
    prepare(stack)

    assert "unix:///run/user/1000/docker.sock" == stack.docker_host
    assert "/home/somebody/.local/share/docker" == stack.settings["docker-data-root"]


def test_usual_daemon_isnt(stack: Stack, commands: Commands) -> None:
    """The file says nothing that holds anyway."""
    commands.answer("docker context inspect", "unix:///var/run/docker.sock\n")
    commands.answer("docker info", "/var/lib/docker\n")
    prepare(stack)

    assert TEMPLATE == stack.config_file.read_text()
