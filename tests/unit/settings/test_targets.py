"""What stands under `targets` and `discovery`: a mistake is a line that names its setting."""

import pytest

from components import configs
from settings.targets import OWN_JOBS
from tests.unit.settings.judge import accepted, mistakes

ADDRESS = "must be a host and a port such as 10.0.0.5:9187"
CERTIFICATE = "must be certificates in PEM, from -----BEGIN CERTIFICATE----- on"


@pytest.mark.parametrize(
    ("setting", "value", "where", "problem"),
    [
        ("addresses", ["10.0.0.5"], "addresses.0", ADDRESS),
        ("addresses", ["10.0.0.5:0"], "addresses.0", ADDRESS),
        ("addresses", ["10.0.0.5:65536"], "addresses.0", ADDRESS),
        ("addresses", ["http://a:1"], "addresses.0", ADDRESS),
        ("path", "metrics", "path", "must be a path such as /metrics, without a query"),
        ("ca", "secret", "ca", CERTIFICATE),
        ("interval", "3m", "interval", "must be between 5s and 2m"),
        ("adresses", ["a:1"], "adresses", "unknown setting; did you mean addresses?"),
        ("labels", {"a-b": "c"}, "labels.a-b", "must be letters, digits and `_`, a letter first"),
        ("labels", {"a": ""}, "labels.a", "must be a text of 1 to 128 printable characters"),
    ],
)
def test_a_mistake_names_its_setting(setting: str, value: object, where: str, problem: str) -> None:
    """One line, without the value."""
    told = mistakes({"targets": {"shop": {"addresses": ["a:1"], setting: value}}})

    assert [f"targets.shop.{where}: {problem}"] == told


def test_addresses_are_needed() -> None:
    """A job without a target would never say that something is down."""
    assert ["targets.shop.addresses: field required"] == mistakes({"targets": {"shop": {}}})
    assert ["targets.shop.addresses: must have at least 1 entry"] == mistakes(
        {"targets": {"shop": {"addresses": []}}}
    )


def test_networks_have_names() -> None:
    """What Docker would refuse is refused before."""
    assert ["networks.0: must be the name of a Docker network"] == mistakes({"networks": ["a b"]})


@pytest.mark.parametrize("kind", ["promtail", "alloy"])
def test_own_jobs_are_known(kind: str) -> None:
    """A user's job can't take the name of one of ours, whatever the settings are."""
    settings = accepted({"log-agent": {"kind": kind}, "discovery": {"folder": "/srv/targets"}})

    assert {job.name for job in configs.scrape_jobs(settings, "test")} <= OWN_JOBS
