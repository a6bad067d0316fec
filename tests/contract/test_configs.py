"""The servers' own tools accept what we render, and stop a run where they don't."""

from collections.abc import Mapping

import pulumi
import pytest

from components import checks, configs
from components.rendering import Files
from settings import Settings
from toolchain.cache import CHECKOUT

RULES = {path.name: path.read_text() for path in (CHECKOUT / "rules").glob("*.rules.yaml")}


def rendered() -> dict[str, Files]:
    return configs.render(Settings(), stack="test", rules=RULES)


def spoilt(service: str, file: str, old: str, new: str) -> Mapping[str, Files]:
    """All configs, with one text in one of them replaced."""
    files = dict(rendered()[service])
    assert old in files[file]
    return rendered() | {service: files | {file: files[file].replace(old, new, 1)}}


def test_defaults_are_right() -> None:
    """Every config that has a tool to check it passes."""
    assert set(checks.COMMANDS) <= set(rendered())

    checks.check(rendered())


@pytest.mark.parametrize(
    ("service", "file", "old", "new"),
    [
        ("prometheus", "prometheus.yml", "scrape_interval", "scrap_interval"),
        ("prometheus", "rules/hosts.rules.yaml", "1 - avg by", "1 - avg bye"),
        ("alertmanager", "alertmanager.yml", "receiver: nobody", "receiver: somebody"),
        ("loki", "loki.yaml", "retention_period", "retention_peroid"),
        ("log-agent", "promtail.yaml", "pipeline_stages", "pipeline_stagse"),
    ],
)
def test_a_mistake_stops_the_run(service: str, file: str, old: str, new: str) -> None:
    """The message names the service and what its tool says, and no path of a passing folder."""
    with pytest.raises(pulumi.RunError) as caught:
        checks.check(spoilt(service, file, old, new))

    message = str(caught.value)
    assert message.startswith(
        f"the config of {service} is wrong, says {checks.COMMANDS[service][0]}:"
    )
    assert "/check-" not in message


def test_every_mistake_is_told_at_once() -> None:
    """Two wrong configs are two messages."""
    wrong = {**spoilt("loki", "loki.yaml", "retention_period", "x")}
    wrong["alertmanager"] = {"alertmanager.yml": "route: 1"}

    with pytest.raises(pulumi.RunError) as caught:
        checks.check(wrong)

    assert 2 == str(caught.value).count(" is wrong, says ")
