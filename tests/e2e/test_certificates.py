"""Where the gateway's certificate comes from: over ACME from a real server, or from elsewhere."""

import json
import secrets
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from components import x509
from simulator.pve import certificate
from tests.e2e.eventually import eventually
from tests.e2e.site import Site, clone
from toolchain import images

PROGRAM = "tests/e2e/gateway_program"
NAME = "gate.example.test"
HTTPS = 443  # the port to which ACME's challenge over TLS goes, whatever the address says
ACME_SERVER = """\
{{
	admin off
	skip_install_trust
	default_sni {host}
}}
https://{host}:{port} {{
	tls internal
	acme_server {{
		lifetime 1h
	}}
}}
"""
Term = dict[str, datetime]


class Alone(Site):
    """A stack of the small program."""

    def pulumi(self, *arguments: str, status: int = 0) -> str:
        """Plain `pulumi` on the small program."""
        phrase = "PULUMI_CONFIG_PASSPHRASE=of a test"
        inner = ("pulumi", "--cwd", PROGRAM, *arguments, "--stack", self.stack, "--non-interactive")
        return self.run("./toolchain/run", "env", phrase, *inner, status=status)

    def up(self, tls: dict[str, Any], key: str = "none needed", status: int = 0) -> str:
        """`pulumi up` of a gateway with this certificate."""
        file = self.folder / PROGRAM / f"Pulumi.{self.stack}.yaml"
        content = yaml.safe_load(file.read_text())
        gateway = {"address": f"https://{NAME}", "bind": self.host, "tls": tls}
        source = {"source": images.decide_source()}
        content["config"] = {"observability:stack": {"gateway": gateway, "images": source}}
        file.write_text(yaml.safe_dump(content))
        for name, value in (("stack-secret", "x" * 32), ("door-key", key)):
            self._set(name, value)
        return self.pulumi("up", "--yes", "--skip-preview", status=status)

    def _set(self, name: str, value: str) -> None:
        """A secret by a file, since a key in PEM would be taken for an option."""
        file = self.data / name
        file.write_text(value)
        command = f"pulumi --cwd {PROGRAM} config set --secret observability:{name}"
        phrase = "PULUMI_CONFIG_PASSPHRASE=of a test"
        inner = ("bash", "-c", f"{command} --stack {self.stack} < {file}")
        self.run("./toolchain/run", "env", phrase, *inner)

    @property
    def host(self) -> str:
        """The Docker host, as its containers find it."""
        network = json.loads(self.docker("network", "inspect", "bridge"))
        return str(network[0]["IPAM"]["Config"][0]["Gateway"])

    def shown(self, ca: str) -> str:
        """The fingerprint of the certificate that the gateway shows, checked against a CA."""
        context = ssl.create_default_context(cadata=ca)
        try:
            with (
                socket.create_connection((self.host, HTTPS), timeout=5) as plain,
                context.wrap_socket(plain, server_hostname=NAME) as secured,
            ):
                found = secured.getpeercert(binary_form=True) or b""
        except OSError:
            return ""
        return certificate.fingerprint(ssl.DER_cert_to_PEM_cert(found))


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    """A clone with a stack that is empty yet; all of it is gone afterwards."""
    alone = Alone(stack=f"test-{secrets.token_hex(3)}", folder=tmp_path / "clone", data=tmp_path)
    clone(alone.folder)
    alone.pulumi("stack", "init")
    try:
        yield alone
    finally:
        alone.pulumi("destroy", "--yes", "--skip-preview")
        for volume in alone.ids("volume").values():
            alone.docker("volume", "rm", volume)


@pytest.fixture
def acme(alone: Alone, tmp_path: Path) -> Iterator[dict[str, str]]:
    """An ACME server with an authority of its own, which finds the gateway by its name."""
    with socket.socket() as probe:
        probe.bind((alone.host, 0))
        port = probe.getsockname()[1]
    config = tmp_path / "Caddyfile"
    config.write_text(ACME_SERVER.format(host=alone.host, port=port))
    name = f"{alone.stack}-acme"
    places = ("--publish", f"{alone.host}:{port}:{port}", "--add-host", f"{NAME}:{alone.host}")
    command = ("caddy", "run", "--config", "/Caddyfile", "--adapter", "caddyfile")
    image = images.references("local")["caddy"]
    data = ("--env", "XDG_DATA_HOME=/tmp", "--volume", f"{config}:/Caddyfile:ro")
    alone.docker("run", "--detach", "--name", name, *places, *data, image, *command)
    root = "/tmp/caddy/pki/authorities/local/root.crt"  # noqa: S108 (in the container)

    def ca() -> str:
        held = alone.docker("exec", name, "sh", "-c", f"cat {root} 2>/dev/null || true")
        return held if "END CERTIFICATE" in held else ""

    try:
        found = eventually(ca, deadline=30)
        yield {"directory": f"https://{alone.host}:{port}/acme/local/directory", "ca": found}
    finally:
        alone.docker("rm", "--force", "--volumes", name)


def test_certificate_is_issued_over_acme_and_kept(alone: Alone, acme: dict[str, str]) -> None:
    """From the order to the challenge on the one open port; a new container has it at once."""
    settings = {"acme": {"email": "me@example.test", **acme}}
    alone.up(settings)
    issued = eventually(lambda: alone.shown(acme["ca"]), deadline=60)
    alone.docker("stop", f"{alone.stack}-acme")
    alone.docker("rm", "--force", f"obs-{alone.stack}-gateway")
    alone.pulumi("up", "--yes", "--skip-preview", "--refresh")
    again = eventually(lambda: alone.shown(acme["ca"]), deadline=30)

    assert issued == again


def test_given_certificate_is_served_and_followed(alone: Alone) -> None:
    """The one of the settings, the next one after the next `up`, and none with another's key."""
    now = datetime.now(UTC)
    term: Term = {"since": now - timedelta(hours=1), "until": now + timedelta(days=1)}
    authority = x509.authority(seed=secrets.token_bytes(), common_name="elsewhere", **term)
    first, second = (certificate.issue(authority, hosts=(NAME,), **term) for _ in range(2))
    given = {"key": {"secret": "door-key"}}
    alone.up({"given": {"certificate": first[0], **given}}, first[1])
    served = eventually(lambda: alone.shown(authority[0]), deadline=30)
    refused = alone.up({"given": {"certificate": second[0], **given}}, first[1], status=1)
    kept = alone.shown(authority[0])
    alone.up({"given": {"certificate": second[0], **given}}, second[1])
    changed = certificate.fingerprint(second[0])

    assert served == certificate.fingerprint(first[0])
    assert "observability:door-key: isn't the key of gateway.tls.given.certificate" in refused
    assert "Traceback" not in refused
    assert kept == served
    assert eventually(lambda: alone.shown(authority[0]) == changed, deadline=30)
