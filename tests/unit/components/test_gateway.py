"""The gateway's parts: its authority, its logins, and where secrets go."""

from typing import Any

import bcrypt
import pulumi
import pytest
import yaml
from pulumi.dynamic import Config, ConfigureRequest

from components import configs, x509
from components.own_ca import OwnCaProvider
from components.push_logins import PushLoginsProvider
from settings.targets import OWN_JOBS
from tests.certificates import Authority
from tests.unit.components.recorder import SECRET_MARK, Recorder
from tests.unit.components.samples import PASSWORD
from tests.unit.components.test_program import up
from tests.unit.settings.judge import accepted

NAMED = {"common_name": "test monitoring CA"}
GATEWAY: dict[str, Any] = {
    "gateway": {
        "address": "https://monitoring.example.net",
        "tls": {"own-ca": {}},
        "log-push": {"hosts": {"web": {"password": {"secret": "grafana-admin-password"}}}},
    }
}


def authority(stack_secret: str) -> OwnCaProvider:
    """The provider in a stack with this secret."""
    made = OwnCaProvider()
    made.configure(config({"stack-secret": stack_secret}))
    return made


def logins(**passwords: str) -> PushLoginsProvider:
    """The provider in a stack whose config has these passwords."""
    made = PushLoginsProvider()
    made.configure(config(passwords))
    return made


def config(values: dict[str, str]) -> ConfigureRequest:
    keys = {f"observability:{name}": value for name, value in values.items()}
    return ConfigureRequest(Config(keys, "observability"))


def asked(**digests: str) -> dict[str, Any]:
    """What the provider of the logins is given: names and digests."""
    hosts = digests.items()
    return {"passwords": {name: {"secret": name, "digest": digest} for name, digest in hosts}}


def test_authority_is_the_same_with_the_same_stack_secret() -> None:
    """Its key is; who trusts the first certificate trusts what the second one's key signs."""
    first, second, other = (
        authority(secret).create(NAMED).outs or {} for secret in ("one", "one", "another")
    )

    assert first["key"] == second["key"] != other["key"]
    assert x509.fits(first["certificate"], second["key"])
    assert not x509.fits(first["certificate"], other["key"])
    assert not x509.fits(first["certificate"], "no key")


def test_authority_is_never_replaced() -> None:
    """Whatever changes around it."""
    provider = authority("one")
    made = provider.create(NAMED)

    diff = authority("another").diff(made.id, made.outs or {}, {"common_name": "another"})

    assert not diff.changes
    assert made.outs == provider.read(made.id, made.outs or {}).outs


def test_hash_is_kept_until_the_password_changes() -> None:
    """A host more costs one hash more, and nobody else's changes."""
    before = asked(web="1", pve="2")
    after = asked(web="3", pve="2", pbs="4")
    old = logins(web="first", pve="other").create(before).outs or {}
    provider = logins(web="changed", pve="other", pbs="new")

    new = provider.update("logins", old, after).outs or {}

    assert not provider.diff("logins", old, before).changes
    assert provider.diff("logins", old, after).changes
    assert old["hashes"]["pve"] == new["hashes"]["pve"]
    assert bcrypt.checkpw(b"changed", new["hashes"]["web"].encode())
    assert bcrypt.checkpw(b"new", new["hashes"]["pbs"].encode())


def test_login_goes_with_its_host() -> None:
    """Who is no longer among the hosts has no hash left."""
    old = logins(web="first", pve="other").create(asked(web="1", pve="2")).outs or {}

    new = logins(web="first").update("logins", old, asked(web="1")).outs or {}

    assert {"web": old["hashes"]["web"]} == new["hashes"]


def test_a_password_that_is_too_long_names_its_host() -> None:
    """Bcrypt takes 72 bytes; the line doesn't repeat the password."""
    with pytest.raises(ValueError, match=r"hosts\.web exceeds 72 bytes") as caught:
        logins(web=73 * "x").create(asked(web="1"))

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


def test_metrics_are_read_on_the_backend_network_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a name that the other network doesn't have, on a port that isn't published."""
    seen = up(monkeypatch, GATEWAY, preview=False)

    container = seen.inputs("Container", "gateway-container")
    named = {net["name"]: net["aliases"] for net in container["networksAdvanced"]}
    assert ["gateway", "metrics.gateway"] == named["obs-test-backend"]
    assert ["gateway"] == named["obs-test-front"]
    assert [8443] == [port["internal"] for port in container["ports"]]


def test_gateway_is_a_target_with_the_five_labels() -> None:
    """Its job is there where the gateway is, and its name is no job of the user's."""
    job = jobs(GATEWAY)["gateway"]

    assert {
        "targets": ["metrics.gateway:8082"],
        "labels": {
            "host": "test", "node": "none", "guest": "none", "role": "monitoring", "env": "test"
        },
    } == job["static_configs"][0]  # fmt: skip
    assert "gateway" in OWN_JOBS
    assert "gateway" not in jobs({})


