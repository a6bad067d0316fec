"""The demo estate alone: it works, its troubles can be seen and end, and it leaves nothing."""

import json
import re
import secrets
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.e2e.eventually import eventually
from tests.e2e.site import Site, clone

SERVICES = {"postgresql", "redis", "web", "worker", "load", "disk", "demo-host", "pve"}
SETTINGS = """\
config:
  observability:simulator: true
  observability:stack:
    images: {source: local}
    pve:
      endpoint: https://127.0.0.1:%d
      audit-token: {secret: pve-audit-token}
"""
UP = """\
import sys
from operate import simulator
from operate.stack import Stack, prepare
stack = Stack(sys.argv[1])
prepare(stack)
sys.exit(simulator.up(stack))
"""
READ = (
    "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/metrics').read().decode())"
)
ASK_REDIS = """\
import redis, sys
password = open("/etc/observability/redis-password").read()
print(redis.Redis("redis", password=password).execute_command("ACL", "DRYRUN", *sys.argv[1:]))
"""
SAMPLE = re.compile(r"(?m)^(\w+)(?:\{(.*)\})? ([-+.\w]+)$")


class Estate:
    """What the tests ask of the containers themselves."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.label = f"{site.stack}-sim"

    def up(self) -> str:
        """Bring it up without the stack that would watch it."""
        return self.site.run("./toolchain/run", "python", "-c", UP, self.site.stack)

    def inside(self, service: str, *command: str) -> str:
        """Run a command in one of the containers."""
        return self.site.docker("exec", f"obs-{self.label}-{service}", *command)

    def total(self, service: str, name: str, *labels: str) -> float:
        """The sum of a metric's samples that have all of these labels, as `name="value"`."""
        read = ["wget", "-qO-", "http://127.0.0.1:9100/metrics"]
        text = self.inside(service, *(read if service == "demo-host" else ["python", "-c", READ]))
        return sum(
            float(value)
            for found, given, value in SAMPLE.findall(text)
            if found == name and all(label in given for label in labels)
        )

    def ids(self, kind: str) -> str:
        """IDs of what it has in Docker."""
        words = ["ps", "-a"] if kind == "container" else [kind, "ls"]
        return self.site.docker(*words, "-q", "--filter", f"label=observability.stack={self.label}")


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate, up; purged at the end whatever happened."""
    top: Path = tmp_path_factory.mktemp("demo")
    clone(top / "clone")
    site = Site(stack=f"test-{secrets.token_hex(3)}", folder=top / "clone", data=top / "data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        site.config_file.write_text(SETTINGS % probe.getsockname()[1])
    estate = Estate(site)
    try:
        site.make("setup")
        estate.up()
        yield estate
    finally:
        site.make("purge")


def test_everything_is_healthy(estate: Estate) -> None:
    """Each service passes its own check, and none has been restarted for that."""

    def states() -> dict[str, tuple[str, int]]:
        found = json.loads(estate.site.docker("inspect", *estate.ids("container").split()))
        return {
            container["Name"].removeprefix(f"/obs-{estate.label}-"): (
                container["State"]["Health"]["Status"],
                container["RestartCount"],
            )
            for container in found
            if container["Config"].get("Healthcheck")
        }

    assert eventually(
        lambda: states() == dict.fromkeys(SERVICES, ("healthy", 0)), deadline=60, describe=states
    )


def test_stack_file_lets_the_proxmox_be_asked(estate: Estate) -> None:
    """Its endpoint, its authority and its token are all that it takes; the site is simulated."""
    site = estate.site
    settings = yaml.safe_load(site.config_file.read_text())["config"]["observability:stack"]["pve"]
    token = site.pulumi("config", "get", "observability:pve-audit-token").splitlines()[-1]
    request = urllib.request.Request(  # noqa: S310 (our own loopback address)
        f"{settings['endpoint']}/api2/json/cluster/status",
        headers={"Authorization": f"PVEAPIToken={token}"},
    )
    site.output.pop()  # it is searched for secrets

    context = ssl.create_default_context(cadata=settings["ca"])
    with urllib.request.urlopen(request, timeout=20, context=context) as answer:  # noqa: S310
        status = json.load(answer)["data"]

    assert "simulated" == status[0]["name"]


def test_golden_signals_flow(estate: Estate) -> None:
    """Requests are answered in time, orders pass through the queue, and hardly any fails."""
    sent = estate.total("load", "load_requests_sent_total")
    done = estate.total("worker", "queue_jobs_processed_total", 'result="done"')

    assert eventually(
        lambda: estate.total("load", "load_requests_sent_total") > sent + 10, deadline=20
    )
    assert eventually(
        lambda: estate.total("worker", "queue_jobs_processed_total", 'result="done"') > done,
        deadline=20,
    )
    assert 0 == estate.total("web", "http_requests_total", 'status="500"')
    assert 0 < estate.total("web", "http_request_duration_seconds_sum")
    assert 0 < estate.total("web", "database_pool_connections")


def failures(estate: Estate) -> float:
    return estate.total("web", "http_requests_total", 'status="500"')


def slow(estate: Estate) -> float:
    """Orders that took over half a second."""
    orders = 'route="/orders"'
    within = estate.total("web", "http_request_duration_seconds_bucket", orders, 'le="0.5"')
    return estate.total("web", "http_request_duration_seconds_count", orders) - within


def storm(estate: Estate) -> float:
    """Lines of the storm in the last second."""
    logs = estate.site.docker("logs", "--since", "1s", f"obs-{estate.label}-web")
    return logs.count("payment provider: trying again")


def waiting(estate: Estate) -> float:
    return estate.total("worker", "queue_length")


def used_share(estate: Estate) -> float:
    size = estate.total("demo-host", "node_filesystem_size_bytes")
    return 1 - estate.total("demo-host", "node_filesystem_avail_bytes") / size


def grows(estate: Estate, count: Callable[[Estate], float], *, over: int) -> bool:
    """Whether a counter has risen while the web answered some more requests."""
    before, start = count(estate), estate.total("web", "http_requests_total")
    eventually(lambda: estate.total("web", "http_requests_total") >= start + over, deadline=30)
    return count(estate) > before


@pytest.mark.parametrize(
    ("name", "seen", "over"),
    [
        (
            "errors",
            lambda e: grows(e, failures, over=10),
            lambda e: not grows(e, failures, over=10),
        ),
        ("slow-database", lambda e: grows(e, slow, over=5), lambda e: not grows(e, slow, over=10)),
        ("queue-stuck", lambda e: waiting(e) > 5, lambda e: waiting(e) < 3),
        ("full-disk", lambda e: used_share(e) > 0.9, lambda e: used_share(e) < 0.1),
        ("log-storm", lambda e: storm(e) > 100, lambda e: storm(e) == 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_incident_is_seen_and_ends(
    estate: Estate, name: str, seen: Callable[[Estate], bool], over: Callable[[Estate], bool]
) -> None:
    """`make incident` causes its trouble within 40 seconds, and `make calm` ends it."""
    printed = estate.site.run("make", "incident", f"NAME={name}", f"STACK={estate.site.stack}")
    eventually(lambda: seen(estate), deadline=40)
    calmed = estate.site.make("calm")

    assert f"{name}: " in printed
    assert "all is calm" in calmed
    assert eventually(lambda: over(estate), deadline=40)


def test_unknown_incident_is_one_line(estate: Estate) -> None:
    """The line says which there are."""
    words = ["make", "incident", "NAME=fire", f"STACK={estate.site.stack}"]

    assert "incident: there is no incident 'fire'; there are errors, slow-database" in (
        estate.site.run(*words, status=2)
    )


def test_monitor_sees_no_data(estate: Estate) -> None:
    """Its users may ask how the servers are, and nothing of what is in them."""
    psql = "PGPASSWORD=$(cat /etc/observability/monitor-password) psql -h 127.0.0.1 -U monitor demo"
    ask = ("bash", "-c", f'{psql} -Atc "$0" 2>&1 || true')

    sessions = estate.inside("postgresql", *ask, "SELECT count(query) > 5 FROM pg_stat_activity")
    orders = estate.inside("postgresql", *ask, "TABLE orders")
    answers = {
        command: estate.inside("worker", "python", "-c", ASK_REDIS, "monitor", *command.split())
        for command in ("INFO", "SLOWLOG LEN", "GET demo:product:1", "SET demo:x 1", "CONFIG GET *")
    }

    assert "t\n" == sessions
    assert "permission denied for table orders" in orders
    assert {"INFO", "SLOWLOG LEN"} == {c for c, answer in answers.items() if "OK" in answer}


def test_postgresql_survives_a_crash(estate: Estate) -> None:
    """Killed in the midst of its work, it starts with its data, and orders go on."""
    container = f"obs-{estate.label}-postgresql"
    estate.site.docker("kill", container)
    estate.site.docker("start", container)
    done = estate.total("worker", "queue_jobs_processed_total", 'result="done"')

    assert eventually(
        lambda: estate.total("worker", "queue_jobs_processed_total", 'result="done"') > done,
        deadline=60,
    )


def test_second_up_changes_nothing(estate: Estate) -> None:
    """No container is touched, no password made anew."""
    before = estate.ids("container")

    printed = estate.up()

    assert re.search(r"Resources:\n +\d+ unchanged\n", printed), printed
    assert before == estate.ids("container")


def test_purge_leaves_nothing(estate: Estate) -> None:
    """Containers, networks, volumes and state are gone."""
    estate.site.make("purge")

    assert ["", "", ""] == [estate.ids(kind) for kind in ("container", "network", "volume")]
    listing = estate.site.run(
        "./toolchain/run", "pulumi", "-C", "simulator", "stack", "ls", "--json"
    )
    assert estate.site.stack not in listing
