"""Grafana Alloy on a host: ships the journal. CI has not run it; the texts are compared only."""

import json
from collections.abc import Mapping

from agents.spec import LogPush

PACKAGE = "alloy"
CONFIG = "/etc/observability/journal.alloy"
DROP_IN = "/etc/systemd/system/alloy.service.d/observability.conf"
SOURCE = "/etc/apt/sources.list.d/observability-grafana.sources"
KEY = "/etc/apt/keyrings/observability-grafana.asc"
KEY_URL = "https://apt.grafana.com/gpg.key"

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
    return {SOURCE: _SOURCE_TEXT, DROP_IN: _DROP_IN_TEXT, CONFIG: config(logs, labels)}


def config(logs: LogPush, labels: Mapping[str, str]) -> str:
    """Alloy's config: every line of the journal, with the host's labels and its unit."""
    lines = [f"    {name} = {_quoted(value)}," for name, value in sorted(labels.items())]
    login = ""
    if logs.user:
        login = f"""
    basic_auth {{
      username      = {_quoted(logs.user)}
      password_file = {_quoted(logs.password_file)}
    }}"""
    return f"""\
loki.relabel "journal" {{
  forward_to = []
  rule {{
    source_labels = ["__journal__systemd_unit"]
    target_label  = "unit"
  }}
}}

loki.source.journal "journal" {{
  forward_to    = [loki.write.loki.receiver]
  relabel_rules = loki.relabel.journal.rules
  labels        = {{ job = "journal" }}
}}

loki.write "loki" {{
  endpoint {{
    url = {_quoted(logs.url)}{login}
  }}
  external_labels = {{
{chr(10).join(lines)}
  }}
}}
"""


def _quoted(text: str) -> str:
    # Alloy's strings are Go's, which know all of JSON's escapes but surrogates.
    return json.dumps(text, ensure_ascii=False)
