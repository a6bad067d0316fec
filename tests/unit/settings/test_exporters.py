"""The settings of exporters and of the user's own services."""

import pytest

from settings.stack import Settings
from tests.unit.settings.judge import accepted, mistakes

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
PASSWORD = {"secret": "db"}
OURS = "is a service of the program's own: give it another name"
JOB = "is also a job of the program's own: give it another name"
MINE = {"image": "example/mine:1", "user": "1000:1000"}


def test_nothing_runs_unless_it_is_asked_for() -> None:
    """The defaults name nothing to measure."""
    settings = accepted({})

    assert not settings.probes.exist
    assert not settings.cadvisor.enabled
    assert [{}] * 4 == [
        settings.postgresql,
        settings.redis,
        settings.docker_hosts,
        settings.services,
    ]


@pytest.mark.parametrize(
    ("kind", "setting", "value", "problem"),
    [
        ("http", "target", "shop.example", "must be like https://shop.example/health?deep=1"),
        ("http", "target", "https://a:b@shop/", "must be like https://shop.example/health?deep=1"),
        ("http", "method", "POST", "input should be 'GET' or 'HEAD'"),
        ("http", "status.0", 99, "input should be greater than or equal to 100"),
        ("http", "body", "(", "is not a regular expression"),
        ("http", "body", "(?=a)", "must have no lookaround: RE2 knows none"),
        ("http", "ca", "MIIB", "must be certificates in PEM, from -----BEGIN CERTIFICATE----- on"),
        ("http", "interval", "4s", "must be between 5s and 2m"),
        ("http", "labels.probe", "x", "is set by the program or by a setting of its own"),
        ("tcp", "target", "mail", "must be a host and a port such as 10.0.0.5:9187"),
        ("icmp", "target", "10.0.0.2:1", "must be an IPv4 address or a host's name"),
        ("dns", "name", "", "must be an IPv4 address or a host's name"),
        ("tls", "minimum-version", "1.1", "input should be '1.2' or '1.3'"),
    ],
)
def test_wrong_probe(kind: str, setting: str, value: object, problem: str) -> None:
    """One line, without the value."""
    right: dict[str, dict[str, object]] = {
        "http": {"target": "https://shop.example/"},
        "tcp": {"target": "mail:25"},
        "icmp": {"target": "pve1"},
        "dns": {"target": "10.0.0.1:53", "name": "shop.lan"},
        "tls": {"target": "ldap:636"},
    }
    name, _, inner = setting.partition(".")
    wrong = ([value] if inner == "0" else {inner: value}) if inner else value

    told = mistakes({"probes": {kind: {"it": {**right[kind], name: wrong}}}})

    assert [f"probes.{kind}.it.{setting}: {problem}"] == told


@pytest.mark.parametrize(
    ("config", "line"),
    [
        (
            {"postgresql": {"a": {"address": "db:5432"}}},
            "postgresql.a.password: field required",
        ),
        (
            {
                "postgresql": {
                    "a": {"address": "db:5432", "password": PASSWORD, "tls": "verify-full"}
                }
            },
            "postgresql.a.ca: is needed with tls verify-full",
        ),
        (
            {"postgresql": {"a": {"address": "db:5432", "password": PASSWORD, "ca": CERTIFICATE}}},
            "postgresql.a.ca: needs tls verify-ca or verify-full",
        ),
        (
            {
                "postgresql": {
                    "a": {"address": "db:5432", "password": PASSWORD},
                    "b": {"address": "db:5432", "password": PASSWORD},
                }
            },
            "postgresql.b.address: is also that of postgresql.a",
        ),
        (
            {"redis": {"a": {"address": "db:6379"}, "b": {"address": "db:6379"}}},
            "redis.b.address: is also that of redis.a",
        ),
        (
            {"redis": {"a": {"address": "db:6379", "user": "reader"}}},
            "redis.a.password: is needed with user",
        ),
        ({"redis": {"a": {"address": "db:6379", "ca": CERTIFICATE}}}, "redis.a.ca: needs tls"),
        (
            {"redis": {"A": {"address": "db:6379"}}},
            "redis.A: must be at most 32 small letters, digits and `-`, a letter first",
        ),
        ({"docker-hosts": {"d": {}}}, "docker-hosts.d.engine: is needed, or cadvisor"),
        (
            {
                "host-name": "d",
                "cadvisor": {"enabled": True},
                "docker-hosts": {"d": {"cadvisor": "d:8080"}},
            },
            "docker-hosts.d.cadvisor: is there already: cadvisor.enabled",
        ),
        ({"services": {"grafana": MINE}}, f"services.grafana: {OURS}"),
        ({"services": {"docker-api": MINE}}, f"services.docker-api: {OURS}"),
        ({"services": {"redis-exporter-a": MINE}}, f"services.redis-exporter-a: {OURS}"),
        ({"services": {"node": {**MINE, "scrape": {"port": 1}}}}, f"services.node: {JOB}"),
        (
            {
                "targets": {"shop": {"addresses": ["a:1"]}},
                "services": {"shop": {**MINE, "scrape": {"port": 1}}},
            },
            "services.shop: is also a job under targets: give it another name",
        ),
        (
            {"services": {"shop": {**MINE, "environment": {"A": "1"}, "secrets": {"A": PASSWORD}}}},
            "services.shop.secrets.A: is also in environment",
        ),
    ],
)
def test_contradiction(config: object, line: str) -> None:
    """What can't hold together is one line under the setting to change."""
    assert [line] == mistakes(config)


