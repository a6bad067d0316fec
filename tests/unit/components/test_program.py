"""The whole program against mocks: what a stack consists of."""

import json
import runpy
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from components import checks
from components.configs import NOTHING
from dashboards import catalogue
from tests.unit.components.recorder import GATEWAY, Recorder, deploy
from tests.unit.components.samples import PASSWORD
from toolchain.cache import CHECKOUT

SERVICES = {"prometheus", "alertmanager", "loki", "grafana", "node-exporter", "log-agent"}


def up(
    monkeypatch: pytest.MonkeyPatch,
    settings: dict[str, Any],
    *,
    preview: bool,
    secrets: Mapping[str, str] = NOTHING,
) -> Recorder:
    """Run __main__.py as `pulumi` does; the tools' checks have tests of their own.

    `secrets` are those beside the ones that every stack has.
    """
    monkeypatch.setattr(checks, "check", lambda *_: None)
    values = {"grafana-admin-password": PASSWORD, "stack-secret": PASSWORD, **secrets}
    kept = {f"observability:{name}": value for name, value in values.items()}
    config = {"observability:stack": json.dumps(settings), **kept}
    pulumi.runtime.set_all_config(config, list(kept))
    return deploy(lambda: runpy.run_path(str(CHECKOUT / "__main__.py")), preview=preview)


def servers(seen: Recorder) -> set[str]:
    return {
        container.inputs["name"].removeprefix("obs-test-")
        for name, container in seen.all("Container").items()
        if name.endswith("-container")
    }


def test_default_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six servers on two networks, their images by settings, and all dashboards."""
    seen = up(monkeypatch, {}, preview=False)

    assert SERVICES == servers(seen)
    assert {"networks-backend", "networks-front"} == set(seen.all("Network"))
    assert seen.inputs("Network", "networks-backend")["internal"] is True
    assert len(catalogue()) == len(seen.all("Dashboard"))
    assert {"prometheus", "loki", "alertmanager"} == {
        source.inputs["uid"] for source in seen.all("DataSource").values()
    }


def test_only_grafana_has_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the only one on the network that isn't internal, and the only one with a port."""
    seen = up(monkeypatch, {}, preview=False)

    containers = seen.all("Container").values()
    on_front = [c.inputs["name"] for c in containers if "obs-test-front" in str(c.inputs)]
    published = [c.inputs["name"] for c in containers if c.inputs.get("ports")]
    assert ["obs-test-grafana"] == on_front == published


def test_prometheus_has_a_way_to_other_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network of the services has no way out, so it joins the other one where it needs it."""
    settings = {"agents": {"hosts": {"pve1": {"address": "root@10.0.0.2"}}}}
    seen = up(monkeypatch, settings, preview=False)

    joined = seen.inputs("Container", "prometheus-container")["networksAdvanced"]
    assert ["obs-test-backend", "obs-test-front"] == [network["name"] for network in joined]


def test_node_exporter_is_found_at_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """It listens on the host's address on the backend network, under a name for Prometheus."""
    seen = up(monkeypatch, {"node-exporter": {"port": 9111}}, preview=False)

    exporter = seen.inputs("Container", "node-exporter-container")
    prometheus = seen.inputs("Container", "prometheus-container")
    assert f"--web.listen-address={GATEWAY}:9111" in exporter["command"]
    assert [{"host": "node-exporter", "ip": GATEWAY}] == prometheus["hosts"]


def test_features_can_be_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disabled exporter or agent isn't there."""
    off = {"enabled": False}

    seen = up(monkeypatch, {"node-exporter": off, "log-agent": off}, preview=False)

    assert {"prometheus", "alertmanager", "loki", "grafana"} == servers(seen)


def test_free_port_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Port 0 becomes a port that is kept; any other port is taken as it is."""
    free = up(monkeypatch, {"grafana": {"port": 0}}, preview=False)
    fixed = up(monkeypatch, {"grafana": {"port": 3333}}, preview=False)

    assert [40123, 3333] == [
        seen.inputs("Container", "grafana-container")["ports"][0]["external"]
        for seen in (free, fixed)
    ]
    assert {} == fixed.all("FreePort")


def test_retention_reaches_prometheus(monkeypatch: pytest.MonkeyPatch) -> None:
    """By time and by size; the size in bytes, since its GB are others' GiB."""
    settings = {"prometheus": {"retention": "30d", "retention-size": "4GiB"}}

    seen = up(monkeypatch, settings, preview=False)

    command = seen.inputs("Container", "prometheus-container")["command"]
    assert "--storage.tsdb.retention.time=30d" in command
    assert f"--storage.tsdb.retention.size={4 * 1024**3}B" in command


def test_password_is_a_secret_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the upload and the provider's login hold it, both as secrets."""
    seen = up(monkeypatch, {}, preview=False)

    holders = {r.name for r in seen.resources if PASSWORD in str(r.inputs)}
    assert {"grafana-config-holder", "grafana"} == holders
    assert seen.holds_secret("grafana-config-holder", "uploads")
    assert seen.holds_secret("grafana", "auth")


def test_preview_from_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing exists yet, and what depends on it is unknown."""
    assert SERVICES == servers(up(monkeypatch, {"grafana": {"port": 0}}, preview=True))


def test_names_are_unique_and_stable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run registers the same resources: nothing is made under a passing name."""
    first, second = (up(monkeypatch, {}, preview=False) for _ in range(2))

    names = [(r.typ, r.name) for r in first.resources]
    assert len(names) == len(set(names))
    assert set(names) == {(r.typ, r.name) for r in second.resources}
