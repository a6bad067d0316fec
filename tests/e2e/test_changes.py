"""Changes to a running stack, each put back or carried through by the next `up`."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards import catalogue
from tests.e2e.eventually import eventually
from tests.e2e.site import Site

DAY = 24 * 60 * 60


def edit(site: Site, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the user's stack file."""
    content = yaml.safe_load(site.config_file.read_text())
    change(content["config"]["observability:stack"])
    site.config_file.write_text(yaml.safe_dump(content))


def replaced(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Names of the servers that are not the container they were; holders never run."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def servers(site: Site) -> dict[str, str]:
    """The running containers' IDs by service."""
    listing = ("ps", "--no-trunc", "--format", "{{.Names}} {{.ID}}")
    rows = site.docker(*listing, "--filter", f"label=observability.stack={site.stack}").split("\n")
    prefix = f"obs-{site.stack}-"
    return dict(row.removeprefix(prefix).split(" ", 1) for row in rows if row)


@pytest.fixture(scope="module", autouse=True)
def aged(site: Site) -> float:
    """The Unix time at which an old and a young line were pushed; what follows takes long enough
    for Loki to delete the old one."""
    now = time.time()
    # Loki deletes whole chunks: a line of another stream is in another one.
    push(site, now - 2 * DAY, "too old")
    push(site, now, "young enough")
    # What isn't written to disk yet is neither deleted nor, when it is that old, asked for.
    flush(site)
    both = {"too old", "young enough"}
    eventually(lambda: both == set(retained(site, now)), deadline=30)
    # Loki stores its index every 15 minutes, and when it starts; retention works on what is stored.
    site.docker("restart", f"obs-{site.stack}-loki")
    return now


def retained(site: Site, now: float) -> list[str]:
    """The lines that were pushed for the retention, as far as Loki has them."""
    return site.logql('{job="retention-test"}', now - 3 * DAY, now + 60)


def test_scrape_interval_replaces_prometheus_only(site: Site) -> None:
    """A changed setting replaces one server, and the samples it had are still there."""
    before = servers(site)
    (oldest,) = site.promql("min(min_over_time(timestamp(up)[1h:15s]))")

    edit(site, lambda s: s.setdefault("prometheus", {}).update({"scrape-interval": "5s"}))
    site.make("up")

    assert {"prometheus"} == replaced(before, servers(site))
    (still,) = eventually(
        lambda: site.promql("min(min_over_time(timestamp(up)[1h:15s]))"), deadline=60
    )
    assert float(still["value"][1]) <= float(oldest["value"][1]) + 15
    interval = site.grafana("/api/datasources/proxy/uid/prometheus/api/v1/status/config")
    assert "scrape_interval: 5s" in interval["data"]["yaml"]


def test_feature_off_and_on_finds_its_data(site: Site, tmp_path: Path) -> None:
    """A log agent that was away has its volume again, with what was in it."""
    marker = f"obs-{site.stack}-log-agent:/var/lib/log-agent/marker"
    mark = tmp_path / "marker"
    mark.write_text(site.stack)
    site.docker("cp", str(mark), marker)

    edit(site, lambda s: s.setdefault("log-agent", {}).update({"enabled": False}))
    site.make("up")
    without = servers(site)
    edit(site, lambda s: s["log-agent"].update({"enabled": True}))
    site.make("up")

    assert "log-agent" not in without
    assert "log-agent" in servers(site)
    site.docker("cp", marker, str(tmp_path / "found"))
    assert site.stack == (tmp_path / "found").read_text()


def test_container_removed_by_hand_comes_back(site: Site) -> None:
    """`up` makes a container again that somebody removed, and touches no other."""
    before = servers(site)
    site.docker("rm", "--force", f"obs-{site.stack}-loki")

    site.make("up")

    assert {"loki"} == replaced(before, servers(site))


def test_grafana_removed_by_hand_comes_back(site: Site) -> None:
    """Grafana too, though Pulumi has to read folders and dashboards from it."""
    before = servers(site)
    site.docker("rm", "--force", f"obs-{site.stack}-grafana")

    site.make("up")

    assert {"grafana"} == replaced(before, servers(site))
    for dashboard in catalogue():
        assert site.grafana(f"/api/dashboards/uid/{dashboard.uid}")


def test_stopped_grafana_is_started(site: Site) -> None:
    """A Grafana that was stopped doesn't stop the next `up`."""
    site.docker("stop", f"obs-{site.stack}-grafana")

    site.make("up")

    assert "ok" == site.grafana("/api/health")["database"]


def test_dashboard_changed_by_hand_is_put_back(site: Site) -> None:
    """A title edited in Grafana shows in refresh, and `up` puts it back."""
    (spec, *_) = catalogue()
    found = site.grafana(f"/api/dashboards/uid/{spec.uid}")
    edited = found["dashboard"] | {"title": "changed by hand"}
    site.grafana(
        "/api/dashboards/db",
        {"dashboard": edited, "folderUid": found["meta"]["folderUid"], "overwrite": True},
    )

    preview = site.pulumi("refresh", "--preview-only", "--diff")
    site.make("up")

    assert "changed by hand" in preview
    assert spec.title == site.grafana(f"/api/dashboards/uid/{spec.uid}")["dashboard"]["title"]


def test_changed_password_is_taken_over(site: Site) -> None:
    """A new admin password in the stack file is Grafana's after the next `up`."""
    new = f"changed-for-{site.stack}-in-a-test"
    site.pulumi("config", "set", "--secret", "observability:grafana-admin-password", new)

    site.make("up")
    del site.password

    assert new == site.password
    assert site.grafana("/api/org")["name"]


def test_wrong_setting_stops_before_anything_is_touched(site: Site) -> None:
    """One line for each mistake, naming the setting; the containers stay as they are."""
    before = servers(site)
    good = site.config_file.read_text()
    edit(site, lambda s: s.setdefault("prometheus", {}).update({"retention": "0d"}))
    edit(site, lambda s: s.setdefault("loki", {}).update({"retentoin": "7d"}))

    try:
        printed = site.make("up", status=2)
    finally:
        site.config_file.write_text(good)

    assert "prometheus.retention" in printed
    assert "loki.retentoin" in printed
    assert "Traceback" not in printed
    assert before == servers(site)


def test_lines_older_than_the_retention_are_deleted(site: Site, aged: float) -> None:
    """Loki really deletes: an old line goes within 3 minutes, a young one stays."""
    eventually(
        lambda: ["young enough"] == retained(site, aged),
        deadline=180,
        describe=lambda: retained(site, aged),
    )


def push(site: Site, at: float, line: str) -> None:
    """Push a log line of a given Unix time, through Grafana's data source proxy."""
    values = [[str(int(at * 1e9)), line]]
    labels = {"job": "retention-test", "line": line}
    body = {"streams": [{"stream": labels, "values": values}]}
    site.grafana("/api/datasources/proxy/uid/loki/loki/api/v1/push", body)


def flush(site: Site) -> None:
    """Have the ingester write its chunks now."""
    site.grafana("/api/datasources/proxy/uid/loki/flush", {}, method="POST")


def test_state_has_nothing_pending(site: Site) -> None:
    """After all of this, the state holds no unfinished operation."""
    deployment = site.pulumi_json("stack", "export")["deployment"]

    assert not deployment.get("pending_operations")
