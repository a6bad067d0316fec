"""One full stack a run: made from a second clone, after the first one was deleted."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.site import Site, clone

ORDER = ("test_as_it_stands", "test_docs", "test_changes", "test_killed", "test_down_and_purge")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Read-only tests first, then changes in their order, then what ends the stack."""
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    rank = {name: place for place, name in enumerate(ORDER)}
    ranked = iter(sorted(here, key=lambda item: rank.get(item.path.stem, -1)))
    items[:] = [next(ranked) if item in here else item for item in items]


def _shorten(template: Path) -> str:
    """The `local` stack with a free port, and with timings that a test can wait for."""
    content = yaml.safe_load(template.read_text())
    settings = content["config"]["observability:stack"]
    settings["grafana"] = settings.get("grafana", {}) | {"port": 0}
    settings["loki"] = settings.get("loki", {}) | {
        "retention": "24h",
        "compaction-interval": "5s",
        "delete-delay": "1s",
    }
    return str(yaml.safe_dump(content))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The stack, up; purged at the end whatever happened."""
    top = tmp_path_factory.mktemp("site")
    first, second = top / "first", top / "second"
    clone(first)
    stack = f"test-{secrets.token_hex(3)}"
    site = Site(stack=stack, folder=first, data=top / "data")
    site.make("setup")
    shutil.rmtree(first)
    clone(second)
    site.folder = second
    template = second / "stacks" / "local.yaml"
    (second / "stacks" / f"{stack}.yaml").write_text(_shorten(template))
    try:
        site.make("up")
        yield site
    finally:
        site.make("purge")
