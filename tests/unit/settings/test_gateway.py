"""What can't hold together about the gateway is one line under the setting to change."""

import pytest

from tests.unit.settings.judge import accepted, mistakes

ADDRESS = "https://monitoring.example.net"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
OWN: dict[str, object] = {"own-ca": {}}
ACME: dict[str, object] = {"acme": {"email": "me@example.net"}}
KINDS = "gateway.tls: must be exactly one of acme, own-ca and given, for an https address"

ELSEWHERE = (
    "gateway.bind: is a loopback address of another machine (docker-host): out of Pulumi's reach"
)
NO_ADDRESS = (
    "gateway.address: must be like https://monitoring.example.net, in small letters, with or "
    "without a port"
)


def gateway(**changes: object) -> dict[str, object]:
    """A stack with a gateway, some of whose settings are changed."""
    return {"gateway": {"address": ADDRESS, "tls": OWN, **changes}}


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (gateway(tls={}), KINDS),
        (gateway(tls=OWN | ACME), KINDS),
        (
            gateway(address="http://127.0.0.1:3000", bind="127.0.0.1"),
            "gateway.tls: needs an https address",
        ),
        (
            gateway(address="http://10.0.0.5", tls={}),
            "gateway.address: must be https where gateway.bind is no loopback address",
        ),
        (
            gateway(address="https://10.0.0.5", tls=ACME),
            "gateway.tls.acme: needs a name in gateway.address: there is none to certify",
        ),
        (
            gateway(address=f"{ADDRESS}:9100"),
            "gateway.port: is also node-exporter.port: give one another",
        ),
        (
            gateway() | {"grafana": {"port": 3000}},
            "grafana.port: has no effect behind the gateway: take it out",
        ),
        (
            gateway(bind="127.0.0.1") | {"docker-host": "ssh://root@docker"},
            ELSEWHERE,
        ),
        (
            gateway() | {"agents": {"hosts": {"web": {"address": "web", "log-agent": "alloy"}}}},
            "agents.hosts.web.log-agent: needs gateway.log-push.hosts.web to log in with",
        ),
        (
            gateway(address="https://monitoring.example.net/grafana"),
            NO_ADDRESS,
        ),
    ],
)
def test_mistake(config: object, line: str) -> None:
    """One line, without the lines that would follow from it."""
    assert [line] == mistakes(config)


@pytest.mark.parametrize(
    ("changes", "port"),
    [({}, 443), ({"address": f"{ADDRESS}:8443"}, 8443), ({"port": 4443}, 4443)],
)
def test_published_port(changes: dict[str, object], port: int) -> None:
    """The address' own, unless a router maps it to another."""
    found = accepted(gateway(**changes)).gateway

    assert found
    assert port == found.published_port


def test_given_certificate_is_trusted() -> None:
    """It may come from an authority that only the user knows."""
    given = {"given": {"certificate": CERTIFICATE, "key": {"secret": "tls-key"}}}
    settings = accepted(gateway(tls=given))

    assert settings.gateway
    assert CERTIFICATE == settings.gateway.trusted
    assert "tls-key" in settings.secret_names


@pytest.mark.parametrize(
    ("docker_host", "command"),
    [
        ("ssh://root@docker", "ssh -N -L 3000:127.0.0.1:3000 root@docker"),
        ("ssh://docker:2222", "ssh -N -L 3000:127.0.0.1:3000 -p 2222 docker"),
    ],
)
def test_tunnel(docker_host: str, command: str) -> None:
    """Over the daemon's own ssh, for a port that is open there on loopback only."""
    tunnel = accepted({"docker-host": docker_host}).tunnel

    assert tunnel
    assert command == " ".join(tunnel)


def test_no_tunnel() -> None:
    """None on this machine, none to a port that is open, none beside a gateway."""
    away = {"docker-host": "ssh://root@docker"}
    on_address = away | {"grafana": {"bind": "10.0.0.5"}}

    assert [None] * 3 == [accepted(c).tunnel for c in ({}, on_address, away | gateway())]
