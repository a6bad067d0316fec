"""Exporters and the user's services: their jobs, their containers, their secrets."""

from typing import Any

import pulumi
import yaml
from pulumi import ResourceOptions

from components import configs
from components.exceptions import EXCEPTIONS
from components.exporters import all as exporters
from components.place import Place
from settings.labelled import SET_ELSEWHERE
from settings.services import OWN_PREFIXES, OWN_SERVICES
from settings.targets import OWN_JOBS
from tests.unit.components.recorder import Recorder, deploy
from tests.unit.components.samples import IMAGES, PASSWORD
from tests.unit.settings.judge import accepted

CERTIFICATE = "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n"
FIVE = {"host", "node", "guest", "role", "env"}
NETWORKS = ["obs-test-backend", "obs-test-front", "shop"]
EVERYTHING: dict[str, Any] = {
    "host-name": "docker1",
    "networks": ["shop"],
    "cadvisor": {"enabled": True},
    "docker-hosts": {"docker2": {"engine": "10.0.0.2:9323", "cadvisor": "10.0.0.2:8080"}},
    "postgresql": {
        "shop": {
            "address": "db.lan:5432",
            "password": {"secret": "db"},
            "tls": "verify-full",
            "ca": CERTIFICATE,
            "node": "pve1",
            "labels": {"service": "shop"},
        }
    },
    "redis": {
        "cache": {
            "address": "cache.lan:6379",
            "user": "reader",
            "password": {"secret": "cache"},
            "tls": True,
            "ca": CERTIFICATE,
        }
    },
    "probes": {
        "http": {
            "shop": {
                "target": "https://shop.lan:8443/health?deep=1",
                "body": "well",
                "status": [204],
                "redirects": False,
                "ca": CERTIFICATE,
                "interval": "5s",
                "labels": {"tier": "1"},
            },
            "plain": {"target": "http://10.0.0.5", "method": "HEAD", "interval": "1m"},
        },
        "tcp": {"mail": {"target": "mail.lan:25", "expect": "^220 "}},
        "icmp": {"pve1": {"target": "10.0.0.3", "host": "pve1", "role": "pve"}},
        "dns": {"here": {"target": "10.0.0.1:53", "name": "shop.lan", "answer": "10[.]0"}},
        "tls": {"ldap": {"target": "ldap.lan:636", "minimum-version": "1.3", "ca": CERTIFICATE}},
    },
    "services": {
        "mine": {
            "image": "example/mine:1",
            "user": "1000:1000",
            "entry-point": ["/bin/mine"],
            "command": ["--all"],
            "environment": {"MODE": "fast"},
            "secrets": {"KEY_FILE": {"secret": "key"}},
            "files": {"mine.yml": "a: 1\n"},
            "data-path": "/data",
            "scratch-paths": ["/scratch"],
            "networks": ["attic"],
            "reaches-out": True,
            "health-check": ["/bin/mine", "check"],
            "role": "test",
            "scrape": {"port": 9199, "path": "/stats", "interval": "30s"},
        },
        "silent": {"image": "example/silent:1", "user": "1000:1000"},
    },
}


def up(**changes: object) -> Recorder:
    """The exporters of all these settings, some of them changed."""
    settings = accepted(EVERYTHING | changes)
    password = pulumi.Output.secret(PASSWORD)
    names = ("blackbox-exporter", "postgres-exporter", "redis-exporter", "cadvisor", "caddy")
    place = Place(
        stack="test",
        images={**IMAGES, **{name: f"example/{name}:1" for name in names}},
        backend=pulumi.Output.from_input("obs-test-backend"),
        front=pulumi.Output.from_input("obs-test-front"),
        joined=settings.networks,
        digest_key=pulumi.Output.secret("a key"),
        secrets=dict.fromkeys(("db", "cache", "key"), password),
        files=configs.render(settings, stack="test", rules={}),
        referred={},
    )

    def program() -> None:
        exporters.create(settings, place, gateway="192.0.2.1", opts=ResourceOptions())

    return deploy(program)


def containers(seen: Recorder) -> dict[str, dict[str, Any]]:
    """The servers by the names that they go by."""
    return {
        found["name"].removeprefix("obs-test-"): found
        for name in seen.all("Container")
        if name.endswith("-container") and (found := seen.inputs("Container", name))
    }


def targets(job: str) -> list[dict[str, Any]]:
    """The targets of a job in Prometheus' config."""
    files = configs.render(accepted(EVERYTHING), stack="test", rules={})
    config = yaml.safe_load(files["prometheus"]["prometheus.yml"])
    (found,) = (each for each in config["scrape_configs"] if each["job_name"] == job)
    return list(found["static_configs"])


