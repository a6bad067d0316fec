"""The stack behind its gateway, seen from other containers: what is open, and nothing else."""

import json
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings.gateway import PUSH_PATH
from tests.e2e.eventually import eventually
from tests.e2e.site import Site, clone
from tests.e2e.test_changes import edit
from toolchain import images

HOST = "localhost"
INSIDE = 8443
CLOSED = {"grafana": 3000, "loki": 3100, "prometheus": 9090, "alertmanager": 9093}
# What isn't behind the gateway costs time here and shows nothing.
SMALL = {
    "node-exporter": {"enabled": False},
    "log-agent": {"enabled": False},
    "prometheus": {"scrape-interval": "5s", "evaluation-interval": "5s"},
}


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small stack with a gateway, an own CA and one host that may push."""
    top = tmp_path_factory.mktemp("gated")
    folder = top / "clone"
    clone(folder)
    stack = f"test-{secrets.token_hex(3)}"
    site = Site(stack=stack, folder=folder, data=top / "data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = SMALL | {
        "gateway": {
            "address": f"https://{HOST}:{port}",
            "tls": {"own-ca": {}},
            "log-push": {"hosts": {"web": {"password": {"secret": "push-web"}}}},
        }
    }
    content = {"config": {"observability:stack": settings}}
    (folder / "stacks" / f"{stack}.yaml").write_text(yaml.safe_dump(content))
    try:
        site.make("up")
        yield site
    finally:
        site.make("purge")


class Elsewhere:
    """A container on Docker's default network, which is none of the stack's, and what it gets."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site = site
        outputs = site.pulumi_json("stack", "output", "--json")
        self.url = outputs["grafana-url"]
        self.ca = folder / "ca.pem"
        self.ca.write_text(outputs["gateway-ca"])
        network = json.loads(site.docker("network", "inspect", "bridge"))
        self.host = network[0]["IPAM"]["Config"][0]["Gateway"]

    @property
    def port(self) -> int:
        """The published one."""
        return int(self.url.rpartition(":")[2])

    def run(self, *command: str) -> str:
        """What a program of Grafana's image prints, which has curl and bash."""
        image = images.references("local")["grafana"]
        mount = ("--volume", f"{self.ca}:/ca.pem:ro", "--entrypoint", command[0])
        return self.site.docker("run", "--rm", *mount, image, *command[1:])

    def status(self, path: str, *options: str) -> int:
        """The status of one request, with the certificate verified against the own CA."""
        there = f"{HOST}:{self.port}:{self.host}:{self.port}"
        quiet = ("-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10")
        # Over HTTP/2, curl 7.88 fails where the answer comes before all of the body is sent.
        trust = ("--http1.1", "--cacert", "/ca.pem", "--connect-to", there)
        return int(self.run("curl", *quiet, *trust, *options, f"{self.url}{path}"))

    def open_ports(self, *places: tuple[str, int]) -> set[tuple[str, int]]:
        """Those of the addresses and ports that a connection can be made to."""
        tries = "; ".join(
            f"timeout 1 bash -c '</dev/tcp/{host}/{port}' 2>/dev/null && echo {host} {port}"
            for host, port in places
        )
        rows = self.run("bash", "-c", f"{tries}; true").splitlines()
        return {(host, int(port)) for host, port in (row.split() for row in rows)}


