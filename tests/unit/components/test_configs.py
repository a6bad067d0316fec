"""The rendered configs say what the settings say, and nothing else decides them."""

import json
import re
from configparser import ConfigParser
from typing import Any

import pytest
import yaml

from components import configs, log_pipelines
from components.rendering import Files
from settings import Settings
from settings.grafana import ADMIN

OWN = {"host": "test", "node": "none", "guest": "none", "role": "monitoring", "env": "test"}
RULES = {"a.rules.yaml": "groups: []\n"}


def render(**settings: object) -> dict[str, Files]:
    """The config files under these settings, the others at their defaults."""
    loaded = Settings.model_validate_json(json.dumps(settings))
    return configs.render(loaded, stack="test", rules=RULES)


def prometheus(**settings: object) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(render(**settings)["prometheus"]["prometheus.yml"])
    return config


def loki(**settings: object) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(render(**settings)["loki"]["loki.yaml"])
    return config


def jobs(config: dict[str, Any]) -> set[str]:
    return {job["job_name"] for job in config["scrape_configs"]}


def test_same_settings_give_the_same_text() -> None:
    """A second `up` has nothing to change."""
    assert render() == render()


def test_prometheus_scrapes_every_server() -> None:
    """Each job has one target, with the labels that say where it runs."""
    config = prometheus()

    assert {"prometheus", "alertmanager", "loki", "grafana", "node", "promtail"} == jobs(config)
    for job in config["scrape_configs"]:
        (target,) = job["static_configs"]
        assert OWN == target["labels"]


def test_a_feature_that_is_off_is_not_scraped() -> None:
    """No target is down on purpose."""
    off = {"enabled": False}

    assert {"prometheus", "alertmanager", "loki", "grafana"} == jobs(
        prometheus(**{"node-exporter": off, "log-agent": off})
    )


def test_hosts_with_agents_are_scraped() -> None:
    """Each is a target of job `node` with its own labels, where Prometheus finds it."""
    hosts = {
        "pve1": {"address": "root@10.0.0.2", "role": "pve"},
        "pbs": {"address": "pbs-ssh", "scrape-address": "pbs.lan", "role": "pbs"},
        "web": {"address": "10.0.0.30", "node": "pve1", "listen": "10.0.0.30:9101"},
    }

    config = prometheus(agents={"hosts": hosts})

    (node,) = (job for job in config["scrape_configs"] if job["job_name"] == "node")
    found = {target["targets"][0]: target["labels"] for target in node["static_configs"]}
    assert {
        "node-exporter:9100": OWN,
        "10.0.0.2:9100": {
            "host": "pve1", "node": "pve1", "guest": "none", "role": "pve", "env": "test"
        },
        "pbs.lan:9100": {
            "host": "pbs", "node": "none", "guest": "none", "role": "pbs", "env": "test"
        },
        "10.0.0.30:9101": {
            "host": "web", "node": "pve1", "guest": "web", "role": "guest", "env": "test"
        },
    } == found  # fmt: skip


def test_hosts_are_scraped_where_the_docker_host_is_not() -> None:
    """The job is there for them alone."""
    config = prometheus(
        **{"node-exporter": {"enabled": False}, "agents": {"hosts": {"a": {"address": "a"}}}}
    )

    (node,) = (job for job in config["scrape_configs"] if job["job_name"] == "node")
    assert [["a:9100"]] == [target["targets"] for target in node["static_configs"]]


def test_docker_host_is_a_guest_of_its_node() -> None:
    """With the node that it runs on, what the stack measures counts as a guest's."""
    config = prometheus(**{"host-name": "monitor", "host-node": "pve1"})

    labels = config["scrape_configs"][0]["static_configs"][0]["labels"]
    assert OWN | {"host": "monitor", "node": "pve1", "guest": "monitor"} == labels


def test_host_name_is_a_label() -> None:
    """The name from the settings stands on metrics and on logs."""
    rendered = render(**{"host-name": "pve-docker"})

    agent = yaml.safe_load(rendered["log-agent"]["promtail.yaml"])
    server = yaml.safe_load(rendered["prometheus"]["prometheus.yml"])
    assert "pve-docker" == agent["clients"][0]["external_labels"]["host"]
    assert "pve-docker" == server["scrape_configs"][0]["static_configs"][0]["labels"]["host"]


