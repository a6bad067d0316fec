"""Each kind of mistake is one line that names the setting and keeps the value to itself."""

import pytest

from tests.unit.settings.judge import judge, mistakes

DURATION = "must be a duration such as 15s, 10m, 12h or 90d"
SIZE = "must be a size such as 512MiB or 8GB"
INSIDE = "must be a path or pattern under /var/log/, without spaces or braces"
PATH = "must be an absolute path in printable characters, without `..`, `:` or a slash at its end"
DAEMON = "must be like unix:///path, ssh://user@host or tcp://host:port"
NAME = "must be a name of letters, digits, `.`, `-`, `_`"

# Section, setting, wrong value, what the line says.
WRONG_VALUES: list[tuple[str, str, object, str]] = [
    ("prometheus", "retention", "0s", "must be between 2h and 10000d"),
    ("prometheus", "retention", "0d", "must be between 2h and 10000d"),
    ("prometheus", "retention", "10001d", "must be between 2h and 10000d"),
    ("prometheus", "retention", "ninety", DURATION),
    ("prometheus", "retention", 90, "input should be a valid string"),
    ("prometheus", "retention", None, "input should be a valid string"),
    ("prometheus", "scrape-interval", "121s", "must be between 1s and 2m"),
    ("prometheus", "evaluation-interval", "0s", "must be between 1s and 5m"),
    ("prometheus", "retention-size", "511MB", "must be at least 512MB"),
    ("prometheus", "retention-size", "12 gigs", SIZE),
    ("prometheus", "volume-size", "0GB", "must be at least 640MB"),
    ("prometheus", "memory", "127MiB", "must be at least 128MiB"),
    ("prometheus", "memory", 536870912, "input should be a valid string"),
    ("alertmanager", "retention", "23h59m", "must be between 24h and 365d"),
    ("alertmanager", "memory", "1MiB", "must be at least 32MiB"),
    ("loki", "retention", "0h", "must be between 1h and 10000d"),
    ("loki", "compaction-interval", "25h", "must be between 1s and 24h"),
    ("loki", "delete-delay", "8d", "must be between 1s and 7d"),
    ("loki", "reject-old-samples-max-age", "1m", "must be between 1h and 365d"),
    ("grafana", "bind", "localhost", "must be an IPv4 address such as 127.0.0.1"),
    ("grafana", "bind", "::1", "must be an IPv4 address such as 127.0.0.1"),
    ("grafana", "bind", "10.0.0.256", "must be an IPv4 address such as 127.0.0.1"),
    ("grafana", "port", 65536, "input should be less than or equal to 65535"),
    ("grafana", "port", -7, "input should be greater than or equal to 0"),
    ("grafana", "port", "3000", "input should be a valid integer"),
    ("grafana", "port", True, "input should be a valid integer"),
    ("grafana", "admin-password", "hunter2", "input should be an object"),
    ("node-exporter", "port", 0, "input should be greater than or equal to 1"),
    ("node-exporter", "enabled", "yes", "input should be a valid boolean"),
    ("log-agent", "kind", "fluentbit", "input should be 'promtail' or 'alloy'"),
    ("log-agent", "files", "/var/log/syslog", "input should be a valid array"),
    ("log-agent", "files", ["/var/log/a"] * 51, "must have at most 50 entries"),
    ("images", "source", "quay", "input should be 'upstream' or 'local'"),
]


@pytest.mark.parametrize(("section", "setting", "value", "problem"), WRONG_VALUES)
def test_wrong_value(section: str, setting: str, value: object, problem: str) -> None:
    """A value that its setting can't have is one line under the setting's path."""
    told = mistakes({section: {setting: value}})

    assert [f"{section}.{setting}: {problem}"] == told


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("docker-host", "npipe:////./pipe/docker_engine", DAEMON),
        ("docker-host", "unix:///var/run/docker sock", DAEMON),
        ("docker-host", "unix:///\0", DAEMON),
        ("docker-host", "tcp://docker", DAEMON),
        ("docker-data-root", "var/lib/docker", PATH),
        ("docker-data-root", "/var/lib/docker/", PATH),
        ("docker-data-root", "/var/../etc", PATH),
        ("docker-data-root", "/var:/etc", PATH),
        ("docker-data-root", "/var\n/lib", PATH),
        ("host-name", "my host", NAME),
        ("host-name", "", NAME),
        ("loki", 14, "input should be an object"),
    ],
)
def test_wrong_value_at_the_top(setting: str, value: object, problem: str) -> None:
    """A setting outside the sections is named without a section."""
    assert [f"{setting}: {problem}"] == mistakes({setting: value})


@pytest.mark.parametrize(
    "file", ["/etc/shadow", "/var/log/../shadow", "/var/log/a b", "/var/log/{a,b}", "syslog"]
)
def test_log_file_elsewhere(file: str) -> None:
    """The agent reads below /var/log/ and nowhere else."""
    told = mistakes({"log-agent": {"files": ["/var/log/syslog", file]}})

    assert 1 == len(told)
    assert told[0].startswith("log-agent.files.1: must be a")
    assert file not in told[0].removeprefix("log-agent.files.1")


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({"lokki": {}}, "lokki: unknown setting; did you mean loki?"),
        (
            {"docker_host": "ssh://docker"},
            "docker_host: unknown setting; did you mean docker-host?",
        ),
        ({"node_exporter": {}}, "node_exporter: unknown setting; did you mean node-exporter?"),
        (
            {"prometheus": {"retension": "1d"}},
            "prometheus.retension: unknown setting; did you mean retention?",
        ),
        (
            {"grafana": {"admin-password": {"secret": "a", "value": "hunter2"}}},
            "grafana.admin-password.value: unknown setting; known here: secret",
        ),
        (
            {"grafana": {"admin-user": "root"}},
            "grafana.admin-user: unknown setting; did you mean admin-password?",
        ),
        ({"images": {"": 1}}, "images.'': unknown setting; known here: source"),
        (
            {"images": {"two\nlines": 1}},
            r"images.'two\nlines': unknown setting; known here: source",
        ),
    ],
)
def test_unknown_setting(config: object, line: str) -> None:
    """A typo is told with the nearest known name, or with all that are known there."""
    assert [line] == mistakes(config)


def test_every_mistake_has_its_line() -> None:
    """Nobody has to run a preview once for each mistake; lines come sorted."""
    told = mistakes(
        {
            "loki": {"retention": "0s", "memory": "lots"},
            "grafana": {"port": "x"},
            "docker-host": "docker",
            "nothing": 1,
        }
    )

    assert ["docker-host", "grafana.port", "loki.memory", "loki.retention", "nothing"] == [
        line.split(": ")[0] for line in told
    ]


@pytest.mark.parametrize("text", ["", "{", "x", '"\\ud800"', "[" * 5000])
def test_no_json(text: str) -> None:
    """What isn't even an object is told in the same way."""
    assert ["stack: must be an object of settings"] == judge(text)


@pytest.mark.parametrize("text", ["[]", "null", "5", '"text"', "true"])
def test_no_object(text: str) -> None:
    """`observability:stack: text` has a line too."""
    assert ["stack: input should be an object"] == judge(text)
