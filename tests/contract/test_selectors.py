"""Every selector in rules and panels finds a series that the real servers export."""

import json
import re
from typing import Any

import pytest

import dashboards
from dashboards.spec import panels_of
from tests.contract.promql import Selector, selectors
from tests.contract.recordings import JOBS, everything, recorded
from tests.rules.rulefiles import rule_files

# What promtail's configuration gives to a stream, and what Loki finds in a line by itself.
STREAM_LABELS = {"job", "host", "container", "stream", "filename"}
FOUND_BY_LOKI = {"detected_level", "service_name"}
# LogQL's selectors are those of PromQL, and so are the lists of labels behind `by`.
STREAM_SELECTOR = re.compile(r"\{[^{}]*\}")
BY = re.compile(r"\bby\s*\(([^)]*)\)")
# Queries against a variable of Grafana's own: a duration as good as any.
RANGE = re.compile(r"\$__(rate_)?interval\b")

RULES: dict[str, str] = {
    rule.get("alert") or rule["record"]: rule["expr"] for f in rule_files() for rule in f.rules
}
RECORDED_BY_RULES = {rule["record"] for f in rule_files() for rule in f.records}


def targets(kind: str) -> dict[str, str]:
    """Every query of our panels to this kind of data source, by where it stands."""
    return {
        f"{spec.uid}-{panel['id']}-{target['refId']}": RANGE.sub("5m", target["expr"])
        for spec in dashboards.catalogue()
        for panel in panels_of(json.loads(spec.json))
        for target in panel["targets"]
        if target["datasource"]["type"] == kind
    }


def variables() -> dict[str, str]:
    """The selectors that variables are filled from."""
    found: dict[str, str] = {}
    for spec in dashboards.catalogue():
        listed: list[dict[str, Any]] = json.loads(spec.json)["templating"]["list"]
        for variable in listed:
            if variable["type"] == "query":
                match = re.fullmatch(r"label_values\((.+), \w+\)", variable["query"]["query"])
                assert match, variable["query"]["query"]
                found[f"{spec.uid}-{variable['name']}"] = match[1]
    return found


METRICS = RULES | targets("prometheus") | variables()
LOGS = targets("loki")


def resolves(selector: Selector) -> bool:
    """Whether a rule of ours or a recorded series answers to the selector."""
    if selector.name in RECORDED_BY_RULES:
        return True
    return any(selector.accepts(series) for series in everything())


@pytest.mark.parametrize("job", JOBS)
def test_recording_is_there(job: str) -> None:
    """Each job has been recorded while it was up, with the labels that the rules need."""
    series = recorded(job)

    assert any(labels["__name__"] == "up" for labels in series)
    assert {job} == {labels["job"] for labels in series}
    assert all(labels.get("host") and labels.get("instance") for labels in series)


@pytest.mark.parametrize("expr", METRICS.values(), ids=METRICS)
def test_selectors_resolve(expr: str) -> None:
    """A metric that nothing exports is an alert that never fires and a panel that stays empty."""
    found = selectors(expr)

    assert [] == [selector for selector in found if not resolves(selector)]
    assert found or expr == "vector(1)"


@pytest.mark.parametrize("query", LOGS.values(), ids=LOGS)
def test_log_labels_exist(query: str) -> None:
    """Streams are chosen by labels that the log agent sets, lines counted by ones that exist."""
    chosen = {
        matcher.label
        for text in STREAM_SELECTOR.findall(query)
        for selector in selectors(text)
        for matcher in selector.matchers
    }
    counted = {label.strip() for text in BY.findall(query) for label in text.split(",")}

    assert chosen
    assert chosen <= STREAM_LABELS
    assert counted <= STREAM_LABELS | FOUND_BY_LOKI
