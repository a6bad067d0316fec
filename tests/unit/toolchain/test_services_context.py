"""What our own images are built from follows their sources, and nothing else."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from tests.unit.commands import Commands, stand_in
from toolchain import services_context
from toolchain.cache import CHECKOUT, SetupError
from toolchain.services_context import RECIPE, SERVICES, SIMULATOR, Context

FETCH = 'while [ "$1" != --dest ]; do shift; done; mkdir "$2"; : > "$2/some.whl"; set -- -m pip\n'


@pytest.fixture(params=[SERVICES, SIMULATOR], ids=lambda context: context.name)
def context(request: pytest.FixtureRequest, tmp_path: Path) -> Context:
    """That of one image, in a checkout of this test's own."""
    real: Context = request.param
    checkout = tmp_path / "checkout"
    for name in (*real.sources, RECIPE, real.lock):
        there, copy = CHECKOUT / name, checkout / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if there.is_dir() else shutil.copy2)(there, copy)
    return dataclasses.replace(real, checkout=checkout)


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A pip that fetches one wheel."""
    profile = tmp_path / "profile"
    monkeypatch.setattr(services_context, "profile", lambda: profile)
    monkeypatch.setenv("OBSERVABILITY_CACHE", str(tmp_path / "cache"))
    commands = stand_in(tmp_path, monkeypatch, "python")
    commands.do("python -m pip", FETCH)
    (profile / "venv").mkdir(parents=True)
    (profile / "venv" / "bin").symlink_to(tmp_path / "commands")
    return commands


def test_holds_all_that_the_build_needs(context: Context, pip: Commands) -> None:
    """Sources without byte code, the recipe, the lock and its wheels, with hashes checked."""
    (context.checkout / context.sources[0] / "__pycache__").mkdir(exist_ok=True)

    context.ensure()

    names = {path.name for path in context.path.iterdir()}
    assert {"Dockerfile", "install.py", "sources", "wheels", "requirements.lock"} < names
    assert ["some.whl"] == [p.name for p in (context.path / "wheels").iterdir()]
    assert all((context.path / "sources" / source).exists() for source in context.sources)
    assert not (context.path / "sources" / context.sources[0] / "__pycache__").exists()
    (call,) = pip.calls("python")
    assert "--require-hashes --only-binary=:all: --no-deps" in call


def test_is_prepared_once(context: Context, pip: Commands) -> None:
    """Unchanged sources cost no work; changed ones no second download."""
    context.ensure()
    made = context.path.stat().st_ino

    context.ensure()
    same = context.path.stat().st_ino
    (context.checkout / context.sources[0] / "new.py").write_text("")
    context.ensure()

    assert made == same
    assert made != context.path.stat().st_ino
    assert (context.path / "sources" / context.sources[0] / "new.py").exists()
    assert 1 == len(pip.calls("python"))


@pytest.mark.parametrize("part", ["sources", "recipe", "lock"])
def test_is_stale_once_a_source_changes(part: str, context: Context, pip: Commands) -> None:
    """Sources, recipe and lock each count."""
    context.ensure()
    before = context.version()
    names = {"sources": context.sources[-1], "recipe": RECIPE, "lock": context.lock}
    source = context.checkout / names[part]
    file = source / "added" if source.is_dir() else source

    with file.open("a") as out:
        out.write("# changed\n")

    assert before == context.prepared() != context.version()
    assert 1 == len(pip.calls("python"))


def test_failed_download_leaves_nothing(context: Context, pip: Commands) -> None:
    """Without its wheels there is no context, and the next run tries again."""
    pip.do("python -m pip", "exit 1\n")

    with pytest.raises(SetupError, match="getting the wheels"):
        context.ensure()

    assert "" == context.prepared()
    assert [] == list(context.checkout.glob(f"{context.folder}*"))


def test_fakepve_is_in_the_simulators_image_only() -> None:
    """It is under the AGPL: what runs on a real site is built without it."""
    locked = {one.name: (CHECKOUT / one.lock).read_text() for one in (SERVICES, SIMULATOR)}

    assert "fakepve" in locked["simulator"]
    assert "fakepve" not in locked["services"]