def test_names_are_reserved() -> None:
    """No service or job of the user's can be taken for one of ours."""
    ours = set(containers(up())) - {"mine", "silent"}
    jobs = {job.name for job in configs.scrape_jobs(accepted(EVERYTHING), "test")} - {"mine"}

    assert all(name in OWN_SERVICES or name.startswith(OWN_PREFIXES) for name in ours)
    assert set(EXCEPTIONS) <= OWN_SERVICES
    assert jobs <= OWN_JOBS


def test_every_target_has_the_five_labels() -> None:
    """Whichever exporter it belongs to, and each label has a value."""
    for job in exporters.jobs(accepted(EVERYTHING), env="test"):
        assert all(set(target.labels) >= FIVE for target in job.others)
        assert all(all(target.labels.values()) for target in job.others)


def test_probe_goes_by_its_target() -> None:
    """The exporter is asked for it, and is seen nowhere in the labels."""
    shop, plain = targets("blackbox-http")

    assert ["blackbox-exporter:9115"] == shop["targets"] == plain["targets"]
    assert {
        "__param_module": "http-shop",
        "__param_target": "https://shop.lan:8443/health?deep=1",
        "__scrape_interval__": "5s",
        "__scrape_timeout__": "5s",
        "instance": "https://shop.lan:8443/health?deep=1",
        "probe": "shop",
        "host": "shop.lan", "node": "none", "guest": "none", "role": "service", "env": "test",
        "tier": "1",
    } == shop["labels"]  # fmt: skip
    assert "10s" == plain["labels"]["__scrape_timeout__"]
    assert {"instance", "probe"} <= SET_ELSEWHERE


def test_host_of_a_probe_can_be_named() -> None:
    """So that a dead host has the same label in all of its metrics."""
    (pve1,) = targets("blackbox-icmp")

    assert ("pve1", "pve") == (pve1["labels"]["host"], pve1["labels"]["role"])


def test_modules_expect_what_the_settings_say() -> None:
    """One module for each probe, and a file for each authority."""
    files = configs.render(accepted(EVERYTHING), stack="test", rules={})["blackbox-exporter"]
    modules = yaml.safe_load(files["blackbox.yml"])["modules"]
    any_ip = {"preferred_ip_protocol": "ip4", "ip_protocol_fallback": True}

    assert {
        "method": "GET",
        "follow_redirects": False,
        "fail_if_not_ssl": True,
        "valid_status_codes": [204],
        "fail_if_body_not_matches_regexp": ["well"],
        "tls_config": {"ca_file": "/etc/observability/ca/http-shop.pem"},
        **any_ip,
    } == modules["http-shop"]["http"]
    assert modules["http-plain"]["http"]["fail_if_not_ssl"] is False
    assert {"query_response": [{"expect": "^220 "}], **any_ip} == modules["tcp-mail"]["tcp"]
    assert any_ip == modules["icmp-pve1"]["icmp"]
    assert {
        "query_name": "shop.lan",
        "query_type": "A",
        "transport_protocol": "udp",
        "validate_answer_rrs": {"fail_if_none_matches_regexp": ["10[.]0"]},
        **any_ip,
    } == modules["dns-here"]["dns"]
    ldap = modules["tls-ldap"]["tcp"]
    assert ldap["tls"] is True
    assert {
        "min_version": "TLS13",
        "server_name": "ldap.lan",
        "ca_file": "/etc/observability/ca/tls-ldap.pem",
    } == ldap["tls_config"]
    assert {"blackbox.yml", "ca/http-shop.pem", "ca/tls-ldap.pem"} == set(files)


def test_exporter_of_postgresql_logs_in_by_file() -> None:
    """Its environment holds no password, and it goes by the server's address."""
    seen = up()
    asked = containers(seen)["postgresql-exporter-shop"]
    (target,) = targets("postgresql")

    login = "db.lan:5432/postgres?sslmode=verify-full&sslrootcert=/etc/observability/ca.pem"
    assert {
        f"DATA_SOURCE_URI={login}",
        "DATA_SOURCE_USER=observability",
        "DATA_SOURCE_PASS_FILE=/etc/observability/secrets/db",
    } <= set(asked["envs"])
    assert NETWORKS == [network["name"] for network in asked["networksAdvanced"]]
    assert ["postgresql-exporter-shop:9187"] == target["targets"]
    assert {
        "instance": "db.lan:5432",
        "host": "db.lan",
        "node": "pve1",
        "service": "shop",
    }.items() <= target["labels"].items()