@pytest.fixture(scope="module")
def elsewhere(gated: Site, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(gated, tmp_path_factory.mktemp("elsewhere"))


def test_grafana_is_open_to_who_trusts_the_ca(elsewhere: Elsewhere) -> None:
    """Its API answers and asks for a login; Grafana's metrics and another host's name don't."""
    assert 200 == elsewhere.status("/api/health")
    assert 401 == elsewhere.status("/api/org")
    assert 404 == elsewhere.status("/metrics")
    assert 421 == elsewhere.status("/api/health", "--header", "Host: elsewhere.example")


def test_only_pushing_is_open_of_loki(gated: Site, elsewhere: Elsewhere) -> None:
    """With the right login, by the right method, on the right path; and the line is found."""
    now = time.time()
    password = gated.pulumi("config", "get", "observability:push-web").strip()
    gated.output.pop()
    values = [[str(int(now * 1e9)), "pushed from elsewhere"]]
    body = json.dumps({"streams": [{"stream": {"job": "pushed"}, "values": values}]})
    post = ("--json", body)
    right, wrong = ("--user", f"web:{password}"), ("--user", "web:not-it")

    assert 204 == elsewhere.status(PUSH_PATH, *post, *right)
    assert 401 == elsewhere.status(PUSH_PATH, *post, *wrong)
    assert 401 == elsewhere.status(PUSH_PATH, *post)
    assert 404 == elsewhere.status(PUSH_PATH, *right)
    assert 404 == elsewhere.status("/loki/api/v1/labels", *right)
    assert eventually(
        lambda: pushed(elsewhere, gated, now) == ["pushed from elsewhere"], deadline=30
    )
    assert password not in gated.docker("logs", f"obs-{gated.stack}-gateway")


def pushed(elsewhere: Elsewhere, site: Site, now: float) -> list[str]:
    """Log lines that were pushed, asked for through the gateway."""
    window = f"start={int(now - 60)}000000000&end={int(now + 60)}000000000"
    query = f"query=%7Bjob%3D%22pushed%22%7D&{window}"
    found = of_source(elsewhere, site, f"loki/loki/api/v1/query_range?{query}")
    return [line for stream in found for _, line in stream["values"]]


def of_source(elsewhere: Elsewhere, site: Site, request: str) -> list[dict[str, Any]]:
    """What a data source of Grafana's finds, asked through the gateway."""
    path = f"/api/datasources/proxy/uid/{request}"
    there = f"{HOST}:{elsewhere.port}:{elsewhere.host}:{elsewhere.port}"
    login = ("--cacert", "/ca.pem", "--connect-to", there, "--user", f"admin:{site.password}")
    answer = json.loads(elsewhere.run("curl", "-s", *login, f"{elsewhere.url}{path}"))
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def test_prometheus_reads_the_gateway(gated: Site, elsewhere: Elsewhere) -> None:
    """Its metrics are there, though nobody outside finds them."""
    query = "prometheus/api/v1/query?query=caddy_http_requests_total%7Bjob%3D%22gateway%22%7D"

    assert eventually(lambda: of_source(elsewhere, gated, query), deadline=30)


def test_state_holds_no_secret_as_an_input(gated: Site) -> None:
    """The providers of the authority and of the logins find what they need in the config."""
    state = gated.state()

    for kind in ("OwnCa", "PushLogins"):
        (inputs,) = (r["inputs"] for r in state if r["type"].endswith(f":{kind}"))
        given = {name: value for name, value in inputs.items() if name != "__provider"}
        assert given
        assert "ciphertext" not in json.dumps(given)


def test_nothing_else_is_open(gated: Site, elsewhere: Elsewhere) -> None:
    """From another network only the one port of the Docker host, whatever else is tried."""
    names = {name: f"obs-{gated.stack}-{name}" for name in (*CLOSED, "gateway")}
    found = json.loads(gated.docker("inspect", *names.values()))
    places = [(elsewhere.host, port) for port in (*CLOSED.values(), 2019, 8080, 8081, 8082, INSIDE)]
    for container in found:
        service = container["Name"].removeprefix(f"/obs-{gated.stack}-")
        ports = [CLOSED[service]] if service in CLOSED else [2019, 8080, 8081, 8082]
        addresses = [net["IPAddress"] for net in container["NetworkSettings"]["Networks"].values()]
        places += [(address, port) for address in addresses for port in ports]

    opened = elsewhere.open_ports((elsewhere.host, elsewhere.port), *places)

    ours = {(elsewhere.host, port) for port in CLOSED.values()}
    assert (elsewhere.host, elsewhere.port) in opened
    assert not opened - {(elsewhere.host, elsewhere.port)} - ours
    published = [c["Name"] for c in found if any(c["NetworkSettings"]["Ports"].values())]
    assert [f"/{names['gateway']}"] == published


def test_second_up_changes_nothing(gated: Site) -> None:
    """Neither the CA nor the hashed logins are made anew."""
    assert "unchanged" in gated.pulumi("preview", "--refresh", "--expect-no-changes")


def test_gateway_off_and_on_keeps_the_ca(gated: Site, elsewhere: Elsewhere) -> None:
    """Who trusts the first authority trusts what comes with the gateway that is put back."""
    kept = yaml.safe_load(gated.config_file.read_text())["config"]["observability:stack"]["gateway"]

    edit(gated, lambda s: s.update({"gateway": None, "grafana": {"port": 0}}))
    gated.make("up")
    edit(gated, lambda s: (s.update({"gateway": kept}), s.pop("grafana"))[0])
    gated.make("up")

    assert 200 == elsewhere.status("/api/health")
