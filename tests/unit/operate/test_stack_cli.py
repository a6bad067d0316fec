"""What is asked of the Pulumi CLI, and what a broken stack file or a failing CLI looks like."""

import dataclasses
import subprocess

import pytest

from operate.stack import OperateError, Stack
from tests.unit.commands import Commands


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"config:\n  a: [1\n", "Pulumi.local.yaml is not YAML in line 3"),
        (b"config: {}\n\tb: 1\n", "Pulumi.local.yaml is not YAML in line 2"),
        (b"config: \0\n", "Pulumi.local.yaml is not YAML"),
        (b"config: \xff\n", "Pulumi.local.yaml is not YAML"),
        (b"config: {a: 2024-13-45}\n", "Pulumi.local.yaml is not YAML"),
    ],
)
def test_broken_file_is_one_line(stack: Stack, content: bytes, problem: str) -> None:
    """Whatever is wrong with the file, there is one line with its name, and the place if known."""
    stack.config_file.write_bytes(content)

    with pytest.raises(OperateError) as caught:
        _ = stack.settings

    assert problem == str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "config: 5", "config: {observability:stack: []}"])
def test_odd_file_has_no_settings(stack: Stack, content: str) -> None:
    """What isn't an object of settings is left to the program to explain, with our defaults."""
    stack.config_file.write_text(content)

    assert {} == stack.settings
    assert "unix:///var/run/docker.sock" == stack.docker_host


def test_docker_host_is_read(stack: Stack) -> None:
    """Recovery and purge talk to the daemon that the program talks to."""
    stack.config_file.write_text("config: {observability:stack: {docker-host: 'ssh://me@nas'}}")

    assert "ssh://me@nas" == stack.docker_host


def test_failing_cli_is_one_line(stack: Stack, commands: Commands) -> None:
    """The CLI's message arrives without its line breaks."""
    commands.fail("pulumi stack export", "error: no such\n  stack\n")

    with pytest.raises(OperateError) as caught:
        stack.ask("stack", "export")

    assert "pulumi stack export: error: no such stack" == str(caught.value)


def test_silent_failure_is_told(stack: Stack, commands: Commands) -> None:
    """A CLI that says nothing has still failed."""
    commands.fail("pulumi cancel", "")

    with pytest.raises(OperateError, match=r"pulumi cancel --yes: no message"):
        stack.ask("cancel", "--yes")


def test_unreachable_backend_is_one_line(stack: Stack, commands: Commands) -> None:
    """The first question to the backend is where a wrong PULUMI_BACKEND_URL shows."""
    (commands.folder / "pulumi stack ls").unlink()
    commands.fail("pulumi stack ls", "error: unable to open bucket\n")

    with pytest.raises(OperateError, match=r"^pulumi stack ls: error: unable to open bucket$"):
        stack.exists()


@pytest.mark.parametrize(
    ("listed", "known"),
    [
        ("local", True),
        ("organization/observability/local", True),
        ("local-2", False),
        ("organization/local/other", False),
    ],
)
def test_exists(stack: Stack, commands: Commands, listed: str, known: bool) -> None:
    """A stack is found by its own name, with or without an organisation before it."""
    commands.answer("pulumi stack ls", f'[{{"name": "{listed}"}}]')

    assert known is stack.exists()


def test_status_of_a_run_is_pulumis(stack: Stack, commands: Commands) -> None:
    """`make` fails where `pulumi` does."""
    commands.fail("pulumi up", "")

    assert 1 == stack.run("up", "--yes")
    assert 0 == stack.run("preview")
    assert [
        "up --yes --stack local --non-interactive",
        "preview --stack local --non-interactive",
    ] == commands.calls("pulumi")


def test_interrupted_run_waits_for_pulumi(
    stack: Stack, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Ctrl-C ends `pulumi` in its own time: until then nobody else may start on the stack."""
    commands.do("pulumi up", "exit 3\n")
    real, asked = subprocess.Popen.wait, []

    def wait(child: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        asked.append(child)
        if len(asked) == 1:
            raise KeyboardInterrupt
        return real(child, timeout)

    monkeypatch.setattr(subprocess.Popen, "wait", wait)

    assert 3 == stack.run("up")
    assert len(asked) > 1


def test_outputs_and_secret(stack: Stack, commands: Commands) -> None:
    """Outputs are parsed; a secret comes without the line break that the CLI adds."""
    commands.answer("pulumi stack output", '{"grafana-url": "http://127.0.0.1:3000"}')
    commands.answer("pulumi config get", "s3cret\n")

    assert {"grafana-url": "http://127.0.0.1:3000"} == stack.outputs()
    assert "s3cret" == stack.secret("grafana-admin-password")


def test_stacks_have_passphrases_of_their_own(stack: Stack) -> None:
    """One stack's passphrase doesn't open another's secrets."""
    other = dataclasses.replace(stack, name="homelab")

    assert stack.passphrase_file != other.passphrase_file
