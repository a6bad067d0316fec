"""Grafana Alloy on a host: ships the journal. CI has not run it; the texts are compared only."""

from collections.abc import Mapping

from agents.spec import LogPush
from logs import alloy, journal, redaction
from logs.model import Login, Pipelines

PACKAGE = "alloy"
CONFIG = "/etc/observability/journal.alloy"
CA = "/etc/observability/loki-ca.pem"
DROP_IN = "/etc/systemd/system/alloy.service.d/observability.conf"
SOURCE = "/etc/apt/sources.list.d/observability-grafana.sources"
KEY = "/etc/apt/keyrings/observability-grafana.asc"
KEY_URL = "https://apt.grafana.com/gpg.key"
MAX_AGE = "24h"

_SOURCE_TEXT = f"""\
Types: deb
URIs: https://apt.grafana.com
Suites: stable
Components: main
Signed-By: {KEY}
"""
_DROP_IN_TEXT = f"""\
# The package's own unit, with our config. The package's files stay as they are.
[Service]
ExecStart=
ExecStart=/usr/bin/alloy run --storage.path=/var/lib/alloy/data {CONFIG}
SupplementaryGroups=adm systemd-journal
"""


def texts(logs: LogPush, labels: Mapping[str, str]) -> dict[str, str]:
    """The files of the log agent by path, but for the key of its package repository."""
    ca = {CA: logs.ca} if logs.ca else {}
    return {SOURCE: _SOURCE_TEXT, DROP_IN: _DROP_IN_TEXT, **ca, CONFIG: config(logs, labels)}


def config(logs: LogPush, labels: Mapping[str, str]) -> str:
    """Alloy's config: the journal, without the secrets that we know, with the host's labels."""
    redact = tuple(redaction.stages(redaction.EXPRESSIONS))
    login = Login(user=logs.user, password_file=logs.password_file) if logs.user else None
    return alloy.render(
        Pipelines(
            url=logs.url,
            labels=labels,
            login=login,
            ca_file=CA if logs.ca else "",
            journals=[journal.source(path="", max_age=MAX_AGE, stages=redact)],
        )
    )
