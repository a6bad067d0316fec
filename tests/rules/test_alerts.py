"""What every alert says, and to whom it leads."""

import re

import pytest

import dashboards
from dashboards import thresholds
from dashboards.thresholds import Limits
from tests.rules.rulefiles import Rule, rule_files
from toolchain.cache import CHECKOUT

SEVERITIES = {"critical", "warning", "info", "none"}
CATEGORIES = {"availability", "capacity", "backup", "security", "slo", "meta"}
SECTIONS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]
RUNBOOKS = CHECKOUT / "docs" / "runbooks"

RULES = {rule["alert"]: rule for file in rule_files() for rule in file.alerts}
each_alert = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)

# Where a panel shows an alert's value, it changes colour at the alert's number.
LIMITS = {
    "CPU": ({"warning": "CpuHigh"}, thresholds.CPU),
    "MEMORY": ({"critical": "MemoryCritical"}, thresholds.MEMORY),
    "DISK_SPACE": (
        {"warning": "DiskSpaceWarning", "critical": "DiskSpaceCritical"},
        thresholds.DISK_SPACE,
    ),
}


def test_names_are_unique() -> None:
    """Silences and runbooks go by the name, so no two alerts share one."""
    names = [rule["alert"] for file in rule_files() for rule in file.alerts]

    assert sorted(set(names)) == sorted(names)


@each_alert
def test_labels(rule: Rule) -> None:
    """Routing relies on these three; a value in a label would break `for`."""
    assert {"severity", "team", "category"} == set(rule["labels"])
    assert rule["labels"]["severity"] in SEVERITIES
    assert rule["labels"]["category"] in CATEGORIES
    assert rule["labels"]["team"]
    assert [] == [text for text in rule["labels"].values() if "{{" in text]


@each_alert
def test_annotations(rule: Rule) -> None:
    """A summary for a phone, the same for all alerts of a group, and a description in full."""
    annotations = rule["annotations"]

    assert "{{" not in annotations["summary"]
    assert len(annotations["summary"]) <= 80
    assert annotations["summary"].endswith(".")
    assert len(annotations["description"]) > len(annotations["summary"])
    assert ("impact" in annotations) == (rule["labels"]["severity"] == "critical")


@each_alert
def test_runbook(rule: Rule) -> None:
    """The page exists under the alert's name and has its four sections, none of them empty."""
    name = rule["alert"]
    page = RUNBOOKS / f"{name}.md"
    title, *sections = re.split(r"^##? (.+)\n", page.read_text(), flags=re.MULTILINE)[1:]

    assert f"docs/runbooks/{name}.md" == rule["annotations"]["runbook_url"]
    assert name == title
    assert SECTIONS == sections[1::2]
    assert all(text.strip() for text in sections[2::2])


def test_no_runbook_is_left_over() -> None:
    """A renamed alert takes its page along."""
    assert set(RULES) == {page.stem for page in RUNBOOKS.glob("*.md")}


@each_alert
def test_dashboard_exists(rule: Rule) -> None:
    """The link in a notification leads somewhere."""
    uids = {spec.uid for spec in dashboards.catalogue()}

    assert rule["annotations"]["dashboard_uid"] in uids


@pytest.mark.parametrize(("alerts", "limits"), LIMITS.values(), ids=LIMITS)
def test_panels_change_colour_where_alerts_fire(alerts: dict[str, str], limits: Limits) -> None:
    """A panel that is orange while nothing fires, or the other way round, teaches to ignore it."""
    fired_at = {level: _limit(RULES[name]) for level, name in alerts.items()}

    assert Limits(**fired_at) == limits


def test_no_limit_is_without_an_alert() -> None:
    """A new row in thresholds.py has to be checked here as well."""
    found = {name for name, value in vars(thresholds).items() if isinstance(value, Limits)}

    assert set(LIMITS) == found


def _limit(rule: Rule) -> float:
    """The number at the end of an expression of the form `metric{…} > number`."""
    match = re.fullmatch(r"[\w:]+\{[^}]*\} > ([\d.]+)", rule["expr"].strip())
    assert match, rule["expr"]
    return float(match[1])


@each_alert
def test_description_names_the_limit(rule: Rule) -> None:
    """The number in the text is the one in the expression."""
    told = re.search(r"(?:warning|critical) above (\d+)%", rule["annotations"]["description"])
    by_number = re.search(r"> (0\.\d+)$", rule["expr"].strip())

    assert bool(told) == bool(by_number)
    assert not told or not by_number or int(told[1]) == round(100 * float(by_number[1]))
