"""The site's settings: what is accepted, and what a mistake says."""

from pathlib import Path
from typing import Any

import pytest
from fakepve.certs import make_cert

from settings.pve import Pve
from tests.unit.settings.judge import accepted, mistakes

RIGHT: dict[str, Any] = {
    "endpoint": "https://pve1.example:8006",
    "audit-token": {"secret": "pve-audit-token"},
}
PAIRS = ":".join(["AB"] * 32)


def pve(**changed: object) -> dict[str, Any]:
    return {"pve": {**RIGHT, **changed}}


def section(**changed: object) -> Pve:
    found = accepted(pve(**changed)).pve
    if found is None:
        raise AssertionError("no site")
    return found


def test_site_needs_an_address_and_a_token_that_reads() -> None:
    """Whoever only watches needs nothing more."""
    site = section()

    assert ("https://pve1.example:8006", "pve-audit-token") == (
        site.endpoint,
        site.audit_token.secret,
    )
    assert (None, None, None, None) == (site.fingerprint, site.ca, site.token, site.endpoint_inside)
    assert ["pve.audit-token: field required", "pve.endpoint: field required"] == mistakes(
        {"pve": {}}
    )


@pytest.mark.parametrize("text", [PAIRS, PAIRS.lower(), "ab" * 32])
def test_fingerprint_is_read_as_people_write_it(text: str) -> None:
    """With colons or without, in capitals or not."""
    assert "ab" * 32 == section(fingerprint=text).fingerprint


def test_authority_is_pem(tmp_path: Path) -> None:
    """As it stands in the node's file."""
    text = Path(make_cert(str(tmp_path))[0]).read_text()

    assert text == section(ca=text).ca


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"endpoint": "pve1"}, "pve.endpoint: must be like https://pve.example:8006"),
        ({"endpoint": "http://pve1:8006"}, "pve.endpoint: must be like https://pve.example:8006"),
        ({"endpoint": "https://pve1"}, "pve.endpoint: must be like https://pve.example:8006"),
        ({"endpoint": "https://pve1:0"}, "pve.endpoint: must have a port from 1 to 65535"),
        ({"endpoint": "https://pve1:65536"}, "pve.endpoint: must have a port from 1 to 65535"),
        (
            {"endpoint": "https://root:hunter2@pve1:8006"},
            "pve.endpoint: must be like https://pve.example:8006",
        ),
        ({"fingerprint": "AB:CD"}, "pve.fingerprint: must be a SHA-256 fingerprint: 32 pairs of "),
        (
            {"ca": "hunter2"},
            "pve.ca: must be certificates in PEM, from -----BEGIN CERTIFICATE----- on",
        ),
        ({"token": "root@pam!t=hunter2"}, "pve.token: "),
        ({"audit-token": {"secret": "root@pam!t=hunter2"}}, "pve.audit-token.secret: must be "),
        ({"pasword": "hunter2"}, "pve.pasword: unknown setting; known here: "),
    ],
)
def test_mistake_is_one_line_without_its_value(changed: dict[str, Any], line: str) -> None:
    """A token that was written into the settings isn't repeated."""
    (said,) = mistakes(pve(**changed))

    assert said.startswith(line)
    assert "hunter2" not in said


def test_one_trust_is_enough(tmp_path: Path) -> None:
    """With two it would be unclear which of them holds."""
    text = Path(make_cert(str(tmp_path))[0]).read_text()

    assert ["pve.fingerprint: is there beside ca: give one of them"] == mistakes(
        pve(ca=text, fingerprint=PAIRS)
    )
