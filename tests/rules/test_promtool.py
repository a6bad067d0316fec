"""Prometheus' own tool on every rule file and its tests."""

import subprocess

import pytest

from tests.rules.rulefiles import FOLDER, RuleFile, rule_files
from toolchain.cache import tool

each_file = pytest.mark.parametrize("file", rule_files(), ids=lambda file: file.path.stem)


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [tool("promtool"), *arguments], capture_output=True, text=True, check=False
    )


@each_file
def test_rules_are_valid(file: RuleFile) -> None:
    """promtool accepts the file; a rule that stands there twice counts as a mistake."""
    done = promtool("check", "rules", "--lint=all", "--lint-fatal", str(file.path))

    assert 0 == done.returncode, done.stdout + done.stderr


@each_file
def test_rules_pass_their_tests(file: RuleFile) -> None:
    """Each case of the test file gives what it says."""
    done = promtool("test", "rules", str(file.test_path))

    assert 0 == done.returncode, done.stdout + done.stderr


def test_each_rule_file_has_a_test_file_and_the_other_way_round() -> None:
    """x.rules.yaml and x.test.yaml are a pair; there is at least one."""
    pairs = {file.test_path for file in rule_files()}

    assert pairs == set(FOLDER.rglob("*.test.yaml"))
    assert pairs
    assert set(FOLDER.rglob("*.yaml")) == pairs | {file.path for file in rule_files()}
