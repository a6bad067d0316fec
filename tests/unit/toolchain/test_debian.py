"""Debian packages: installed only as root, on Debian, and after a yes where one can answer."""

import contextlib
import io
import os
import shutil
import sys
from pathlib import Path

import pytest

from toolchain import debian
from toolchain.cache import SetupError

Command = list[str]


class Terminal(io.StringIO):
    """A stream with a person at it."""

    def isatty(self) -> bool:
        """Always."""
        return True


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """The commands that would have been run, on a Debian, as root, without a terminal."""
    commands: list[Command] = []
    monkeypatch.setenv("OBSERVABILITY_CACHE", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(debian, "run_step", lambda _title, command, **_: commands.append(command))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return commands


def sit_at_a_terminal(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr(sys, "stderr", Terminal())


@pytest.mark.parametrize("missing", ["root", "apt-get"])
def test_not_ours_to_install(
    missing: str, run: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without root or without apt, one line says what to install and why, and nothing is run."""
    if missing == "root":
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    else:
        monkeypatch.setattr(shutil, "which", lambda _name: None)

    with pytest.raises(SetupError) as caught:
        debian.install("docker.io", why="no Docker daemon answers")

    assert (
        "docker.io missing (no Docker daemon answers): install with `apt-get install docker.io` "
        "as root"
    ) == str(caught.value)
    assert [] == run


def test_without_a_terminal_it_says_what_it_does(
    run: list[Command], capsys: pytest.CaptureFixture[str]
) -> None:
    """CI isn't asked, but its log has the line; packages come last, without suggestions."""
    debian.install("debootstrap", why="local images stand on a small Debian")
    told = capsys.readouterr().err

    assert "Debian's debootstrap will be installed: local images stand on a small Debian." in told
    assert [["apt-get", "install", "-y", "-q", "--no-install-recommends", "debootstrap"]] == run[
        -1:
    ]
    assert run[:-1] in ([], [["apt-get", "update", "-q"]])


UPDATE = ["apt-get", "update", "-q"]
INSTALL = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "debootstrap"]


@pytest.mark.parametrize("failures", [1, 2])
def test_old_package_lists(
    failures: int, run: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists of yesterday name files that are gone: with new ones it is tried again, once."""

    def step(_title: str, command: Command, **_: object) -> None:
        run.append(command)
        if command == INSTALL and run.count(INSTALL) <= failures:
            raise SetupError("404 Not Found")

    monkeypatch.setattr(debian, "run_step", step)
    with pytest.raises(SetupError, match="404") if failures > 1 else contextlib.nullcontext():
        debian.install("debootstrap", why="it is needed")

    assert [INSTALL, UPDATE, INSTALL] == run[-3:]
    assert 2 == run.count(INSTALL)


@pytest.mark.parametrize("typed", ["y\n", "Y\n", "yes\n", " YES \n"])
def test_yes_goes_on(typed: str, run: list[Command], monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who agrees gets the package."""
    sit_at_a_terminal(monkeypatch, typed)
    debian.install("docker.io", why="it is needed")

    assert "docker.io" == run[-1][-1]


@pytest.mark.parametrize("typed", ["", "\n", "n\n", "yep\n", "no\n"])
def test_anything_else_stops(
    typed: str, run: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Return alone isn't a yes, and neither is the end of input."""
    sit_at_a_terminal(monkeypatch, typed)

    with pytest.raises(SetupError, match="stopped, nothing was changed"):
        debian.install("docker.io", why="it is needed")

    assert [] == run
