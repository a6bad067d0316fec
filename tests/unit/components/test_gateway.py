"""The gateway's parts: its authority, its logins, and where secrets go."""

from typing import Any

import pytest

from components import x509
from components.own_ca import OwnCaProvider
from components.push_logins import PushLoginsProvider
from tests.unit.components.samples import PASSWORD
from tests.unit.components.test_program import up

SEED = {"seed": "what the stack alone knows", "common_name": "test monitoring CA"}
GATEWAY: dict[str, Any] = {
    "gateway": {
        "address": "https://monitoring.example.net",
        "tls": {"own-ca": {}},
        "log-push": {"hosts": {"web": {"password": {"secret": "grafana-admin-password"}}}},
    }
}


def test_authority_is_the_same_from_the_same_seed() -> None:
    """Its key is; who trusts the first certificate trusts what the second one's key signs."""
    first, second = (OwnCaProvider().create(SEED).outs or {} for _ in range(2))
    other = OwnCaProvider().create(SEED | {"seed": "another"}).outs or {}

    assert first["key"] == second["key"] != other["key"]
    assert x509.fits(first["certificate"], second["key"])
    assert not x509.fits(first["certificate"], other["key"])
    assert not x509.fits(first["certificate"], "no key")


def test_authority_is_never_replaced() -> None:
    """Whatever changes around it."""
    provider = OwnCaProvider()
    made = provider.create(SEED)

    diff = provider.diff(made.id, made.outs or {}, SEED | {"seed": "another"})

    assert not diff.changes
    assert made.outs == provider.read(made.id, made.outs or {}).outs


def test_hash_is_kept_until_the_password_changes() -> None:
    """A host more costs one hash more, and nobody else's changes."""
    provider = PushLoginsProvider()
    old = provider.create({"passwords": {"web": "first", "pve": "other"}}).outs or {}
    news = {"passwords": {"web": "changed", "pve": "other"}}

    new = provider.update("logins", old, news).outs or {}

    assert not provider.diff("logins", old, {"passwords": old["passwords"]}).changes
    assert provider.diff("logins", old, news).changes
    assert old["hashes"]["pve"] == new["hashes"]["pve"]
    assert old["hashes"]["web"] != new["hashes"]["web"]


def test_a_password_that_is_too_long_names_its_host() -> None:
    """Bcrypt takes 72 bytes; the line doesn't repeat the password."""
    with pytest.raises(ValueError, match=r"hosts\.web exceeds 72 bytes") as caught:
        PushLoginsProvider().create({"passwords": {"web": 73 * "x"}})

    assert "xxx" not in str(caught.value)


def test_only_the_gateway_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the address' port; Grafana is asked for at the external address."""
    seen = up(monkeypatch, GATEWAY, preview=False)

    containers = seen.all("Container").values()
    published = {c.inputs["name"]: c.inputs["ports"] for c in containers if c.inputs.get("ports")}
    assert {"obs-test-gateway"} == set(published)
    assert (443, 8443) == tuple(
        published["obs-test-gateway"][0][side] for side in ("external", "internal")
    )
    assert "https://monitoring.example.net" == seen.inputs("Readiness", "grafana-ready")["url"]


def test_no_password_reaches_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its hash does; the resource that makes it holds it as a secret."""
    seen = up(monkeypatch, GATEWAY, preview=False)

    assert PASSWORD not in str(seen.inputs("Container", "gateway-config-holder"))
    assert seen.holds_secret("gateway-push-logins", "passwords")
    assert seen.holds_secret("gateway-own-ca", "seed")
    assert seen.holds_secret("gateway-config-holder", "uploads")


def test_preview_from_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority and the hashes aren't known yet."""
    assert "gateway-container" in up(monkeypatch, GATEWAY, preview=True).all("Container")
