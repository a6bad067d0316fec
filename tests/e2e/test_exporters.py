"""Exporters beside a real PostgreSQL and a real Redis: what they see, and what they may."""

import json
import secrets
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.eventually import eventually
from tests.e2e.servers import Servers
from tests.e2e.site import Site, clone
from toolchain import images
from toolchain.cache import CHECKOUT

PROGRAM = "tests/e2e/exporters_program"
PASSWORD = 'pass-{"quoted}-and-%s-long'  # noqa: S105 (it guards nothing)
DOCUMENTED = (CHECKOUT / "docs" / "exporters.md").read_text()
FIVE = {"host", "node", "guest", "role", "env"}


class Exporters(Site):
    """A stack of the small program, in a clone."""

    def pulumi(self, *arguments: str, status: int = 0) -> str:
        """Plain `pulumi` on the small program."""
        phrase = "PULUMI_CONFIG_PASSPHRASE=of a test"
        inner = ("pulumi", "--cwd", PROGRAM, *arguments, "--stack", self.stack, "--non-interactive")
        return self.run("./toolchain/run", "env", phrase, *inner, status=status)

    def configure(self, settings: dict[str, Any]) -> None:
        """Write the stack file: settings in plain, secrets encrypted."""
        file = self.folder / PROGRAM / f"Pulumi.{self.stack}.yaml"
        content = yaml.safe_load(file.read_text())
        content["config"] = {"observability:stack": settings}
        file.write_text(yaml.safe_dump(content))
        for name in ("db", "cache", "mine", "stack-secret"):
            self.pulumi("config", "set", "--secret", f"observability:{name}", PASSWORD)

    def inspect(self, service: str) -> dict[str, Any]:
        """What Docker knows of a service's container."""
        (found,) = json.loads(self.docker("inspect", f"obs-{self.stack}-{service}"))
        return dict(found)

    def promql(self, query: str) -> list[dict[str, Any]]:
        """An instant query, at Prometheus' own address."""
        network = self.inspect("prometheus")["NetworkSettings"]["Networks"]
        address = network[f"obs-{self.stack}-backend"]["IPAddress"]
        words = urllib.parse.urlencode({"query": query})
        url = f"http://{address}:9090/api/v1/query?{words}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            result: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return result

    def value(self, query: str) -> float:
        """The value of the one series; an AssertionError where there is none or several."""
        found = self.promql(query)
        assert len(found) == 1, f"{query} has {len(found)} series"
        return float(found[0]["value"][1])


def settings_for(servers: Servers) -> dict[str, Any]:
    """Each exporter there is, for these servers."""
    gateway = servers.gateway
    return {
        "images": {"source": images.decide_source()},
        "networks": [servers.network],
        "prometheus": {"scrape-interval": "2s"},  # a failed login takes its exporter over a second
        "node-exporter": {"enabled": False},
        "log-agent": {"enabled": False},
        "cadvisor": {"enabled": True},
        "postgresql": {
            "shop": {"address": "db:5432", "password": {"secret": "db"}, "tls": "disable"},
            "wrong": {
                "address": "db-again:5432",
                "user": "nobody",
                "password": {"secret": "db"},
                "tls": "disable",
            },
        },
        "redis": {
            "cache": {
                "address": "cache:6379",
                "user": "observability",
                "password": {"secret": "cache"},
            },
            "wrong": {"address": "cache-again:6379"},
        },
        "probes": {
            "http": {
                "page": {"target": f"http://{gateway}:{servers.http}/", "body": "all is well"},
                "wrong": {"target": f"http://{gateway}:{servers.http}/", "body": "all is lost"},
                "moved": {"target": f"http://{gateway}:{servers.http}/", "status": [404]},
            },
            "tcp": {
                "open": {"target": "cache:6379", "host": "web1", "interval": "5s"},
                "closed": {"target": "cache:1"},
            },
            "icmp": {"there": {"target": "cache"}, "gone": {"target": "nobody.invalid"}},
            "dns": {
                "right": {"target": "127.0.0.11:53", "name": "cache", "answer": r"IN\s+A\s+\d"},
                "wrong": {"target": "127.0.0.11:53", "name": "cache", "answer": "203[.]0[.]113"},
            },
            "tls": {
                "checked": {
                    "target": f"{gateway}:{servers.tls}",
                    "server-name": "web.test",
                    "ca": servers.certificate,
                },
                "unknown": {"target": f"{gateway}:{servers.tls}", "server-name": "web.test"},
            },
        },
        "services": {
            "mine": {
                "image": images.references(images.decide_source())["blackbox-exporter"],
                "user": "4321:4321",
                "command": ["--config.file=/etc/observability/mine.yml"],
                "files": {"mine.yml": "modules: {}\n"},
                "secrets": {"PASSWORD_FILE": {"secret": "mine"}},
                "scratch-paths": ["/scratch"],
                "scrape": {"port": 9115},
                "role": "test",
            }
        },
    }


