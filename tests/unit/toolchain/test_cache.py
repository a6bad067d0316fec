"""What a cache key depends on, and where the user's folders lie."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import cache
from toolchain.cache import SetupError, digest


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder as a clone has it: a script and a file in a folder below."""
    folder = tmp_path / "first" / "sources"
    (folder / "below").mkdir(parents=True)
    (folder / "build.sh").write_text("#!/bin/sh\n")
    (folder / "below" / "go.mod").write_text("module m\n")
    return folder


def rename(folder: Path) -> None:
    (folder / "build.sh").rename(folder / "make.sh")


def move(folder: Path) -> None:
    (folder / "below" / "go.mod").rename(folder / "go.mod")


def edit(folder: Path) -> None:
    (folder / "below" / "go.mod").write_text("module n\n")


def make_executable(folder: Path) -> None:
    (folder / "build.sh").chmod(0o755)


def add(folder: Path) -> None:
    (folder / "below" / "empty").touch()


def remove(folder: Path) -> None:
    (folder / "build.sh").unlink()


def swap(folder: Path) -> None:
    (folder / "build.sh").write_text("module m\n")
    (folder / "below" / "go.mod").write_text("#!/bin/sh\n")


@pytest.mark.parametrize("change", [rename, move, edit, make_executable, add, remove, swap])
def test_digest_notices(clone: Path, change: Callable[[Path], None]) -> None:
    """Anything that could change a build changes its key."""
    before = digest([clone])
    change(clone)

    assert before != digest([clone])


def test_digest_is_the_same_elsewhere(clone: Path, tmp_path: Path) -> None:
    """A fresh clone finds what an earlier one built, under whatever path."""
    other = tmp_path / "second" / "place"
    shutil.copytree(clone, other)

    assert digest([clone]) == digest([other])
    assert digest([clone / "build.sh"]) == digest([other / "build.sh"])


def test_byte_code_doesnt_count(clone: Path) -> None:
    """Python leaves byte code beside sources whenever it runs them."""
    before = digest([clone])
    (clone / "below" / "__pycache__").mkdir()
    (clone / "below" / "__pycache__" / "m.cpython-311.pyc").write_bytes(b"code")

    assert before == digest([clone])


def test_digest_counts_every_string(clone: Path) -> None:
    """Versions and settings are part of a key, each for itself."""
    digests = {
        digest([clone]),
        digest([clone], ["1.2"]),
        digest([clone], ["1", "2"]),
        digest([clone], ["12"]),
        digest([], ["12"]),
    }

    assert 5 == len(digests)
    assert all(12 == len(found) for found in digests)


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"OBSERVABILITY_CACHE": "/own", "XDG_CACHE_HOME": "/xdg"}, "/own"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/observability"),
        ({"XDG_CACHE_HOME": ""}, "/home/me/.cache/observability"),
        ({}, "/home/me/.cache/observability"),
    ],
)
def test_cache_folder(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own variable wins, then the desktop standard's, then the standard's default."""
    for name in ("OBSERVABILITY_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (variables | {"HOME": "/home/me"}).items():
        monkeypatch.setenv(name, value)

    assert Path(expected) == cache.root()


def test_state_isnt_in_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who empties caches keeps the state and the passphrases."""
    for name in ("OBSERVABILITY_CACHE", "OBSERVABILITY_DATA", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)

    assert not cache.data().is_relative_to(cache.root())


def test_missing_tool_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tool that `make setup` hasn't put there says so; one that it has is found."""
    monkeypatch.setattr(cache, "profile", lambda: tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "promtool").touch()

    assert tmp_path / "bin" / "promtool" == cache.tool("promtool")
    with pytest.raises(
        SetupError, match=r"^amtool is missing from the tool cache: run `make setup"
    ):
        cache.tool("amtool")
