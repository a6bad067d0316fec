"""Promtail and Alloy are told to do the same, and what that is follows from the settings."""

import json
import re
from typing import Any, get_args

import pytest
import yaml

from components import log_agent
from logs import redaction
from settings.logs import LogAgent, Redaction
from tests.unit.components.recorder import deploy
from tests.unit.components.samples import place

# Alloy's block, its argument, and what the stage is called in Promtail where that differs.
FLAT = {"labels": "values", "label_drop": "values"}
NAMES = {"label_drop": "labeldrop"}
BLOCK = re.compile(r'^loki\.process "(\w+)" \{\n(.*?)^\}$', re.MULTILINE | re.DOTALL)
STAGE = re.compile(r"^  stage\.(\w+) \{\n(.*?)^  \}$", re.MULTILINE | re.DOTALL)
ARGUMENT = re.compile(r"^ {4}(\w+) = (.*)$", re.MULTILINE)
TARGETS = re.compile(r'file_match "(\w+)" \{\n  path_targets = (.*)$', re.MULTILINE)
RULE = re.compile(r"^  rule \{\n(.*?)^  \}$", re.MULTILINE | re.DOTALL)
ALL: dict[str, object] = {
    "redact-own": [r"card \d+", 'quoted "\\w+" ü'],
    "files": [
        "/var/log/*.log",
        {"path": "/var/log/a.log", "labels": {"service": "a"}},
        {
            "path": "/var/log/b.log",
            "format": "json",
            "timestamp": {"field": "@timestamp", "format": "RFC3339"},
        },
        {
            "path": "/var/log/java/*.log",
            "format": "multiline",
            "first-line": r"^\d{4}-",
            "timestamp": {"regex": r"^(?P<time>\S+)", "format": "2006-01-02T15:04:05"},
        },
    ],
}


def rendered(kind: str, settings: dict[str, object]) -> str:
    agent = LogAgent.model_validate_json(json.dumps({**settings, "kind": kind}))
    (text,) = log_agent.render(agent, labels={"host": "test", "env": "test"}).values()
    return text


def promtail(settings: dict[str, object]) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(rendered("promtail", settings))
    return read


def value(text: str) -> Any:
    """A value in Alloy's language: JSON but for the sign between a key and its value."""
    return json.loads(re.sub(r'("(?:[^"\\]|\\.)*") = ', r"\1: ", text))


def arguments(text: str) -> dict[str, Any]:
    return {name: value(each) for name, each in ARGUMENT.findall(text)}


def stages_of_alloy(text: str) -> dict[str, list[dict[str, Any]]]:
    """The stages of each source, as Promtail would name them."""
    return {
        source: [
            {NAMES.get(kind, kind): given[FLAT[kind]] if kind in FLAT else given}
            for kind, inner in STAGE.findall(body)
            for given in [arguments(inner)]
        ]
        for source, body in BLOCK.findall(text)
    }


@pytest.mark.parametrize("settings", [{}, ALL, {"files": [], "redact": []}])
def test_both_kinds_have_the_same_stages(settings: dict[str, object]) -> None:
    """The same stages in the same order, with the same expressions and labels."""
    jobs = promtail(settings)["scrape_configs"]

    assert {job["job_name"]: job["pipeline_stages"] for job in jobs} == stages_of_alloy(
        rendered("alloy", settings)
    )


def test_both_kinds_read_the_same() -> None:
    """Files, their labels and what is left out; the journal's labels and rules; where it goes."""
    read, text = promtail(ALL), rendered("alloy", ALL)
    *files, journal = read["scrape_configs"]
    targets = {job["job_name"]: [t["labels"] for t in job["static_configs"]] for job in files}

    assert targets == {name: value(each) for name, each in TARGETS.findall(text)}
    rules = [arguments(rule) for rule in RULE.findall(text)]
    constant = {r["target_label"]: r["replacement"] for r in rules if "source_labels" not in r}
    assert journal["relabel_configs"] == [rule for rule in rules if "source_labels" in rule]
    assert journal["journal"]["labels"] == constant
    assert f'path = "{journal["journal"]["path"]}"' in text
    assert f'max_age = "{journal["journal"]["max_age"]}"' in text
    (client,) = read["clients"]
    assert f'url = "{client["url"]}"' in text
    assert 'external_labels = {"host" = "test", "env" = "test"}' in text
    assert "max_backoff_retries = 0" in text


def test_no_line_is_read_twice() -> None:
    """A pattern leaves out the files that an object speaks of, and so does a later object."""
    left_out = {
        target["labels"]["__path__"]: target["labels"].get("__path_exclude__", "")
        for job in promtail(ALL)["scrape_configs"][1:-1]
        for target in job["static_configs"]
    }

    assert {
        "/var/log/*.log": "{/var/log/a.log,/var/log/b.log,/var/log/java/*.log}",
        "/var/log/a.log": "",
        "/var/log/b.log": "/var/log/a.log",
        "/var/log/java/*.log": "{/var/log/a.log,/var/log/b.log}",
    } == left_out


def relabelled(fields: dict[str, str]) -> dict[str, str]:
    """The labels of a journal's entry with these fields, as Prometheus' relabelling makes them."""
    labels = {}
    for rule in promtail(ALL)["scrape_configs"][-1]["relabel_configs"]:
        (field,) = rule["source_labels"]
        if match := re.fullmatch(rule["regex"], fields.get(field, "")):
            labels[rule["target_label"]] = match.expand(rule["replacement"].replace("${1}", r"\1"))
    return labels


@pytest.mark.parametrize(
    ("unit", "label"),
    [
        ("ssh.service", "ssh.service"),
        ("pve-container@101.service", "pve-container.service"),
        ("user@1000.service", "user.service"),
        ("run-u123.service", "run.service"),
        ("session-7.scope", None),
    ],
)
def test_units_are_bounded(unit: str, label: str | None) -> None:
    """An instance counts as its template, and what is made for a moment has no name of its own."""
    assert label == relabelled({"__journal__systemd_unit": unit}).get("unit")


@pytest.mark.parametrize("transport", ["audit", "driver", "syslog", "journal", "stdout", "kernel"])
def test_only_the_kernel_is_told_apart(transport: str) -> None:
    """How the others' entries came into the journal is no label."""
    expected = {"transport": "kernel"} if transport == "kernel" else {}

    assert expected == relabelled({"__journal__transport": transport})


def test_every_priority_is_a_level() -> None:
    """Eight of them are five levels; anything else is none."""
    levels = [relabelled({"__journal_priority": str(p)}).get("level") for p in range(9)]

    assert [*["critical"] * 3, "error", "warn", "info", "info", "debug", None] == levels


@pytest.mark.parametrize(
    ("journal", "mounted"),
    [
        ({}, False),
        ({"folder": "/run/log/journal"}, True),
        ({"folder": "/run/log/journal", "enabled": False}, False),
    ],
)
def test_journal_in_memory_is_mounted_where_it_is_read(
    journal: dict[str, object], mounted: bool
) -> None:
    """The container sees that folder of the host, which only some have, if it is to read it."""
    settings = LogAgent.model_validate_json(json.dumps({"journal": journal}))
    args = log_agent.LogAgentArgs(place=place(), settings=settings, data_root="/data")

    seen = deploy(lambda: log_agent.LogAgent("agent", args))

    mounts = seen.inputs("Container", "agent-container")["mounts"]
    assert mounted is ("/run/log/journal" in {mount["target"] for mount in mounts})


def test_every_redaction_can_be_chosen() -> None:
    """The names in the settings are those of the expressions, in the order of application."""
    assert list(redaction.EXPRESSIONS) == list(get_args(Redaction))
