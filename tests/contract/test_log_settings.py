"""Promtail and Loki accept what the settings of logs can say."""

import json

from components import checks, configs
from settings import Settings
from tests.contract.test_configs import RULES
from tests.unit.components.test_logs import ALL

LOKI = {
    "streams": [
        {"selector": '{job="containers", container=~"obs-.*"}', "retention": "24h"},
        {"selector": '{job="journal"}', "retention": "90d"},
    ],
    "limits": {"ingestion-rate-mb": 8, "ingestion-burst-mb": 16, "line-kb": 64},
}


def test_everything_at_once_is_right() -> None:
    """Every format, the journal, own expressions, retention by stream and limits."""
    stack = json.dumps({"log-agent": ALL, "loki": LOKI})
    settings = Settings.model_validate_json(stack)

    checks.check(configs.render(settings, stack="test", rules=RULES))


def test_alloy_stops_no_run() -> None:
    """Nothing here can check Alloy's config, so it is left to Alloy."""
    settings = Settings.model_validate_json(json.dumps({"log-agent": {"kind": "alloy"}}))
    rendered = configs.render(settings, stack="test", rules=RULES)

    assert ["config.alloy"] == list(rendered["log-agent"])
    checks.check(rendered)
