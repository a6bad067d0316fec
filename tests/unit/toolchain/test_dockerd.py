"""A Docker daemon: the one that answers is used, and where none can be had, one line says so."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.commands import stand_in
from toolchain import debian, dockerd
from toolchain.cache import SetupError

HOST_ROOT = "21 1 8:1 / / rw,relatime{optional} - ext4 /dev/sda1 rw\n"


@pytest.fixture(autouse=True)
def _nothing_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon answers, and a test that would start, install or mount something fails."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(HOST_ROOT.format(optional=" shared:1"))
    monkeypatch.setenv("OBSERVABILITY_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr(dockerd, "MOUNTS", mounts)
    monkeypatch.setattr(dockerd, "answers", lambda: False)
    monkeypatch.setattr(dockerd, "_start", lambda: pytest.fail("a daemon would be started"))
    monkeypatch.setattr(debian, "install", lambda *_, **__: pytest.fail("would install"))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a command would be run"))


def test_running_daemon_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one answers, nothing is started or installed, root or not."""
    asked: list[str] = []
    monkeypatch.setattr(dockerd, "answers", lambda: not asked.append("answers"))  # type: ignore[func-returns-value]
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    dockerd.ensure()

    assert ["answers"] == asked


def test_silent_docker_host_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that the user has chosen isn't replaced by one of ours."""
    monkeypatch.setenv("DOCKER_HOST", "tcp://nas:2375")

    with pytest.raises(SetupError, match=r"^no Docker daemon answers at DOCKER_HOST=tcp://nas:"):
        dockerd.ensure()


def test_without_root_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user who isn't root is told all three steps at once."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(SetupError, match="install Docker, start it, and add yourself to its group"):
        dockerd.ensure()


@pytest.mark.parametrize("missing", ["docker", "dockerd"])
def test_root_installs_what_is_missing(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Client and daemon are both needed; after their installation the daemon is started."""
    done: list[str] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else f"/bin/{name}")
    monkeypatch.setattr(debian, "install", lambda package, why: done.append(f"{package}: {why}"))
    monkeypatch.setattr(dockerd, "_start", lambda: done.append("started"))
    dockerd.ensure()

    assert ["docker.io: no Docker daemon answers and none is installed", "started"] == done


def test_installed_daemon_is_only_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed where both programs are there."""
    done: list[str] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(dockerd, "_start", lambda: done.append("started"))
    dockerd.ensure()

    assert ["started"] == done


def test_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that fails, and one that isn't there, mean that no daemon answers."""
    monkeypatch.undo()
    docker = stand_in(tmp_path, monkeypatch, "docker")

    assert dockerd.answers()
    docker.fail("docker version", "Cannot connect\n")
    assert not dockerd.answers()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not dockerd.answers()


@pytest.mark.parametrize(
    ("optional", "shared"),
    [(" shared:1", True), (" shared:1 master:2", True), (" master:2", False), ("", False)],
)
def test_root_is_shared(optional: str, shared: bool) -> None:
    """The optional fields of the row for `/` decide, whatever other mounts say."""
    other = "30 21 0:5 / /shared:9 rw shared:9 - tmpfs tmpfs rw\n"

    assert shared is dockerd.root_is_shared(other + HOST_ROOT.format(optional=optional) + other)
