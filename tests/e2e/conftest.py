"""One full stack a run: made from a second clone, after the first one was deleted."""

import secrets
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from xdist.scheduler import LoadScopeScheduling

from tests.e2e import issuer as oidc
from tests.e2e import people
from tests.e2e.issuer import Issuer
from tests.e2e.site import Site, clone
from tests.e2e.target_lists import TargetLists

ORDER = (
    "test_as_it_stands",
    "test_access",
    "test_docs",
    "test_state",
    "test_changes",
    "test_killed",
    "test_down_and_purge",
)

OWN_JOB = """
scrape_configs:
  - job_name: own
    static_configs: [{targets: ["alertmanager:9093"], labels: {role: mine}}]
"""


class OneStack(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """What the one stack is for runs in one process, in its order; other files beside it."""

    def _split_scope(self, nodeid: str) -> str:
        stem = Path(nodeid.partition("::")[0]).stem
        return "the one stack" if stem in ORDER else stem


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneStack:
    """xdist's own groups are lost on the way with this pytest."""
    return OneStack(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Read-only tests first, then changes in their order, then what ends the stack."""
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    rank = {name: place for place, name in enumerate(ORDER)}
    ranked = iter(sorted(here, key=lambda item: rank.get(item.path.stem, -1)))
    items[:] = [next(ranked) if item in here else item for item in items]


def _shorten(template: Path, stack: str, targets: TargetLists, issuer: Issuer) -> str:
    """The `local` stack with a free port, with timings that a test can wait for, with people, and
    with targets from everywhere that there is."""
    content = yaml.safe_load(template.read_text())
    settings = content["config"]["observability:stack"]
    settings["grafana"] = settings.get("grafana", {}) | {"port": 0} | people.settings(issuer)
    settings["loki"] = settings.get("loki", {}) | {
        "retention": "24h",
        "compaction-interval": "5s",
        "delete-delay": "1s",
    }
    settings["prometheus"] = settings.get("prometheus", {}) | {"evaluation-interval": "5s"}
    settings["networks"] = [f"obs-{stack}-sim-demo"]
    settings["pve"]["endpoint"] = f"https://127.0.0.1:{_free_port()}"
    settings["targets"]["stated"] = {"addresses": ["alertmanager:9093"]}
    settings["discovery"] = {
        "folder": str(targets.folder),
        "http": {"listed": {"url": targets.url, "refresh": "10s"}},
    }
    return str(yaml.safe_dump(content))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TargetLists]:
    """Another program's lists of targets: a folder of files, and a list over HTTP."""
    with TargetLists.served(tmp_path_factory.mktemp("targets")) as lists:
        lists.write("first", "alertmanager:9093")
        yield lists


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """What the stack's Grafana lets people in by."""
    with oidc.running(tmp_path_factory.mktemp("issuer"), people.docker_host_address()) as issuer:
        yield issuer


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, targets: TargetLists, issuer: Issuer
) -> Iterator[Site]:
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
    content = _shorten(template, stack, targets, issuer)
    (second / "stacks" / f"{stack}.yaml").write_text(content)
    (second / "site" / "scrape").mkdir(parents=True)
    (second / "site" / "scrape" / "own.yml").write_text(OWN_JOB)
    try:
        assert site.password  # asking for it makes the stack file, which takes the secrets then
        people.set_secrets(site, issuer)
        site.make("up")
        yield site
    finally:
        site.make("purge")