def jobs(settings: dict[str, Any]) -> dict[str, Any]:
    """Prometheus' scrape configs by the names of their jobs."""
    files = configs.render(accepted(settings), stack="test", rules={})["prometheus"]
    config = yaml.safe_load(files["prometheus.yml"])
    return {job["job_name"]: job for job in config["scrape_configs"]}


def test_no_password_reaches_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its hash does."""
    seen = up(monkeypatch, GATEWAY, preview=False)

    assert PASSWORD not in str(seen.inputs("Container", "gateway-config-holder"))
    assert seen.holds_secret("gateway-config-holder", "uploads")


@pytest.mark.parametrize(
    ("name", "given"), [("gateway-push-logins", "passwords"), ("gateway-own-ca", "common_name")]
)
def test_no_secret_is_an_input(monkeypatch: pytest.MonkeyPatch, name: str, given: str) -> None:
    """Not even one that is marked as a secret: the providers find them in the config."""
    inputs = up(monkeypatch, GATEWAY, preview=False).requests[name].object

    assert {given} == {key for key in inputs if inputs[key] and not key.startswith("__")}
    assert PASSWORD not in str(inputs)
    assert SECRET_MARK not in str(inputs[given])


def test_digest_changes_with_the_password_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one of another host stays, so that its hash does."""
    given = {"web": "first password", "pve": "other password"}
    first, same, changed = (
        digests(monkeypatch, passwords) for passwords in (given, given, given | {"web": "changed!"})
    )

    assert first == same
    assert first["web"] != changed["web"]
    assert first["pve"] == changed["pve"]


def digests(monkeypatch: pytest.MonkeyPatch, passwords: dict[str, str]) -> dict[str, str]:
    """The digest of each host's password in a stack that has these."""
    hosts = {name: {"password": {"secret": f"push-{name}"}} for name in passwords}
    settings = {"gateway": GATEWAY["gateway"] | {"log-push": {"hosts": hosts}}}
    secrets = {f"push-{name}": password for name, password in passwords.items()}
    seen = up(monkeypatch, settings, preview=False, secrets=secrets)
    inputs = seen.inputs("PushLogins", "gateway-push-logins")["passwords"]
    return {name: entry["digest"] for name, entry in inputs.items()}


def given(certificate: str) -> dict[str, Any]:
    """A gateway with this certificate, whose key is the secret `tls-key`."""
    tls = {"given": {"certificate": certificate, "key": {"secret": "tls-key"}}}
    return {"gateway": {"address": "https://monitoring.example.net", "tls": tls}}


def test_given_certificate_and_its_key_reach_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    """The key as a file that only the gateway sees."""
    certificate, key = Authority.of("test").issue("monitoring.example.net")

    seen = up(monkeypatch, given(certificate), preview=False, secrets={"tls-key": key.strip()})

    uploads = seen.inputs("Container", "gateway-config-holder")["uploads"]
    contents = {entry["file"].rpartition("/")[2]: entry["content"] for entry in uploads}
    assert certificate == contents["certificate.pem"]
    assert key == contents["certificate.key"]
    assert seen.holds_secret("gateway-config-holder", "uploads")


@pytest.mark.parametrize("other", ["of another certificate", "no key at all"])
def test_a_wrong_key_is_one_line_before_anything_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """Caddy would end with it, after the old gateway was gone."""
    authority = Authority.of("test")
    certificate, _ = authority.issue("monitoring.example.net")
    key = authority.issue("x")[1].strip() if other == "of another certificate" else other
    asked: list[str] = []
    monkeypatch.setattr(Recorder, "new_resource", lambda _, args: asked.append(args.name))

    with pytest.raises(pulumi.RunError) as caught:
        up(monkeypatch, given(certificate), preview=False, secrets={"tls-key": key})

    (line,) = str(caught.value).splitlines()[1:]
    assert "observability:tls-key: isn't the key of gateway.tls.given.certificate" in line
    assert line.endswith(
        "`pulumi config set --secret --stack test observability:tls-key` sets another"
    )
    assert not [name for name in asked if name != "observability-test"]


def test_preview_from_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority and the hashes aren't known yet."""
    assert "gateway-container" in up(monkeypatch, GATEWAY, preview=True).all("Container")
