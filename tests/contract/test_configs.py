"""The servers' own tools accept what we render, and stop a run where they don't."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pulumi
import pytest

from components import checks, configs, scraping
from components.gateway import METRICS_NAME, METRICS_PORT
from components.rendering import Files
from settings import Settings
from toolchain.cache import CHECKOUT

RULES = {path.name: path.read_text() for path in (CHECKOUT / "rules").glob("*.rules.yaml")}


ALL_SERVICES = {
    "cadvisor": {"enabled": True},
    "probes": {
        "http": {
            "shop": {
                "target": "https://shop.lan/health?deep=1",
                "status": [200, 204],
                "body": "is (well|fine)",
                "ca": "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n",
                "interval": "5s",
            }
        },
        "tcp": {"mail": {"target": "mail.lan:25", "expect": "^220 "}},
        "icmp": {"pve1": {"target": "10.0.0.2"}},
        "dns": {"here": {"target": "10.0.0.1:53", "name": "shop.lan", "answer": "10[.]0"}},
        "tls": {"ldap": {"target": "ldap.lan:636", "minimum-version": "1.3"}},
    },
}


def rendered() -> dict[str, Files]:
    settings = Settings.model_validate_json(json.dumps(ALL_SERVICES))
    return configs.render(settings, stack="test", rules=RULES)


EVERY_KIND = {
    "targets": {
        "shop": {
            "addresses": ["web:8000"],
            "scheme": "https",
            "ca": "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n",
            "user": "reader",
            "password": {"secret": "shop-password"},
            "labels": {"service": "shop"},
        },
        "queue": {"addresses": ["worker:8000"], "token": {"secret": "queue-token"}},
    },
    "discovery": {
        "folder": "/srv/targets",
        "http": {"netbox": {"url": "https://netbox.lan/sd", "list-token": {"secret": "netbox"}}},
    },
}


def of_site(folder: Path, jobs: str) -> Files:
    """The user's own jobs, from a file in this folder."""
    (folder / "mine.yml").write_text(jobs)
    return scraping.of_site(folder, env="test")


def test_targets_of_every_kind_are_right(tmp_path: Path) -> None:
    """Logins, authorities, lists, target files and jobs of the user's pass as they are."""
    settings = Settings.model_validate_json(json.dumps(EVERY_KIND))
    site = of_site(tmp_path, "scrape_configs: [{job_name: mine, static_configs: []}]")

    files = configs.render(settings, stack="test", rules=RULES, site=site)

    checks.check(files, configs.stand_ins(settings))


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ("{job_name: mine, scrap_interval: 5s}", "scrap_interval"),
        ("{job_name: node, static_configs: []}", "node"),
    ],
)
def test_a_wrong_job_of_the_user_stops_the_run(tmp_path: Path, job: str, said: str) -> None:
    """A key that there isn't, or the name of a job of ours."""
    site = of_site(tmp_path, f"scrape_configs: [{job}]")

    with pytest.raises(pulumi.RunError) as caught:
        checks.check(configs.render(Settings(), stack="test", rules=RULES, site=site))

    assert said in str(caught.value)


def spoilt(service: str, file: str, old: str, new: str) -> Mapping[str, Files]:
    """All configs, with one text in one of them replaced."""
    files = dict(rendered()[service])
    assert old in files[file]
    return rendered() | {service: files | {file: files[file].replace(old, new, 1)}}


def test_every_config_is_right() -> None:
    """Every one that has a tool to check it passes, of services that are off by default too.

    Each kind of gateway has a test of its own.
    """
    assert set(checks.COMMANDS) - {"gateway"} <= set(rendered())

    checks.check(rendered())


