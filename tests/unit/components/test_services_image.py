"""The image of our own services: from a prepared context only, under a tag of its sources."""

from pathlib import Path

import pulumi
import pytest

from components.service import Service
from components.services_image import BuildContext, ServicesImage, ServicesImageArgs, find_context
from tests.unit.components.recorder import Recorder, deploy
from tests.unit.components.samples import service
from toolchain.services_context import SERVICES, Context

CONTEXT = BuildContext(folder=".services", version="1")


def deployed(*, context: BuildContext = CONTEXT, base: str = "python:3.11") -> Recorder:
    """An image, and a service that runs it."""

    def program() -> None:
        image = ServicesImage("own", ServicesImageArgs(context=context, base=base))
        Service("web", service(image=image.reference))

    return deploy(program)


def tag(seen: Recorder) -> str:
    return str(seen.inputs("RemoteImage", "own-build")["name"])


def test_is_built_from_the_context() -> None:
    """On the given base, and kept when the stack goes: another may run it."""
    asked = deployed().inputs("RemoteImage", "own-build")

    assert {"context": ".services", "buildArgs": {"BASE": "python:3.11"}} == asked["build"]
    assert asked["keepLocally"] is True


def test_tag_follows_context_and_base() -> None:
    """The same sources have the same tag in every clone; others have another."""
    elsewhere = BuildContext(folder="../.services", version="1")
    tags = [
        tag(deployed()),
        tag(deployed(context=BuildContext(folder=".services", version="2"))),
        tag(deployed(base="python:3.12")),
    ]

    assert 3 == len(set(tags))
    assert tags[0] == tag(deployed(context=elsewhere))
    assert tags[0].startswith("obs-services:")


def test_service_runs_the_built_image() -> None:
    """It asks for the tag that was built, after the build, so that nothing is pulled."""
    seen = deployed()

    assert tag(seen) == seen.inputs("RemoteImage", "web-image")["name"]
    assert "own-build" in str(seen.requests["web-image"].propertyDependencies["name"])


@pytest.mark.parametrize(("found", "state"), [("", "is missing"), ("0", "is older than services/")])
def test_unprepared_context_is_one_line(
    found: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who runs plain `pulumi up` in a fresh clone, or after an edit, reads what to do."""
    monkeypatch.setattr(Context, "prepared", lambda _: found)

    with pytest.raises(pulumi.RunError, match=f"context of services {state}: run `make setup`"):
        find_context()


def test_context_is_found_from_where_the_program_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is relative to the project's, whichever clone it is."""
    monkeypatch.setattr(Context, "prepared", Context.version)
    monkeypatch.setattr(Context, "path", tmp_path / ".services")
    (tmp_path / "simulator").mkdir()
    monkeypatch.chdir(tmp_path / "simulator")

    assert "../.services" == find_context(SERVICES).folder
