"""Which image a service runs: upstream's where it can be had, else one that is told apart."""

import dataclasses
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.commands import Commands, stand_in
from toolchain import debian, images, targets
from toolchain.cache import SetupError

INSPECT = "docker image inspect"


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A daemon that has no image and reaches no registry."""
    commands = stand_in(tmp_path, monkeypatch, "docker")
    commands.fail(INSPECT, "Error: No such image\n")
    commands.fail("docker pull", "dial tcp: lookup registry\n")
    return commands


@pytest.fixture
def recipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the image recipes that may be changed."""
    copy = tmp_path / "images"
    shutil.copytree(images.FOLDER, copy)
    monkeypatch.setattr(images, "FOLDER", copy)
    return copy


def pinned(**row: str) -> images.Image:
    local = {"folder": "loki", "target": "loki", "base": "scratch"}
    return images._image("loki", {"image": "grafana/loki", "tag": "3.7.8", "local": local} | row)


def test_tag_is_used_without_a_digest() -> None:
    """Until `make images-pin` has run, the tag decides."""
    assert "grafana/loki:3.7.8" == pinned().upstream


def test_digest_decides_where_there_is_one() -> None:
    """A pinned image can't change under its tag; the tag stays for people to read."""
    upstream = pinned(digest="sha256:0123").upstream

    assert "grafana/loki:3.7.8@sha256:0123" == upstream


def test_every_service_has_both_references() -> None:
    """The program asks for a source and gets all services, none of them mixed; but for Alloy."""
    upstream, local = images.references("upstream"), images.references("local")

    assert list(upstream) == sorted([*local, "alloy"], key=list(upstream).index)
    assert not any(reference.startswith("obs-local/") for reference in upstream.values())
    assert all(reference.startswith("obs-local/") for reference in local.values())
    assert len(set(local.values())) == len(local)


@pytest.mark.parametrize("service", sorted(images.references("local")))
def test_local_reference_follows_its_sources(service: str, recipes: Path) -> None:
    """A changed recipe and a changed base each give another tag; another image's doesn't."""
    image = images.catalogue()[service]
    seen = [image.local]
    (recipes / "unrelated").mkdir()
    (recipes / "unrelated" / "Dockerfile").write_text("FROM scratch\n")

    assert seen[0] == image.local
    for folder in {image.folder, image.base} - {"scratch", ""}:
        (recipes / folder / "added").write_text("x")
        assert image.local not in seen
        seen.append(image.local)


def test_local_reference_follows_its_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is built otherwise makes another image, even at the same version."""
    image = images.catalogue()["loki"]
    before = image.local
    rows = dict(targets.all_targets())
    rows["loki"] = dataclasses.replace(rows["loki"], stamp="otherwise")
    monkeypatch.setattr(targets, "all_targets", lambda: rows)

    assert before != image.local
    assert before.rsplit("-", 1)[0] == image.local.rsplit("-", 1)[0]


@pytest.mark.parametrize("tag", ["3.7.8", "v3.7.8"])
def test_same_version_is_no_difference(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A `v` before upstream's tag doesn't make it another version."""
    image = pinned(tag=tag)
    rows = {"loki": targets.Target(name="loki", version="3.7.8", minutes=1, script="module")}
    monkeypatch.setattr(targets, "all_targets", lambda: rows)
    monkeypatch.setattr(images, "catalogue", lambda: {"loki": image, "old": pinned(tag="3.7.9")})

    assert ["loki 3.7.8 runs here, upstream's pin is 3.7.9"] == images.differences()


def test_present_upstream_image_is_enough(docker: Commands) -> None:
    """A daemon that has upstream's image is asked nothing more, and pulls nothing."""
    docker.answer(INSPECT, "sha256:1\n")

    assert "upstream" == images.decide_source()
    assert 1 == len(docker.calls("docker"))


def test_registry_that_answers_means_upstream(docker: Commands) -> None:
    """One small image is pulled to find out, the one that will be run."""
    docker.answer("docker pull", "")

    assert "upstream" == images.decide_source()
    smallest = images.catalogue()["node-exporter"].upstream
    assert f"pull --quiet {smallest}" == docker.calls("docker")[-1]


def test_no_registry_means_local(docker: Commands) -> None:
    """Where the pull fails, images are made here."""
    assert "local" == images.decide_source()
    assert docker.calls("docker")[-1].startswith("pull ")


def test_present_local_images_save_the_question(
    docker: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once local images are there, a dead registry isn't waited for again."""
    monkeypatch.setattr(images, "_present", lambda *names: names[0].startswith("obs-local/"))

    assert "local" == images.decide_source()
    assert [] == docker.calls("docker")


def test_registry_that_hangs_means_local(monkeypatch: pytest.MonkeyPatch) -> None:
    """A firewall that swallows packets ends the pull by its time limit."""

    def hang(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, images.PULL_SECONDS)

    monkeypatch.setattr(images, "_present", lambda *_: False)
    monkeypatch.setattr(subprocess, "run", hang)

    assert "local" == images.decide_source()


@pytest.mark.parametrize("source", ["upstream", "local"])
def test_nothing_is_made_twice(
    docker: Commands, source: images.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upstream's images are left to `up`, and local ones that are there are left alone."""
    docker.answer(INSPECT, "sha256:1\n")
    monkeypatch.setattr(images, "_make", lambda image: pytest.fail(image.service))
    images.ensure(source)

    assert (["image"] if source == "local" else []) == [
        call.split()[0] for call in docker.calls("docker")
    ]


def test_only_missing_images_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed recipe costs one build, not all of them."""
    made: list[str] = []
    missing = images.catalogue()["loki"].local
    monkeypatch.setattr(images, "_present", lambda *names: missing not in names)
    monkeypatch.setattr(images, "_make", lambda image: made.append(image.service))
    images.ensure("local")

    assert ["loki"] == made


def test_base_needs_root_on_debian(docker: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere one line says why nothing can be made, before anything is tried."""
    monkeypatch.setattr(debian, "may_install", lambda: False)

    with pytest.raises(SetupError, match="only be made as root on Debian"):
        images._base("busybox")

    assert ["image"] == [call.split()[0] for call in docker.calls("docker")]


def test_image_of_debian_packages_needs_no_program_of_ours(
    docker: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its packages are named to the build, and nothing is built from Go for it."""
    image = images.catalogue()["redis"]
    monkeypatch.setattr(targets, "provide", lambda *_, **__: pytest.fail("a target"))
    monkeypatch.setattr(images, "_base", lambda name: f"base-{name}")
    images._make(image)

    (build,) = [call for call in docker.calls("docker") if call.startswith("build ")]
    given = "--build-arg BASE=base-debian --build-arg PACKAGES=redis-server"
    assert build.startswith(f"build {given} --tag {image.local} ")


def test_local_reference_follows_its_packages() -> None:
    """Another package makes another image, though the recipe is the same."""
    image = images.catalogue()["redis"]
    other = dataclasses.replace(image, packages=["redis-server", "redis-sentinel"])

    assert image.local.startswith("obs-local/redis:7.0-")
    assert image.local != other.local
