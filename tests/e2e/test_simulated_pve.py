"""The simulated Proxmox VE in its container: reached by its certificate, and kept over restarts."""

import json
import secrets
import ssl
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from proxmoxer import ProxmoxAPI, ResourceException

from components import x509
from simulator.pve import names
from tests.e2e.eventually import eventually
from tests.e2e.site import Site, clone

PROGRAM = "tests/e2e/simulated_pve_program"
VALUES = {
    "stack-secret": secrets.token_urlsafe(24),
    names.AUTHORITY: secrets.token_urlsafe(24),
    names.TOKEN: f"{names.PROGRAM}={uuid.uuid4()}",
    names.AUDIT_TOKEN: f"{names.AUDIT}={uuid.uuid4()}",
}
HOUR = timedelta(hours=1)


class Simulated(Site):
    """A stack of the small program, in a clone."""

    def pulumi(self, *arguments: str, status: int = 0) -> str:
        """Plain `pulumi` on the small program."""
        phrase = "PULUMI_CONFIG_PASSPHRASE=of a test"
        inner = ("pulumi", "--cwd", PROGRAM, *arguments, "--stack", self.stack, "--non-interactive")
        return self.run("./toolchain/run", "env", phrase, *inner, status=status)

    @property
    def container(self) -> str:
        """Its name."""
        return f"obs-{self.stack}-pve"

    @cached_property
    def port(self) -> int:
        """The free port that was picked."""
        return int(self.pulumi_json("stack", "output", "--json")["port"])

    @cached_property
    def authority(self) -> Path:
        """What whoever knows the authority's seed trusts, as `make up` writes it."""
        now = datetime.now(UTC)
        made, _ = x509.authority(
            seed=VALUES[names.AUTHORITY].encode(),
            common_name=names.AUTHORITY_NAME,
            since=now - HOUR,
            until=now + HOUR,
        )
        path = self.data / "authority.pem"
        path.write_text(made)
        return path

    def api(self, token: str) -> Any:
        """A client that checks the certificate."""
        name, _, value = VALUES[token].partition("=")
        user, _, short = name.partition("!")
        return ProxmoxAPI(
            f"127.0.0.1:{self.port}",
            user=user,
            token_name=short,
            token_value=value,
            verify_ssl=str(self.authority),
            timeout=20,
        )

    def healthy(self) -> bool:
        """Whether Docker says that it is."""
        ask = ("inspect", "--format", "{{.State.Health.Status}}", self.container)
        return self.docker(*ask).strip() == "healthy"

    def restart(self) -> None:
        """Stop and start the container, until it answers again."""
        self.docker("restart", self.container)
        eventually(self.healthy, deadline=60)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    """One that is up; gone afterwards with its volume."""
    data = tmp_path_factory.mktemp("simulated")
    site = Simulated(stack=f"test-{secrets.token_hex(3)}", folder=data / "clone", data=data)
    clone(site.folder)
    try:
        site.pulumi("stack", "init")
        for name, value in VALUES.items():
            site.pulumi("config", "set", "--secret", f"observability:{name}", value)
        site.pulumi("up", "--yes", "--skip-preview")
        eventually(site.healthy, deadline=60)
        yield site
    finally:
        site.pulumi("destroy", "--yes", "--skip-preview")
        volumes = site.ids("volume")
        if volumes:
            site.docker("volume", "rm", *volumes.values())


def test_is_locked_down(simulated: Simulated) -> None:
    """As every service: not root, a root that is read-only, one port of the loopback address."""
    (found,) = json.loads(simulated.docker("inspect", simulated.container))

    host = found["HostConfig"]
    assert "10010:10010" == found["Config"]["User"]
    assert host["ReadonlyRootfs"] is True
    assert ["ALL"] == host["CapDrop"]
    assert {"8006/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(simulated.port)}]} == (
        host["PortBindings"]
    )
    assert not [one for one in found["Config"]["Env"] if any(v in one for v in VALUES.values())]


def test_second_up_changes_nothing(simulated: Simulated) -> None:
    """The free port is kept."""
    simulated.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes")


def test_says_that_it_is_simulated(simulated: Simulated) -> None:
    """By the name of the cluster, over a certificate that is checked."""
    api = simulated.api(names.AUDIT_TOKEN)

    status = api.cluster.status.get()

    assert "simulated" == status[0]["name"]
    with pytest.raises(ResourceException, match="403"):
        api.pools.post(poolid="mine")


def test_is_found_by_name_on_the_demo_network(simulated: Simulated) -> None:
    """Containers beside it ask `pve:8006`, and its certificate is for that name."""
    network = f"obs-{simulated.stack}-demo"
    (found,) = json.loads(simulated.docker("inspect", simulated.container))
    aliases = found["NetworkSettings"]["Networks"][network]["Aliases"]
    certificate = simulated.docker("exec", simulated.container, "python", "-c", SHOW_NAMES)

    assert names.SERVICE in aliases
    assert ["pve", "127.0.0.1", "localhost"] == json.loads(certificate)


SHOW_NAMES = """
import json
from cryptography import x509
pem = open("/var/lib/observability/server.crt", "rb").read()
names = x509.load_pem_x509_certificate(pem).extensions.get_extension_for_class(
    x509.SubjectAlternativeName).value
print(json.dumps([str(name.value) for name in names]))
"""


def test_changes_outlive_a_restart(simulated: Simulated) -> None:
    """A pool, a guest and a token's rights are there again, and the certificate is the same."""
    api = simulated.api(names.TOKEN)
    api.pools.post(poolid="kept")
    api.nodes("pve2").lxc.post(
        vmid=300,
        ostemplate="local:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst",
        storage="local-lvm",
        pool="kept",
    )
    before = ssl.get_server_certificate(("127.0.0.1", simulated.port))

    simulated.restart()

    (member,) = api.pools("kept").get()["members"]
    assert "lxc/300" == member["id"]
    assert before == ssl.get_server_certificate(("127.0.0.1", simulated.port))


def test_incident_begins_and_ends_in_the_running_container(simulated: Simulated) -> None:
    """The commands that `make incident` and `make calm` run there; they outlive a restart."""
    command = ("exec", simulated.container, "python", "-m", "simulator.pve.incident")
    folder = "--folder=/var/lib/observability"
    api = simulated.api(names.AUDIT_TOKEN)

    def offline() -> list[str]:
        return [node["node"] for node in api.nodes.get() if node["status"] == "offline"]

    begun = simulated.docker(*command, "start", "node-offline", folder)
    during = offline()
    simulated.restart()
    still = offline()
    ended = simulated.docker(*command, "stop", folder)

    assert begun.startswith("node-offline: 3")
    assert ["pve3"] == during == still
    assert "all is calm" == ended.strip()
    assert [] == offline()


def test_slow_answers_are_slow(simulated: Simulated) -> None:
    """Three seconds more, and its health check still passes."""
    command = ("exec", simulated.container, "python", "-m", "simulator.pve.incident")
    folder = "--folder=/var/lib/observability"
    api = simulated.api(names.AUDIT_TOKEN)
    simulated.docker(*command, "start", "slow-proxmox", folder)

    before = time.monotonic()
    api.version.get()
    took = time.monotonic() - before
    simulated.docker(*command, "stop", folder)

    assert took >= 3
    assert simulated.healthy()