@pytest.mark.parametrize(("interval", "timeout"), [("5s", "5s"), ("15s", "10s"), ("1m", "10s")])
def test_scrape_timeout_fits_the_interval(interval: str, timeout: str) -> None:
    """Prometheus refuses a timeout that exceeds the interval."""
    asked = prometheus(prometheus={"scrape-interval": interval})["global"]

    assert (interval, timeout) == (asked["scrape_interval"], asked["scrape_timeout"])


def test_rules_are_where_the_config_looks_for_them() -> None:
    """Every rule file lies in the folder that `rule_files` names."""
    rendered = render()["prometheus"]

    assert RULES["a.rules.yaml"] == rendered["rules/a.rules.yaml"]
    assert ["rules/*.rules.yaml"] == prometheus()["rule_files"]


def test_loki_really_deletes() -> None:
    """Without a compactor that is told to, retention_period does nothing."""
    config = loki(loki={"retention": "36h", "compaction-interval": "5m", "delete-delay": "1h"})

    assert "36h" == config["limits_config"]["retention_period"]
    assert config["compactor"]["retention_enabled"] is True
    assert "filesystem" == config["compactor"]["delete_request_store"]
    assert "5m" == config["compactor"]["compaction_interval"]
    assert "1h" == config["compactor"]["retention_delete_delay"]


def test_nobody_deletes_logs_through_loki() -> None:
    """Its API for that is off: Grafana passes on whatever its users ask."""
    assert "disabled" == loki()["limits_config"]["deletion_mode"]


def test_loki_replays_within_its_memory() -> None:
    """After a crash it takes in at most half of what it has before it writes it out."""
    config = loki(loki={"memory": "512MiB"})

    assert f"{256 * 1024**2}B" == config["ingester"]["wal"]["replay_memory_ceiling"]


def test_agent_never_gives_up() -> None:
    """After a number of tries, promtail would drop the lines; 0 stands for no such number."""
    config = yaml.safe_load(render()["log-agent"]["promtail.yaml"])

    assert {"max_retries": 0} == config["clients"][0]["backoff_config"]


def test_days_are_written_as_loki_reads_them() -> None:
    """Go's parser knows no days."""
    assert "336h" == loki(loki={"retention": "14d"})["limits_config"]["retention_period"]


def test_agent_reads_the_files_of_the_settings() -> None:
    """Each pattern and the journal are read; without both, containers only."""
    chosen = {"log-agent": {"files": ["/var/log/a.log"]}}
    some = yaml.safe_load(render(**chosen)["log-agent"]["promtail.yaml"])
    neither = {"log-agent": {"files": [], "journal": {"enabled": False}}}
    none = yaml.safe_load(render(**neither)["log-agent"]["promtail.yaml"])

    assert {"containers", "files", "journal"} == jobs(some)
    assert ["/var/log/a.log"] == [
        target["labels"]["__path__"] for target in some["scrape_configs"][1]["static_configs"]
    ]
    assert {"containers"} == jobs(none)


def test_agent_takes_the_container_id_from_the_path() -> None:
    """The short ID, for containers whose logs don't carry their name."""
    path = f"/var/lib/docker/containers/{'ab' * 32}/{'ab' * 32}-json.log"

    found = re.search(log_pipelines.ID_IN_PATH, path)

    assert found
    assert "abababababab" == found["id"]


def test_no_config_holds_a_secret() -> None:
    """Grafana's settings name the files of the password and of its key."""
    config = ConfigParser(interpolation=None)
    config.read_string(render()["grafana"]["grafana.ini"])

    assert "$__file{/etc/observability/admin-password}" == config["security"]["admin_password"]
    assert "$__file{/etc/observability/secret-key}" == config["security"]["secret_key"]


def test_administrator_is_admin() -> None:
    """The login that the program and `make up` use is the one that Grafana makes."""
    config = ConfigParser(interpolation=None)
    config.read_string(render()["grafana"]["grafana.ini"])

    assert ADMIN == config["security"]["admin_user"]
