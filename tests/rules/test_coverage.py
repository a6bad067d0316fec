"""Every alert and every recording rule has the cases that show what it does."""

import re
from typing import Any

import pytest

from tests.rules.rulefiles import Rule, RuleFile, rule_files

ALWAYS_FIRES = "Watchdog"
WORD = re.compile(r"[A-Za-z_:][\w:]*")

ALERTS = [
    pytest.param(file, rule, id=rule["alert"]) for file in rule_files() for rule in file.alerts
]
RECORDS = [
    pytest.param(file, rule, id=rule["record"]) for file in rule_files() for rule in file.records
]
WAITING = [
    pytest.param(file, rule, id=rule["alert"])
    for file in rule_files()
    for rule in file.alerts
    if "for" in rule
]
each_alert = pytest.mark.parametrize(("file", "rule"), ALERTS)
each_waiting = pytest.mark.parametrize(("file", "rule"), WAITING)
each_record = pytest.mark.parametrize(("file", "rule"), RECORDS)


def has_its_data(file: RuleFile, rule: Rule, test: dict[str, Any]) -> bool:
    """Whether a test feeds a metric that the rule reads, itself or through a recording rule."""
    fed = {
        re.split(r"[{\s]", series["series"].strip())[0] for series in test.get("input_series") or []
    }
    return bool(fed & metrics_of(file, rule["expr"]))


def metrics_of(file: RuleFile, expr: str) -> set[str]:
    """Every word of an expression and of the recording rules in it: enough to find a metric."""
    words = set(WORD.findall(expr))
    reached: set[str] = set()
    while new := {r["record"] for r in file.records} & words - reached:
        reached |= new
        for record in file.records:
            if record["record"] in new:
                words |= set(WORD.findall(record["expr"]))
    return words


def test_there_are_rules() -> None:
    """An empty list would make all other tests here pass."""
    assert ALERTS
    assert RECORDS


@each_alert
def test_alert_fires_in_a_case(file: RuleFile, rule: Rule) -> None:
    """With the labels and annotations that a person will read."""
    firing = [
        alert for _, case in file.cases(rule["alert"]) for alert in case.get("exp_alerts", [])
    ]

    assert firing
    assert all(alert.get("exp_annotations") for alert in firing)
    assert all(rule["labels"].items() <= alert["exp_labels"].items() for alert in firing)


@each_alert
def test_alert_is_silent_in_a_case_with_data(file: RuleFile, rule: Rule) -> None:
    """Data that is all right, or wrong for too short a time, makes no noise."""
    if rule["alert"] == ALWAYS_FIRES:
        assert all(case.get("exp_alerts") for _, case in file.cases(ALWAYS_FIRES))
        return
    silent = [
        test["name"]
        for test, case in file.cases(rule["alert"])
        if not case.get("exp_alerts") and has_its_data(file, rule, test)
    ]

    assert silent


@each_alert
def test_alert_has_a_case_without_data(file: RuleFile, rule: Rule) -> None:
    """What it does when its metrics are missing has been decided, not left to chance."""
    without = [
        case for test, case in file.cases(rule["alert"]) if not has_its_data(file, rule, test)
    ]

    assert without
    assert all(bool(case.get("exp_alerts")) == (rule["alert"] == ALWAYS_FIRES) for case in without)


@each_waiting
def test_alert_is_silent_until_its_time_is_over(file: RuleFile, rule: Rule) -> None:
    """Each test in which it fires has an earlier case in which it doesn't yet."""
    for test in file.tests:
        fired = [bool(case.get("exp_alerts")) for t, case in file.cases(rule["alert"]) if t == test]

        assert not any(fired) or not fired[0], test["name"]


@each_record
def test_record_has_a_value_case(file: RuleFile, rule: Rule) -> None:
    """Some case asks for the recorded series and expects a value."""
    values = [
        case["exp_samples"]
        for test in file.tests
        for case in test.get("promql_expr_test") or []
        if rule["record"] in case["expr"] and case.get("exp_samples")
    ]

    assert values


def test_tests_name_no_rule_that_doesnt_exist() -> None:
    """promtool takes an unknown alert for one that is silent."""
    for file in rule_files():
        known = {rule["alert"] for rule in file.alerts}
        named = {c["alertname"] for t in file.tests for c in t.get("alert_rule_test") or []}

        assert known == named
