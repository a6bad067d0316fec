"""The services image is built from what `make setup` prepares, and replaces just what runs it."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.eventually import eventually
from tests.e2e.site import Site, clone

NAME = "obs-services"
PROGRAM = "tests/e2e/services_program"


class Small(Site):
    """A stack of the small program, in a clone; nothing is set up but what a test sets up."""

    def pulumi(self, *arguments: str, status: int = 0) -> str:
        """Plain `pulumi` on the small program."""
        phrase = "PULUMI_CONFIG_PASSPHRASE=of a test"
        inner = ("pulumi", "--cwd", PROGRAM, *arguments, "--stack", self.stack, "--non-interactive")
        return self.run("./toolchain/run", "--only-python", "env", phrase, *inner, status=status)

    def up(self, *more: str) -> str:
        """`pulumi up`."""
        return self.pulumi("up", "--yes", "--skip-preview", *more)

    def healthy(self, service: str) -> bool:
        """Whether Docker says that a container is."""
        ask = ("inspect", "--format", "{{.State.Health.Status}}", f"obs-{self.stack}-{service}")
        return self.docker(*ask).strip() == "healthy"

    def images(self) -> set[str]:
        """Images of our services on this machine."""
        return set(self.docker("images", "--format", "{{.Repository}}:{{.Tag}}", NAME).split())


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """A clone with a stack that is empty yet; its containers and images are gone afterwards."""
    small = Small(stack=f"test-{secrets.token_hex(3)}", folder=tmp_path / "clone", data=tmp_path)
    clone(small.folder)
    before = small.images()
    small.run("./toolchain/run", "--only-python", "true")
    try:
        small.pulumi("stack", "init")
        yield small
    finally:
        small.run("./toolchain/run", "true")
        small.pulumi("destroy", "--yes", "--skip-preview")
        for image in small.images() - before:
            small.docker("rmi", image)


def test_is_built_once_and_replaces_what_runs_it(small: Small) -> None:
    """No context: one line. Then it runs; again: no change; an edited file: one new container."""
    unprepared = small.pulumi("up", "--yes", "--skip-preview", status=1)
    small.run("./toolchain/run", "true")
    small.up()
    eventually(lambda: small.healthy("ours") and small.healthy("other"), deadline=60)
    first = small.ids("container")
    small.up("--expect-no-changes")
    edited = small.folder / "services" / "demo" / "load.py"
    edited.write_text(f"{edited.read_text()}\n# for {small.stack}\n")
    stale = small.pulumi("up", "--yes", "--skip-preview", status=1)
    small.run("./toolchain/run", "true")
    small.up()
    second = small.ids("container")

    assert "the build context of services is missing: run `make setup`" in unprepared
    assert "the build context of services is older than services/: run `make setup`" in stale
    assert "Traceback" not in unprepared + stale
    assert first[f"obs-{small.stack}-other"] == second[f"obs-{small.stack}-other"]
    assert first[f"obs-{small.stack}-ours"] != second[f"obs-{small.stack}-ours"]