def documented(kind: str, password: str) -> str:
    """The commands for a user of the least rights, as they stand in docs/exporters.md."""
    (text,) = [
        block.partition("\n```")[0]
        for block in DOCUMENTED.split(f"```{kind}\n")[1:]
        if "observability" in block.partition("\n```")[0]
    ]
    changed = text.replace(password, PASSWORD)
    assert changed != text
    return changed


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A PostgreSQL and a Redis with the documented users, and servers to probe."""
    with Servers.running(tmp_path_factory.mktemp("servers")) as servers:
        servers.psql(documented("sql", "the password"))
        servers.psql("CREATE TABLE orders (card text); INSERT INTO orders VALUES ('4111')")
        words = documented("text", "the-password").split()
        assert ["user", "observability"] == words[:2]
        servers.redis("ACL", "SETUSER", *words[1:])
        servers.redis("SET", "card", "4111")
        yield servers


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, servers: Servers) -> Iterator[Exporters]:
    """The small program's stack, up; gone afterwards."""
    top = tmp_path_factory.mktemp("exporters")
    site = Exporters(stack=f"test-{secrets.token_hex(3)}", folder=top / "clone", data=top / "data")
    clone(site.folder)
    site.run("./toolchain/run", "true")
    try:
        site.pulumi("stack", "init")
        site.configure(settings_for(servers))
        site.pulumi("up", "--yes", "--skip-preview")
        yield site
    finally:
        site.pulumi("destroy", "--yes", "--skip-preview")


@pytest.mark.parametrize("job", ["postgresql", "redis", "cadvisor", "mine", "blackbox-http"])
def test_is_read_with_the_five_labels(site: Exporters, job: str) -> None:
    """Prometheus reaches it by the settings alone."""
    found = eventually(lambda: site.promql(f'up{{job="{job}"}} == 1'), deadline=60)

    assert all(set(series["metric"]) >= FIVE | {"instance"} for series in found)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ('pg_up{instance="db:5432",host="db",role="database"}', 1),
        ('pg_up{instance="db-again:5432"}', 0),
        ('redis_up{instance="cache:6379",host="cache",role="database"}', 1),
        ('redis_up{instance="cache-again:6379"}', 0),
    ],
)
def test_database_is_up_for_the_right_user_alone(site: Exporters, query: str, value: int) -> None:
    """One exporter logs in with the documented user, the other one isn't let in."""
    assert value == eventually(lambda: [site.value(query)], deadline=30)[0]


@pytest.mark.parametrize(
    "query",
    [
        'pg_stat_database_blks_hit{datname="postgres"}',
        "pg_settings_max_connections",
        "redis_evicted_keys_total",
        "redis_memory_max_bytes",
        'redis_exporter_last_scrape_error{err=""} == 0',
    ],
)
def test_what_rules_ask_for_is_there(site: Exporters, query: str) -> None:
    """The least rights are enough for it."""
    assert eventually(lambda: site.promql(query), deadline=30)


def test_user_of_postgresql_reads_no_table(servers: Servers) -> None:
    """It logs in and sees statistics."""
    asked = servers.psql_as("observability", PASSWORD, "SELECT * FROM orders")
    seen = servers.psql_as("observability", PASSWORD, "SELECT count(*) FROM pg_stat_activity")

    assert "permission denied for table orders" in asked
    assert int(seen) > 0


@pytest.mark.parametrize("command", ["GET card", "CONFIG GET requirepass", "KEYS *", "ACL LIST"])
def test_user_of_redis_reads_no_key_and_no_setting(servers: Servers, command: str) -> None:
    """It logs in and asks for figures."""
    asked = servers.redis_as("observability", PASSWORD, *command.split())
    seen = servers.redis_as("observability", PASSWORD, "INFO", "server")

    assert asked.startswith("NOPERM")
    assert "redis_version" in seen