@pytest.mark.parametrize(
    ("service", "file", "old", "new"),
    [
        ("prometheus", "prometheus.yml", "scrape_interval", "scrap_interval"),
        ("prometheus", "rules/hosts.rules.yaml", "1 - avg by", "1 - avg bye"),
        ("alertmanager", "alertmanager.yml", "receiver: nobody", "receiver: somebody"),
        ("loki", "loki.yaml", "retention_period", "retention_peroid"),
        ("blackbox-exporter", "blackbox.yml", "fail_if_not_ssl", "fail_if_no_ssl"),
        ("docker-api", "Caddyfile", "path_regexp", "path_regex"),
        ("log-agent", "promtail.yaml", "pipeline_stages", "pipeline_stagse"),
    ],
)
def test_a_mistake_stops_the_run(service: str, file: str, old: str, new: str) -> None:
    """The message names the service and what its tool says, and no path of a passing folder."""
    with pytest.raises(pulumi.RunError) as caught:
        checks.check(spoilt(service, file, old, new))

    message = str(caught.value)
    assert message.startswith(
        f"the config of {service} is wrong, says {checks.COMMANDS[service][0]}:"
    )
    assert "/check-" not in message


def test_every_mistake_is_told_at_once() -> None:
    """Two wrong configs are two messages."""
    wrong = {**spoilt("loki", "loki.yaml", "retention_period", "x")}
    wrong["alertmanager"] = {"alertmanager.yml": "route: 1"}

    with pytest.raises(pulumi.RunError) as caught:
        checks.check(wrong)

    assert 2 == str(caught.value).count(" is wrong, says ")


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
ACME = {"email": "me@example.net"}
GIVEN = {"certificate": CERTIFICATE, "key": {"secret": "tls-key"}}
PUSH = {"hosts": {"web": {"password": {"secret": "push"}}}}


def gateway(**settings: object) -> tuple[Files, Files]:
    """The files of a gateway, and those that stand in for its secrets."""
    config = {"gateway": {"address": "https://monitoring.example.net", **settings}}
    loaded = Settings.model_validate_json(json.dumps(config))
    files = configs.render(loaded, stack="test", rules=RULES)
    return files["gateway"], configs.stand_ins(loaded)["gateway"]


@pytest.mark.parametrize(
    "settings",
    [
        {"tls": {"acme": ACME}, "log-push": PUSH},
        {"tls": {"own-ca": {}}, "log-push": PUSH},
        {"tls": {"own-ca": {}}, "address": "https://10.0.0.5:8443"},
        {"tls": {"given": GIVEN}},
        {"address": "http://127.0.0.1:3000", "bind": "127.0.0.1"},
    ],
)
def test_gateway_of_every_kind_is_right(settings: dict[str, object]) -> None:
    """Caddy takes it, with certificates and logins that nobody's secrets are in."""
    files, stand_ins = gateway(**settings)

    checks.check({"gateway": files}, {"gateway": stand_ins})


def test_gateway_listens_for_metrics_on_one_network_only(tmp_path: Path) -> None:
    """As Caddy itself reads the config: on the backend network's name, and metrics nowhere else."""
    files, _ = gateway(tls={"own-ca": {}})
    (tmp_path / "Caddyfile").write_text(files["Caddyfile"])

    command = ["caddy", "adapt", "--adapter", "caddyfile", "--config", "Caddyfile"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)

    servers = json.loads(done.stdout)["apps"]["http"]["servers"].values()
    with_metrics = [s["listen"] for s in servers if '"handler": "metrics"' in json.dumps(s)]
    assert [[f"{METRICS_NAME}:{METRICS_PORT}"]] == with_metrics


def test_a_wrong_gateway_stops_the_run() -> None:
    """The message says what Caddy says."""
    files, stand_ins = gateway(tls={"own-ca": {}})
    wrong = {**files, "Caddyfile": files["Caddyfile"].replace("reverse_proxy", "revers_proxy")}

    with pytest.raises(pulumi.RunError, match=r"gateway is wrong, says caddy:[^$]*revers_proxy"):
        checks.check({"gateway": wrong}, {"gateway": stand_ins})
