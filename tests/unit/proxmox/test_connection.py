"""Sessions: who is trusted, what an error says, and what is never said."""

import logging
import socket
from pathlib import Path
from typing import Literal

import pytest
import requests
from fakepve import FakePve
from fakepve.certs import make_cert

from proxmox.connection import CertificateError, Connection, ProxmoxError, Token, UnreachableError
from proxmox.tls import Server, readable, shown_by
from tests.unit.proxmox.sites import AUDITOR

SECRET = Token.parse(AUDITOR).secret
ELSEWHERE = "127.1"  # leads to 127.0.0.1 and isn't named in its certificate


def get(
    server: Server, path: str = "/version", /, token: str = AUDITOR, **parameters: object
) -> object:
    with Connection(server, Token.parse(token)) as connection:
        return connection.get(path, **parameters)


def test_certificate_is_trusted_by_fingerprint_or_authority(
    site: FakePve, ca: str, fingerprint: str
) -> None:
    """Each alone is enough, and a fingerprint holds for any name."""
    by_authority = get(Server(url=site.url, ca=ca))
    by_fingerprint = get(Server(url=site.url, fingerprint=fingerprint))
    elsewhere = get(Server(url=f"https://{ELSEWHERE}:{site.port}", fingerprint=fingerprint))

    assert site.version in str(by_authority)
    assert by_authority == by_fingerprint == elsewhere


@pytest.mark.parametrize("trust", ["fingerprint", "ca", "usual authorities"])
def test_token_isnt_sent_to_another_server(trust: str, site: FakePve, tmp_path: Path) -> None:
    """The certificate is checked first: the server sees no request."""
    other, _, _ = make_cert(str(tmp_path))
    server = {
        "fingerprint": Server(url=site.url, fingerprint="00" * 32),
        "ca": Server(url=site.url, ca=Path(other).read_text()),
        "usual authorities": Server(url=site.url),
    }[trust]

    with pytest.raises(CertificateError) as caught:
        get(server)

    assert not caught.value.wrong_name
    assert [] == site.requests


def test_authority_vouches_for_a_name(site: FakePve, ca: str) -> None:
    """The right certificate isn't enough for an address that it doesn't name."""
    with pytest.raises(CertificateError) as caught:
        get(Server(url=f"https://{ELSEWHERE}:{site.port}", ca=ca))

    assert caught.value.wrong_name
    assert [] == site.requests


def test_certificate_is_looked_at_without_a_request(site: FakePve, fingerprint: str) -> None:
    """It is shown as Proxmox writes it, and nobody vouches for one that is self-made."""
    shown = shown_by(Server(url=site.url))

    assert readable(fingerprint) == shown.fingerprint
    assert fingerprint == shown.fingerprint.replace(":", "").lower()
    assert not shown.trusted
    assert [] == site.requests


def test_usual_authorities_are_the_machines(
    site: FakePve, fakepve_cafile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An authority that the system trusts is enough, which requests' own list wouldn't be."""
    monkeypatch.setenv("SSL_CERT_FILE", fakepve_cafile)

    assert shown_by(Server(url=site.url)).trusted
    assert site.version in str(get(Server(url=site.url)))


def test_sites_own_authority_is_the_only_one(
    site: FakePve, fakepve_cafile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The authorities that requests brings along vouch for nobody."""
    other, _, _ = make_cert(str(tmp_path))
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", fakepve_cafile)

    with pytest.raises(CertificateError):
        get(Server(url=site.url, ca=Path(other).read_text()))


def test_proxy_isnt_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy for the internet leads to no site of one's own."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    assert "version" in str(get(server))


def test_refusal_has_pves_words(site: FakePve, server: Server) -> None:
    """With the status that it came with."""
    site.fail("GET", "/version", 500, "got timeout")

    with pytest.raises(ProxmoxError, match=r"^500 got timeout$") as caught:
        get(server)

    assert 500 == caught.value.status


def test_mistake_in_a_parameter_is_told_by_name(server: Server) -> None:
    """PVE's reason alone says only that some parameter is wrong."""
    words = r"^400 Parameter verification failed\. limit: type check "

    with pytest.raises(ProxmoxError, match=words):
        get(server, "/nodes/pve1/tasks", limit="many")


def test_wrong_token_is_refused(server: Server) -> None:
    """Without the token in the words, nor in what the error drags along."""
    with pytest.raises(ProxmoxError, match=r"^401 ") as caught:
        get(server, token="obs@pve!audit=wrong-secret")  # noqa: S106 (none)

    assert 401 == caught.value.status
    assert caught.value.__context__ is None
    assert "wrong-secret" not in str(caught.value)


def test_secret_is_masked_where_pve_repeats_it(site: FakePve, server: Server) -> None:
    """Whatever a server says of it."""
    site.fail("GET", "/version", 500, f"no idea what {SECRET} is")

    with pytest.raises(ProxmoxError, match=r"^500 no idea what \*\*\* is$"):
        get(server)


def test_nothing_listening_is_told() -> None:
    """In the system's words, not in those of three libraries."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    with pytest.raises(UnreachableError, match=r"^Connection refused$"):
        get(Server(url=f"https://127.0.0.1:{port}"))


def test_unknown_name_is_told() -> None:
    """A name that no DNS knows."""
    with pytest.raises(UnreachableError, match=r"(?i)name|resolution"):
        get(Server(url="https://pve.invalid:8006"))


def test_another_web_server_is_told(site: FakePve, server: Server) -> None:
    """A page instead of an answer."""
    site.fail("GET", "/version", 200, "<html>hello</html>", html=True)

    with pytest.raises(ProxmoxError, match=r"another server is there$"):
        get(server)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "root@pam",
        "root@pam!t",
        "root@pam!t=",
        "root!t=1",
        "root@pam:t=1",
        "a@b!c=1 2",
        "a@b!c=ä",
    ],
)
def test_token_of_another_form_is_refused(text: str) -> None:
    """The message doesn't repeat it: it may be a right one with a blank."""
    with pytest.raises(ValueError, match=r"^must be like user@realm!name=uuid$"):
        Token.parse(text)


def test_token_has_its_parts() -> None:
    """Its secret is in no text that a log may get."""
    token = Token.parse(AUDITOR)

    assert ("obs@pve", "audit", "obs@pve!audit") == (token.user, token.name, token.id)
    assert SECRET not in repr(token)


@pytest.mark.parametrize(("service", "separator"), [("PVE", "="), ("PBS", ":")])
def test_token_is_sent_as_its_service_reads_it(
    service: Literal["PVE", "PBS"], separator: str, server: Server
) -> None:
    """PVE and PBS divide name and value differently; our settings don't."""
    with Connection(server, Token.parse(AUDITOR), service=service) as connection:
        prepared = connection._session.prepare_request(requests.Request("GET", server.url))

    expected = f"{service}APIToken=obs@pve!audit{separator}{SECRET}"
    assert expected == prepared.headers["Authorization"]


def test_nothing_sent_is_logged(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """Not even where a program logs everything: proxmoxer writes parameters at INFO."""
    with caplog.at_level(logging.DEBUG):
        get(server, "/access/permissions", path="/vms")

    assert [] == [record for record in caplog.records if record.name.startswith("proxmoxer")]
    assert SECRET not in caplog.text