@pytest.mark.parametrize(
    ("job", "probe", "success"),
    [
        ("http", "page", 1), ("http", "wrong", 0), ("http", "moved", 0),
        ("tcp", "open", 1), ("tcp", "closed", 0),
        ("icmp", "there", 1), ("icmp", "gone", 0),
        ("dns", "right", 1), ("dns", "wrong", 0),
        ("tls", "checked", 1), ("tls", "unknown", 0),
    ],
)  # fmt: skip
def test_probe(site: Exporters, job: str, probe: str, success: int) -> None:
    """Each kind, for something that is as expected and for something that isn't."""
    query = f'probe_success{{job="blackbox-{job}",probe="{probe}"}}'

    assert success == eventually(lambda: [site.value(query)], deadline=30)[0]


def test_expiry_of_a_certificate_is_seen(site: Exporters, servers: Servers) -> None:
    """To the second."""
    expiry = site.value('probe_ssl_earliest_cert_expiry{job="blackbox-tls",probe="checked"}')

    assert servers.expiry == expiry > time.time()


def test_containers_are_seen_by_name(site: Exporters) -> None:
    """With our labels, and with their limits."""
    name = f"obs-{site.stack}-prometheus"
    own = f'name="{name}",container_label_observability_service="prometheus"'

    eventually(lambda: site.value(f"container_last_seen{{{own}}}"), deadline=60)
    limit = site.value(f'container_spec_memory_limit_bytes{{name="{name}"}}')
    assert site.inspect("prometheus")["HostConfig"]["Memory"] == limit


def test_filter_passes_nothing_else_on(site: Exporters) -> None:
    """What cAdvisor asks for, and no list, no logs, no files and no change."""
    inside = ("exec", f"obs-{site.stack}-cadvisor", "wget", "-q", "-O", "-")
    url = "http://docker-api:2375"
    own = site.inspect("cadvisor")["Id"]
    refused = [
        "/containers/json", f"/containers/{own}/logs?stdout=1", f"/containers/{own}/archive?path=/",
        "/images/json", "/events", f"/containers/{own}/%2e%2e/json", "/v1.41/secrets",
    ]  # fmt: skip

    assert own in site.docker(*inside, f"{url}/v1.41/containers/{own}/json")
    for path in refused:
        with pytest.raises(subprocess.CalledProcessError):
            site.docker(*inside, f"{url}{path}")
    with pytest.raises(subprocess.CalledProcessError):
        site.docker(*inside, "--post-data=", f"{url}/containers/{own}/json")


def test_service_of_the_user_is_locked_down(site: Exporters) -> None:
    """Like ours: it has what its settings give, and nothing of the host's."""
    found = site.inspect("mine")
    confined = found["HostConfig"]

    assert "4321:4321" == found["Config"]["User"]
    assert confined["ReadonlyRootfs"]
    assert ["ALL"] == confined["CapDrop"]
    assert not confined["CapAdd"]
    assert ["no-new-privileges"] == confined["SecurityOpt"]
    assert not confined["PortBindings"]
    assert {"volume"} == {mount["Type"] for mount in found["Mounts"]}
    assert [f"obs-{site.stack}-backend"] == list(found["NetworkSettings"]["Networks"])


def test_secret_is_in_its_file_alone(site: Exporters) -> None:
    """Not in what Docker shows, not in logs, not in plain state."""
    path = "/etc/observability/secrets/mine"
    names = [name for name in site.ids("container") if "-config-" not in name]
    shown = site.docker("inspect", *names)
    logs = "".join(site.docker("logs", name) for name in names)

    assert site.docker("exec", f"obs-{site.stack}-mine", "cat", path) == PASSWORD
    assert f"PASSWORD_FILE={path}" in shown
    for text in (shown, logs, json.dumps(site.state())):
        assert json.dumps(PASSWORD)[1:-1] not in text
        assert PASSWORD not in text


def test_second_up_changes_nothing(site: Exporters) -> None:
    """What Docker reports is what was asked for."""
    site.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")


def test_memory_is_enough(site: Exporters) -> None:
    """Twice what each exporter needs at rest is below its limit."""
    names = [name for name in site.ids("container") if "-config-" not in name]
    shown = site.docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemPerc}}", *names)
    shares = {name: float(share.rstrip("%")) for name, share in map(str.split, shown.splitlines())}

    assert {} == {name: share for name, share in shares.items() if share > 50}
