"""Mistakes in the settings of logs are a line each."""

import pytest

from tests.unit.settings.judge import accepted, mistakes

TIME_FORMAT = (
    "be RFC3339Nano, UnixMs or another of Go's names, or a layout like 2006-01-02 15:04:05"
)
PATH = "/var/log/a.log"
TIME = {"regex": r"^(?P<time>\S+)", "format": "RFC3339"}


@pytest.mark.parametrize(
    ("file", "line"),
    [
        (5, ": must be a path or an object with a path"),
        ({"format": "json"}, ".path: field required"),
        ({"path": PATH, "formt": "json"}, ".formt: unknown setting; did you mean format?"),
        (
            {"path": PATH, "format": "multiline"},
            ".first-line: belongs to format multiline, which needs it",
        ),
        (
            {"path": PATH, "first-line": "^a"},
            ".first-line: belongs to format multiline, which needs it",
        ),
        (
            {"path": PATH, "format": "json", "timestamp": TIME},
            ".timestamp: takes a field with format json, else a regex",
        ),
        (
            {"path": PATH, "timestamp": {"format": "RFC3339"}},
            ".timestamp.format: needs either field or regex beside it",
        ),
        (
            {"path": PATH, "timestamp": TIME | {"regex": r"^\S+"}},
            ".timestamp.regex: must have a group (?P<time>…) around the time",
        ),
        (
            {"path": PATH, "timestamp": TIME | {"format": "%Y-%m-%d %H:%M"}},
            f".timestamp.format: must {TIME_FORMAT}",
        ),
        (
            {"path": PATH, "labels": {"user": "a"}},
            ".labels.user: unknown setting; known here: service",
        ),
    ],
)
def test_wrong_file(file: object, line: str) -> None:
    """The line names the entry by its place in the list."""
    assert [f"log-agent.files.0{line}"] == mistakes({"log-agent": {"files": [file]}})


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        (r"(?<=a)b", "must have no lookaround: RE2 knows none"),
        (r"a(?!b)", "must have no lookaround: RE2 knows none"),
        (r"(a)\1", "must have no back-reference: RE2 knows none"),
        (r"(?P<x>a)(?P=x)", "must have no back-reference: RE2 knows none"),
        (r"a++", "must be in RE2's syntax, as Go's regexp reads it"),
        (r"(?>a)", "must be in RE2's syntax, as Go's regexp reads it"),
        (r"a\Z", "must be in RE2's syntax, as Go's regexp reads it"),
        (r"a{1001}", "must be in RE2's syntax, as Go's regexp reads it"),
        (r"(a", "is not a regular expression"),
        (r"a*", "must not match an empty text"),
        ("a\nb", "must be a regular expression of at most 500 printable characters"),
    ],
)
def test_expression_that_re2_refuses(expression: str, problem: str) -> None:
    """It is told here and not by an agent that doesn't start."""
    told = mistakes({"log-agent": {"redact-own": [expression]}})

    assert [f"log-agent.redact-own.0: {problem}"] == told


@pytest.mark.parametrize("expression", [r"\(\?=", r"[(?=]x", r"\\1", r"[*+]+", r"(?i)card \d{4}"])
def test_expression_that_only_looks_like_it(expression: str) -> None:
    """What is escaped or in a class is no lookaround."""
    assert accepted({"log-agent": {"redact-own": [expression]}})


@pytest.mark.parametrize(
    ("loki", "line"),
    [
        (
            {"streams": [{"selector": '{job="a"}', "retention": "23h"}]},
            "streams.0.retention: must be between 24h and 10000d",
        ),
        (
            {"streams": [{"selector": "job=a", "retention": "2d"}]},
            'streams.0.selector: must be like {job="containers", container=~"web-.*"}',
        ),
        (
            {"limits": {"ingestion-rate-mb": 8}},
            "limits.ingestion-burst-mb: must be at least ingestion-rate-mb",
        ),
        (
            {"limits": {"stream-rate-mb": 16}},
            "limits.stream-burst-mb: must be at least stream-rate-mb",
        ),
    ],
)
def test_wrong_retention_or_limit(loki: object, line: str) -> None:
    """Loki's own bounds are told before Loki is asked."""
    assert [f"loki.{line}"] == mistakes({"loki": loki})


@pytest.mark.parametrize(
    ("others", "agent", "line"),
    [
        (
            {"images": {"source": "local"}},
            {"kind": "alloy"},
            "kind: must be promtail where images.source is local: alloy isn't",
        ),
        (
            {"loki": {"reject-old-samples-max-age": "12h"}},
            {},
            (
                "journal.max-age: must be at most loki.reject-old-samples-max-age (12h): "
                "Loki refuses older"
            ),
        ),
    ],
)
def test_agent_that_doesnt_fit(
    others: dict[str, object], agent: dict[str, object], line: str
) -> None:
    """It contradicts the settings of images or of Loki, unless it is off."""
    assert [f"log-agent.{line}"] == mistakes(others | {"log-agent": agent})
    assert accepted(others | {"log-agent": {**agent, "enabled": False}})
    assert accepted({"log-agent": agent})


@pytest.mark.parametrize(
    ("journal", "line"),
    [
        (
            {"folder": "/var/journal"},
            "folder: input should be '/var/log/journal' or '/run/log/journal'",
        ),
        ({"max-age": "59s"}, "max-age: must be between 1m and 30d"),
    ],
)
def test_wrong_journal(journal: dict[str, object], line: str) -> None:
    """There are two folders in which systemd keeps it."""
    assert [f"log-agent.journal.{line}"] == mistakes({"log-agent": {"journal": journal}})
