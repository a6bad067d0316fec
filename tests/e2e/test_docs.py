"""The commands that the documentation calls runnable are run, as they stand there."""

import re

import pytest

from tests.e2e.site import Site
from toolchain.cache import CHECKOUT

FENCE = re.compile(r"(?ms)^```(\w+)([^\n]*)\n(.*?)^```$")
SHELLS = {"sh", "bash", "console"}
PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])


def fences() -> list[tuple[str, str, str]]:
    """Page, tag and commands of every fence with shell commands."""
    return [
        (str(page.relative_to(CHECKOUT)), match[2].strip(), match[3])
        for page in PAGES
        for match in FENCE.finditer(page.read_text())
        if match[1] in SHELLS
    ]


def test_every_fence_says_whether_it_is_run() -> None:
    """A command is run here, or its fence gives the reason why not."""
    undecided = [
        page for page, tag, _ in fences() if tag != "run" and not tag.startswith("not-run: ")
    ]

    assert fences()
    assert [] == undecided


@pytest.mark.parametrize(
    "command",
    [line for _, tag, lines in fences() if tag == "run" for line in lines.splitlines()],
)
def test_runnable_command_works(site: Site, command: str) -> None:
    """It ends well in a clone, with nothing else typed."""
    site.run("sh", "-euc", f"export STACK={site.stack}; {command}")