NOT_LATEST = "must have a tag other than latest, or a digest"
NOT_ROOT = "must be two numbers such as 1000:1000, neither root's"
FREE = "must not be a folder of the system's or the configs'"
FILE = "must be a relative path such as exporter/config.yml, not below secrets/"


@pytest.mark.parametrize(
    ("setting", "value", "line"),
    [
        ("image", "example/mine", f"image: {NOT_LATEST}"),
        ("image", "registry:5000/mine", f"image: {NOT_LATEST}"),
        ("image", "example/mine:latest", f"image: {NOT_LATEST}"),
        ("image", "Mine:1", "image: must be like ghcr.io/owner/exporter:1.2.3"),
        ("user", "0:0", f"user: {NOT_ROOT}"),
        ("user", "1000:0", f"user: {NOT_ROOT}"),
        ("user", "root", f"user: {NOT_ROOT}"),
        ("data-path", "/", "data-path: must be a folder below /"),
        ("data-path", "/etc/observability/x", f"data-path: {FREE}"),
        ("scratch-paths", ["/tmp", "/proc"], f"scratch-paths.1: {FREE}"),  # noqa: S108
        ("files", {"../passwd": ""}, f"files.../passwd: {FILE}"),
        ("files", {"/etc/passwd": ""}, f"files./etc/passwd: {FILE}"),
        ("files", {"secrets/key": ""}, f"files.secrets/key: {FILE}"),
        ("memory", "1MiB", "memory: must be at least 16MiB"),
        ("environment", {"1A": "x"}, "environment.1A: must be letters, digits and `_`"),
        ("port", 80, "port: unknown setting; did you mean image?"),
        ("privileged", True, "privileged: unknown setting"),
        ("volumes", ["/:/host"], "volumes: unknown setting"),
    ],
)  # fmt: skip
def test_wrong_service(setting: str, value: object, line: str) -> None:
    """A user's service has no way to more than ours have."""
    told = mistakes({"services": {"shop": {**MINE, setting: value}}})

    assert 1 == len(told)
    assert told[0].startswith(f"services.shop.{line.partition(';')[0]}")


@pytest.mark.parametrize(
    "image",
    [
        "example/mine:1.2", "registry:5000/mine:1", f"example/mine@sha256:{'a' * 64}",
        f"example/mine:1@sha256:{'0' * 64}",
    ],
)  # fmt: skip
def test_image_of_a_service(image: str) -> None:
    """A tag or a digest says which one."""
    assert image == accepted({"services": {"a": {**MINE, "image": image}}}).services["a"].image


def test_secrets_are_asked_for() -> None:
    """Whatever names one."""
    settings: Settings = accepted(
        {
            "postgresql": {"a": {"address": "db:5432", "password": {"secret": "one"}}},
            "redis": {"a": {"address": "db:6379", "password": {"secret": "two"}}},
            "services": {"a": {**MINE, "secrets": {"KEY_FILE": {"secret": "three"}}}},
        }
    )

    assert {"one", "two", "three"} <= settings.secret_names


def test_docker_hosts_are_elsewhere() -> None:
    """Prometheus needs a way to them."""
    assert accepted({"docker-hosts": {"d": {"engine": "d:9323"}}}).has_targets_elsewhere
    assert not accepted({"cadvisor": {"enabled": True}}).has_targets_elsewhere
