"""What is found on PATH, what is built, and under which key."""

import dataclasses
import os
import tomllib
from pathlib import Path

import pytest

from toolchain import debian, images, targets
from toolchain.cache import CHECKOUT, SetupError, digest


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> targets.Target:
    """A target whose build script writes one command, in a cache of its own."""
    monkeypatch.setenv("OBSERVABILITY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(targets, "FOLDER", tmp_path)
    monkeypatch.setattr(targets, "_check_go", lambda _target: None)
    (tmp_path / "cache").mkdir()
    (tmp_path / "targets" / "tool").mkdir(parents=True)
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "stub.sh"
    script.write_text('#!/bin/sh\necho "$VERSION" > "$OUT/bin/tool"\n')
    script.chmod(0o755)
    return targets.Target(
        name="tool",
        version="1.2.3",
        minutes=1,
        script="stub",
        commands=("tool",),
        sources=(script,),
    )


def user_tool(folder: Path, version: str) -> None:
    folder.mkdir()
    program = folder / "tool"
    program.write_text(f"#!/bin/sh\necho tool, version {version}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("version", "accepted"),
    [("1.2.3", True), ("1.10.0", True), ("1.2.2", False), ("2.0.0", False), ("0.9.9", False)],
)
def test_new_enough(version: str, accepted: bool) -> None:
    """The pinned version or a later one of the same major version counts, compared as numbers."""
    assert accepted is targets.new_enough(version, "1.2.3")


def test_users_tool_is_taken_when_new_enough(
    stub: targets.Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the user has installed is linked, not built again."""
    user_tool(tmp_path / "own", "1.3.0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'own'}:{os.environ['PATH']}")

    found = targets.provide(stub)

    assert tmp_path / "own" / "tool" == (found / "bin" / "tool").readlink()


def test_old_tool_of_the_user_is_passed_over(
    stub: targets.Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool below the pin isn't used; ours is built instead."""
    user_tool(tmp_path / "own", "1.2.2")
    monkeypatch.setenv("PATH", f"{tmp_path / 'own'}:{os.environ['PATH']}")

    found = targets.provide(stub)

    assert (found / "bin" / "tool").read_text() == "1.2.3\n"


def test_build_is_made_once(stub: targets.Target, tmp_path: Path) -> None:
    """A second call takes the cached build; a changed source makes a new key."""
    first = targets.provide(stub)
    (first / "bin" / "tool").write_text("kept")
    second = targets.provide(stub)
    key = stub.key
    (tmp_path / "scripts" / "stub.sh").write_text("#!/bin/sh\nexit 1\n")

    assert (second / "bin" / "tool").read_text() == "kept"
    assert key != stub.key


def test_failed_build_says_why_and_leaves_nothing(stub: targets.Target, tmp_path: Path) -> None:
    """The end of the log is in the message, and the next run builds again."""
    (tmp_path / "scripts" / "stub.sh").write_text("#!/bin/sh\necho no such module; exit 3\n")

    with pytest.raises(SetupError, match="no such module"):
        targets.provide(stub)

    assert list((tmp_path / "cache" / "builds").iterdir()) == []


def test_missing_go_is_one_clear_line(
    stub: targets.Target, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without Go the message says what to install."""
    monkeypatch.undo()
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SetupError, match=r"install Go 1\.26 or later"):
        targets._check_go(stub)


def test_missing_debian_packages_are_installed(
    stub: targets.Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of which there is no file, and only before a build."""
    installed: list[tuple[str, ...]] = []
    monkeypatch.setattr(debian, "install", lambda *packages, **_: installed.append(packages))
    there = {"there": str(tmp_path), "missing-dev": str(tmp_path / "missing.h")}
    needy = dataclasses.replace(stub, debian=there)

    targets.provide(needy)
    targets.provide(needy)

    assert [("missing-dev",)] == installed


def test_digest_is_the_same_in_every_clone(tmp_path: Path) -> None:
    """Where a folder lies doesn't count; what is in it, its names and its modes do."""
    for clone in ("a", "b"):
        (tmp_path / clone / "sub").mkdir(parents=True)
        (tmp_path / clone / "sub" / "file").write_text("same")
    same = digest([tmp_path / "a"]), digest([tmp_path / "b"])
    (tmp_path / "b" / "sub" / "file").chmod(0o755)

    assert same[0] == same[1]
    assert same[1] != digest([tmp_path / "b"])


def test_every_target_has_its_sources() -> None:
    """Each row of targets.toml has a script, and hashes of all its Go dependencies."""
    for target in targets.all_targets().values():
        folder, script = target.sources

        assert script.stat().st_mode & 0o111, script
        assert (folder / "go.sum").stat().st_size > 0, folder


def test_every_image_keeps_upstreams_shape() -> None:
    """Each local recipe can't pass for upstream's; only Alloy has none."""
    rows = tomllib.loads((CHECKOUT / "images.toml").read_text())
    local = [image for image in images.catalogue().values() if image.folder]

    assert set(rows) == set(images.catalogue())
    assert {"alloy"} == set(rows) - {image.service for image in local}
    for image in local:
        assert image.local.startswith("obs-local/")
        recipe = "Dockerfile" if image.base else "make.sh"
        assert (images.FOLDER / image.folder / recipe).exists()
        base = images.FOLDER / image.base
        assert image.base in {"scratch", ""} or (base / "make.sh").exists()


def test_local_reference_changes_with_its_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed Dockerfile gives another tag, so that a running stack notices."""
    image = images.catalogue()["loki"]
    before = image.local
    (tmp_path / "loki").mkdir()
    (tmp_path / "loki" / "Dockerfile").write_text("FROM scratch\n")
    monkeypatch.setattr(images, "FOLDER", tmp_path)

    assert before != image.local


def test_grafanas_version_is_told_apart() -> None:
    """Where the local build isn't upstream's pin, the user is told."""
    told = images.differences()

    assert told == ["grafana 10.0.0 runs here, upstream's pin is 13.2.3"]
