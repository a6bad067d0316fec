"""The rule files and their test files, as data."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from toolchain.cache import CHECKOUT

FOLDER = CHECKOUT / "rules"
Rule = dict[str, Any]


@dataclass(frozen=True)
class RuleFile:
    """A rule file with the test file that belongs to it."""

    path: Path

    @property
    def test_path(self) -> Path:
        return self.path.with_name(self.path.name.replace(".rules.yaml", ".test.yaml"))

    @property
    def rules(self) -> list[Rule]:
        groups = yaml.safe_load(self.path.read_text())["groups"]
        return [rule for group in groups for rule in group["rules"]]

    @property
    def alerts(self) -> list[Rule]:
        return [rule for rule in self.rules if "alert" in rule]

    @property
    def records(self) -> list[Rule]:
        return [rule for rule in self.rules if "record" in rule]

    @property
    def tests(self) -> list[dict[str, Any]]:
        tests: list[dict[str, Any]] = yaml.safe_load(self.test_path.read_text())["tests"]
        return tests

    def cases(self, alert: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Every case of an alert together with the test that it stands in."""
        for test in self.tests:
            for case in test.get("alert_rule_test") or []:
                if case["alertname"] == alert:
                    yield test, case


def rule_files() -> list[RuleFile]:
    """All of ours."""
    return [RuleFile(path) for path in sorted(FOLDER.rglob("*.rules.yaml"))]
