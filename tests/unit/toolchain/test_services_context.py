"""What the services image is built from follows its sources, and nothing else."""

import shutil
from pathlib import Path

import pytest

from tests.unit.commands import Commands, stand_in
from toolchain import services_context
from toolchain.cache import CHECKOUT, SetupError

FETCH = 'while [ "$1" != --dest ]; do shift; done; mkdir "$2"; : > "$2/some.whl"; set -- -m pip\n'


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A checkout of this test's own, whose pip fetches one wheel."""
    checkout, profile = tmp_path / "checkout", tmp_path / "profile"
    for name in ("SERVICES", "RECIPE", "LOCK", "CONTEXT"):
        there = getattr(services_context, name)
        copy = checkout / there.relative_to(CHECKOUT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if name != "CONTEXT":
            (shutil.copytree if there.is_dir() else shutil.copy2)(there, copy)
        monkeypatch.setattr(services_context, name, copy)
    monkeypatch.setattr(services_context, "CHECKOUT", checkout)
    monkeypatch.setattr(services_context, "profile", lambda: profile)
    monkeypatch.setenv("OBSERVABILITY_CACHE", str(tmp_path / "cache"))
    commands = stand_in(tmp_path, monkeypatch, "python")
    commands.do("python -m pip", FETCH)
    (profile / "venv").mkdir(parents=True)
    (profile / "venv" / "bin").symlink_to(tmp_path / "commands")
    return commands


def test_holds_all_that_the_build_needs(pip: Commands) -> None:
    """Sources without byte code, the recipe, the lock and its wheels, with hashes checked."""
    (services_context.SERVICES / "__pycache__").mkdir(exist_ok=True)

    services_context.ensure()

    names = {path.name for path in services_context.CONTEXT.iterdir()}
    assert {"Dockerfile", "install.py", "services", "wheels", services_context.LOCK.name} < names
    assert ["some.whl"] == [p.name for p in (services_context.CONTEXT / "wheels").iterdir()]
    assert not (services_context.CONTEXT / "services" / "__pycache__").exists()
    (call,) = pip.calls("python")
    assert "--require-hashes --only-binary=:all: --no-deps" in call


def test_is_prepared_once(pip: Commands) -> None:
    """Unchanged sources cost no work; changed ones no second download."""
    services_context.ensure()
    made = services_context.CONTEXT.stat().st_ino

    services_context.ensure()
    same = services_context.CONTEXT.stat().st_ino
    (services_context.SERVICES / "new.py").write_text("")
    services_context.ensure()

    assert made == same
    assert made != services_context.CONTEXT.stat().st_ino
    assert (services_context.CONTEXT / "services" / "new.py").exists()
    assert 1 == len(pip.calls("python"))


@pytest.mark.parametrize("name", ["SERVICES", "RECIPE", "LOCK"])
def test_is_stale_once_a_source_changes(name: str, pip: Commands) -> None:
    """Sources, recipe and lock each count."""
    services_context.ensure()
    before = services_context.version()
    source = getattr(services_context, name)
    file = source / "added" if source.is_dir() else source

    with file.open("a") as out:
        out.write("# changed\n")

    assert before == services_context.prepared() != services_context.version()
    assert 1 == len(pip.calls("python"))


def test_failed_download_leaves_nothing(pip: Commands) -> None:
    """Without its wheels there is no context, and the next run tries again."""
    pip.do("python -m pip", "exit 1\n")

    with pytest.raises(SetupError, match="getting the wheels"):
        services_context.ensure()

    assert "" == services_context.prepared()
    assert [] == list(services_context.CONTEXT.parent.glob(".services*"))
