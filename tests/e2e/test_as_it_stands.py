"""The stack just after its first `up`; nothing here changes it."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from components.exceptions import EXCEPTIONS
from dashboards import catalogue
from tests.e2e.eventually import eventually
from tests.e2e.site import Site
from tests.e2e.target_lists import TargetLists
from toolchain import images

JOBS = {
    "prometheus", "alertmanager", "loki", "grafana", "node", "promtail", "cadvisor",
    "postgresql", "redis", "blackbox-http", "blackbox-tcp", "blackbox-icmp",
}  # fmt: skip
OTHER_JOBS = {"web", "worker", "load", "stated", "file", "listed", "own"}
LABELS = ("host", "node", "guest", "role", "env")
SERVICES = {
    "prometheus", "alertmanager", "loki", "grafana", "node-exporter", "log-agent", "cadvisor",
    "docker-api", "blackbox-exporter", "postgresql-exporter-demo", "redis-exporter-demo",
}  # fmt: skip


def containers(site: Site) -> dict[str, dict[str, Any]]:
    """`docker inspect` of every server by its service's name; config holders never run."""
    running = site.docker(
        "ps", "--format", "{{.Names}}", "--filter", f"label=observability.stack={site.stack}"
    ).split()
    found = json.loads(site.docker("inspect", *running))
    return {c["Name"].removeprefix(f"/obs-{site.stack}-"): c for c in found}


def test_up_says_what_to_open(site: Site) -> None:
    """The last lines name Grafana's address, the login, and what differs from upstream."""
    closing = site.output[-1]

    assert site.grafana_url in closing
    assert "make password" in closing
    for line in images.differences():
        assert line in closing


def test_every_target_is_up(site: Site) -> None:
    """Our servers, and what settings, files, a list and the user's own jobs name."""

    def jobs_up() -> bool:
        return JOBS | OTHER_JOBS == {s["metric"]["job"] for s in site.promql("up == 1")}

    eventually(jobs_up, deadline=60, describe=lambda: site.promql("up"))


def test_every_target_says_where_it_is(site: Site) -> None:
    """Whoever named it; what it said itself is kept."""
    found = {series["metric"]["job"]: series["metric"] for series in site.promql("up")}

    assert all(labels.get(name) for labels in found.values() for name in LABELS)
    assert ("monitoring", site.stack) == (found["loki"]["role"], found["loki"]["env"])
    assert ("alertmanager", "first") == (found["file"]["host"], found["file"]["node"])
    assert "listed-guest" == found["listed"]["guest"]
    assert "mine" == found["own"]["role"]


def test_a_target_file_is_seen_at_once(site: Site, targets: TargetLists) -> None:
    """Without an `up`, and without a restart."""
    started = site.promql('process_start_time_seconds{job="prometheus"}')[0]["value"][1]

    targets.write("second", "loki:3100")

    eventually(lambda: site.promql('up{job="file", node="second"} == 1'), deadline=60)
    now = site.promql('process_start_time_seconds{job="prometheus"}')[0]["value"][1]
    assert started == now


@pytest.mark.parametrize(
    "query",
    [
        "pg_up == 1",
        "redis_up == 1",
        'probe_success{job="blackbox-http"} == 1',
        'probe_success{job="blackbox-tcp"} == 1',
        'probe_success{job="blackbox-icmp"} == 1',
        'container_memory_working_set_bytes{name=~"obs-.*-prometheus"} > 0',
        'node_filesystem_size_bytes{host="shop"} > 0',
        "sum(rate(http_requests_total[1m])) > 0",
        'sum(rate(cache_requests_total{result="hit"}[1m])) > 0',
        "sum(rate(queue_jobs_processed_total[1m])) > 0",
    ],
)
def test_the_demo_estate_is_watched(site: Site, query: str) -> None:
    """What runs in it is measured: by our exporters, by probes, and by itself."""
    assert eventually(lambda: site.promql(query), deadline=60, describe=lambda: query)


def test_data_sources_answer_through_grafana(site: Site) -> None:
    """Grafana itself reaches Prometheus, Loki and Alertmanager."""
    version = site.grafana("/api/datasources/proxy/uid/alertmanager/api/v2/status")["versionInfo"]

    labels = site.grafana("/api/datasources/proxy/uid/loki/loki/api/v1/labels")

    assert "OK" == site.grafana("/api/datasources/uid/prometheus/health")["status"]
    assert "success" == labels["status"]
    assert version["version"]


def test_a_containers_log_line_is_found(site: Site) -> None:
    """A line that one of our containers logs is found by LogQL within 30 s."""
    start = time.time() - 600

    def found() -> list[str]:
        return site.logql(f'{{container="obs-{site.stack}-prometheus"}}', start, time.time())

    assert eventually(found, deadline=30)


