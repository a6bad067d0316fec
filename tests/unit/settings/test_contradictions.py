"""Settings that are right one by one and can't hold together."""

import pytest

from tests.unit.settings.judge import accepted, mistakes

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
REMOTE = "ssh://root@docker"
FULL = (
    "prometheus.retention-size: must be at most 80 % of volume-size: Prometheus' storage "
    "documentation asks for 15-20 % of room for compaction"
)
LOOPBACK = (
    "grafana.bind: is a loopback address of another machine (docker-host): out of Pulumi's reach"
)
NO_PORT = (
    "grafana.port: must be a port: which one is free on another machine (docker-host) can't be told"
)


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (
            {"grafana": {"port": 9100}},
            "grafana.port: is also node-exporter.port: give one another",
        ),
        (
            {"prometheus": {"retention-size": "12801MB"}},
            FULL,
        ),
        (
            {"docker-host": "tcp://docker:2376", "grafana": {"bind": "127.9.9.9"}},
            LOOPBACK,
        ),
        (
            {"docker-host": REMOTE, "grafana": {"bind": "10.0.0.5", "port": 0}},
            NO_PORT,
        ),
        (
            {"grafana": {"admin-password": {"secret": "stack-secret"}}},
            "grafana.admin-password.secret: is a key with another meaning",
        ),
        (
            {"grafana": {"admin-password": {"secret": "stack"}}},
            "grafana.admin-password.secret: is a key with another meaning",
        ),
        (
            {"targets": {"shop": {"addresses": ["a:1"], "token": {"secret": "stack-secret"}}}},
            "targets.shop.token.secret: is a key with another meaning",
        ),
        (
            {"targets": {"node": {"addresses": ["a:1"]}}},
            "targets.node: is a job of the program's own: give it another name",
        ),
        (
            {"discovery": {"http": {"loki": {"url": "http://a/b"}}}},
            "discovery.http.loki: is a job of the program's own: give it another name",
        ),
        (
            {
                "targets": {"shop": {"addresses": ["a:1"]}},
                "discovery": {"http": {"shop": {"url": "http://a/b"}}},
            },
            "discovery.http.shop: is also a job under targets: give it another name",
        ),
        (
            {"targets": {"shop": {"addresses": ["a:1"], "user": "reader"}}},
            "targets.shop.password: is needed with user",
        ),
        (
            {"targets": {"shop": {"addresses": ["a:1"], "password": {"secret": "shop"}}}},
            "targets.shop.user: is needed with password",
        ),
        (
            {"targets": {"shop": {"addresses": ["a:1"], "labels": {"env": "x"}}}},
            "targets.shop.labels.env: is set by the program or by a setting of its own",
        ),
        (
            {"targets": {"shop": {"addresses": ["a:1"], "ca": CERTIFICATE}}},
            "targets.shop.ca: needs scheme https",
        ),
        (
            {"grafana": {"admin-password": {"secret": "Geheim!"}}},
            "grafana.admin-password.secret: must be a key of small letters, digits and `-`",
        ),
        (
            {"grafana": {"admin-password": {}}},
            "grafana.admin-password.secret: field required",
        ),
    ],
)
def test_contradiction(config: object, line: str) -> None:
    """Settings that can't hold together are one line under the one to change."""
    assert [line] == mistakes(config)


@pytest.mark.parametrize(
    "config",
    [
        {"prometheus": {"retention-size": "12800MB"}},
        {"grafana": {"port": 9100}, "node-exporter": {"enabled": False}},
        {"grafana": {"port": 0}},
        {"docker-host": REMOTE, "grafana": {"bind": "0.0.0.0"}},  # noqa: S104 (a user's choice)
        {"log-agent": {"files": []}},
        {"host-name": None},
        {"targets": {"shop": {"addresses": ["a:65535"], "scheme": "https", "ca": CERTIFICATE}}},
    ],
)
def test_just_inside_the_bounds(config: object) -> None:
    """The bounds themselves are allowed, and a switched-off service claims no port."""
    assert accepted(config)


def test_all_contradictions_are_told_at_once() -> None:
    """Mending one doesn't bring up the next."""
    config = {
        "docker-host": "tcp://a:2376",
        "grafana": {"port": 0, "admin-password": {"secret": "stack"}},
    }

    assert ["grafana.admin-password.secret", "grafana.bind", "grafana.port"] == [
        line.split(":")[0] for line in mistakes(config)
    ]