def test_exporter_of_redis_logs_in_by_file() -> None:
    """By a file in its own format, under the address with the user and without."""
    seen = up()
    asked = containers(seen)["redis-exporter-cache"]
    holder = seen.inputs("Container", "redis-exporter-cache-config-holder")
    files = {upload["file"]: upload["content"] for upload in holder["uploads"]}

    assert {
        "-redis.addr=rediss://cache.lan:6379",
        "-config-command=-",
        "-redis.user=reader",
        "-redis.password-file=/etc/observability/passwords.json",
        "-tls-ca-cert-file=/etc/observability/ca.pem",
    } == set(asked["command"])
    assert {
        "rediss://cache.lan:6379": PASSWORD,
        "rediss://reader@cache.lan:6379": PASSWORD,
    } == yaml.safe_load(files["/etc/observability/passwords.json"])
    assert ["redis-exporter-cache:9121"] == targets("redis")[0]["targets"]


def test_redis_without_a_login() -> None:
    """No user, no file, no flag for either."""
    seen = up(redis={"cache": {"address": "cache:6379"}})

    asked = containers(seen)["redis-exporter-cache"]
    assert ["-redis.addr=redis://cache:6379", "-config-command=-"] == asked["command"]


def test_secrets_are_in_the_uploads_alone() -> None:
    """And reach the engine as secrets."""
    seen = up()

    holders = {r.name for r in seen.resources if PASSWORD in str(r.inputs)}
    assert {
        "postgresql-exporter-shop-config-holder",
        "redis-exporter-cache-config-holder",
        "services-mine-config-holder",
    } == holders
    assert all(seen.holds_secret(name, "uploads") for name in holders)


def test_docker_socket_is_the_filters_alone() -> None:
    """cAdvisor is nobody, and reaches Docker through a network of these two."""
    seen = up()
    servers = containers(seen)
    cadvisor, between = servers["cadvisor"], "obs-test-docker-api"

    assert ["docker-api"] == [name for name in servers if "docker.sock" in str(servers[name])]
    assert [between] == [each["name"] for each in servers["docker-api"]["networksAdvanced"]]
    assert seen.inputs("Network", "cadvisor-network")["internal"] is True
    assert "65534:65534" == cadvisor["user"]
    assert ["obs-test-backend", between] == [each["name"] for each in cadvisor["networksAdvanced"]]


def test_mounts_follow_the_daemon() -> None:
    """Its socket and its data folder may lie elsewhere; cAdvisor looks where Docker says it is."""
    moved = {"docker-host": "unix:///run/user/1/docker.sock", "docker-data-root": "/srv/docker"}
    servers = containers(up(**moved))
    layers = "/srv/docker/image/overlay2/layerdb/mounts"

    assert {("/run/user/1/docker.sock", "/var/run/docker.sock")} == binds(servers["docker-api"])
    assert {("/sys", "/sys"), (layers, layers)} == binds(servers["cadvisor"])


def binds(asked: dict[str, Any]) -> set[tuple[str, str]]:
    return {(m["source"], m["target"]) for m in asked["mounts"] if m["type"] == "bind"}


def test_other_docker_hosts_are_read() -> None:
    """Under their names, beside the own one."""
    own, other = targets("cadvisor")
    (engine,) = targets("docker")

    assert (["cadvisor:8080"], "docker1") == (own["targets"], own["labels"]["host"])
    assert (["10.0.0.2:8080"], "docker2") == (other["targets"], other["labels"]["host"])
    assert (["10.0.0.2:9323"], "docker2") == (engine["targets"], engine["labels"]["host"])


def test_service_of_the_user_has_what_its_settings_say() -> None:
    """Hardened like ours, and read under its own name."""
    asked = containers(up())["mine"]
    (target,) = targets("mine")

    assert {"MODE=fast", "KEY_FILE=/etc/observability/secrets/key"} <= set(asked["envs"])
    assert (["/bin/mine"], ["--all"]) == (asked["entrypoints"], asked["command"])
    assert {"obs-test-backend", "obs-test-front", "attic"} == {
        network["name"] for network in asked["networksAdvanced"]
    }
    assert {"/data", "/etc/observability"} == {mount["target"] for mount in asked["mounts"]}
    assert {"volume"} == {mount["type"] for mount in asked["mounts"]}
    assert ["CMD", "/bin/mine", "check"] == asked["healthcheck"]["tests"]
    assert asked["readOnly"] is True
    assert {"drops": ["ALL"]} == asked["capabilities"]
    assert "ports" not in asked
    assert ["mine:9199"] == target["targets"]
    assert {"host": "docker1", "role": "test"}.items() <= target["labels"].items()


def test_silent_service_stays_inside() -> None:
    """No way out, no job, and the health check of its image."""
    asked = containers(up())["silent"]

    assert ["obs-test-backend"] == [network["name"] for network in asked["networksAdvanced"]]
    assert "healthcheck" not in asked
    assert "silent" not in {job.name for job in configs.scrape_jobs(accepted(EVERYTHING), "test")}