def test_a_files_log_line_is_found(site: Site) -> None:
    """A line written to a file under /var/log is found by LogQL within 30 s."""
    token = f"written by {site.stack}"
    path = Path("/var/log") / f"{site.stack}.log"
    start = time.time()
    path.write_text(f"{token}\n")
    try:
        lines = eventually(
            lambda: site.logql(f'{{filename="{path}"}}', start - 60, time.time() + 60),
            deadline=30,
        )
    finally:
        path.unlink()

    assert [token] == lines


def test_second_up_changes_nothing(site: Site) -> None:
    """A preview with refresh, run as plain `pulumi`, finds nothing to do."""
    printed = site.pulumi("preview", "--refresh", "--expect-no-changes")

    assert "unchanged" in printed


def test_second_make_up_changes_nothing(site: Site) -> None:
    """`make up` again leaves every container as it is."""
    before = site.ids("container")

    printed = site.make("up")

    assert "unchanged" in printed
    assert before == site.ids("container")


def test_grafana_has_our_dashboards(site: Site) -> None:
    """Every dashboard of the catalogue is there under its fixed uid, in its folder."""
    for dashboard in catalogue():
        found = site.grafana(f"/api/dashboards/uid/{dashboard.uid}")

        assert dashboard.title == found["dashboard"]["title"]
        assert found["meta"]["folderUid"]


def test_every_service_is_healthy(site: Site) -> None:
    """Each container has a health check, and passes it."""

    def unhealthy() -> dict[str, object]:
        return {
            name: c["State"]["Health"]["Status"]
            for name, c in containers(site).items()
            if c["State"]["Health"]["Status"] != "healthy"
        }

    assert SERVICES == set(containers(site))
    eventually(lambda: not unhealthy(), deadline=60, describe=unhealthy)


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_hardening(site: Site, service: str) -> None:
    """Every container is locked down, but for what the table of exceptions grants it."""
    inspected = containers(site)[service]
    config, host = inspected["Config"], inspected["HostConfig"]
    granted = EXCEPTIONS.get(service)

    assert host["ReadonlyRootfs"]
    assert ["ALL"] == host["CapDrop"]
    assert sorted(granted.capabilities if granted else ()) == [
        c.removeprefix("CAP_") for c in sorted(host["CapAdd"] or ())
    ]
    assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
    assert not host["Privileged"]
    assert host["Memory"] > 0
    assert host["MemorySwap"] == host["Memory"]
    assert {"max-size", "max-file"} <= set(host["LogConfig"]["Config"])
    assert "unless-stopped" == host["RestartPolicy"]["Name"]
    assert (config["User"].split(":")[0] in {"0", "root"}) == bool(granted and granted.root)
    assert ("host" == host["NetworkMode"]) == bool(granted and granted.host_network)
    assert ("host" == host["PidMode"]) == bool(granted and granted.host_pid)
    binds = {m["Destination"]: m for m in inspected["Mounts"] if m["Type"] == "bind"}
    mounts = granted.mounts if granted else {}
    targets = {mount.target or source: mount.optional for source, mount in mounts.items()}
    assert {target for target, optional in targets.items() if not optional} <= set(binds)
    assert set(binds) <= set(targets)
    assert not any(mount["RW"] for mount in binds.values())


def test_only_grafana_is_published_and_on_loopback(site: Site) -> None:
    """No other service has a port on the host, and Grafana's is not open to the network."""
    published = {
        name: [
            b["HostIp"]
            for bindings in c["NetworkSettings"]["Ports"].values()
            if bindings
            for b in bindings
        ]
        for name, c in containers(site).items()
    }

    assert {"grafana": ["127.0.0.1"]} == {name: ips for name, ips in published.items() if ips}


def test_secrets_are_nowhere_in_plain_text(site: Site) -> None:
    """Neither state, nor command output, nor `docker inspect` or the environment show a secret."""
    canaries = [site.password, *secrets_of(site)]
    names = site.ids("container")
    places = {
        "state": site.pulumi("stack", "export"),
        "stack file": site.config_file.read_text(),
        "inspect": site.docker("inspect", *names),
        "volumes": site.docker("volume", "inspect", *site.ids("volume")),
        "outputs": "".join(site.output),
    } | {f"logs of {name}": site.docker("logs", name) for name in names}

    for place, content in places.items():
        for canary in canaries:
            assert len(canary) > 20
            assert canary not in content, place


def secrets_of(site: Site) -> list[str]:
    """The values of all config secrets."""
    shown = site.pulumi("config", "--show-secrets", "--json")
    site.output.remove(shown)
    config = json.loads(shown[shown.index("{") :])
    return [entry["value"] for entry in config.values() if entry["secret"]]
