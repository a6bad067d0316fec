"""A dashboard's variables, resolved as a browser does when it opens the page."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from verify.grafana import Grafana, GrafanaError
from verify.sources import Source
from verify.window import Window

REFERENCE = re.compile(r"\$(\w+)|\$\{(\w+)(?::\w+)?\}|\[\[(\w+)\]\]")
LABEL_VALUES = re.compile(r"label_values\(\s*(?P<selector>.+?)\s*,\s*(?P<label>\w+)\s*\)")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in place of variables; `$__interval` and its like are left to Grafana."""

    def value(match: re.Match[str]) -> str:
        name = next(group for group in match.groups() if group)
        return values.get(name, match[0])

    return REFERENCE.sub(value, text)


def resolve(
    grafana: Grafana,
    model: dict[str, Any],
    *,
    known: Sequence[Source],
    window: Window,
    chosen: Mapping[str, str],
) -> dict[str, str]:
    """The value of each variable, in order, since a later one may use an earlier one's.

    What the caller chose comes first, then what the dashboard has as its current value if that is
    still on offer, then the first value on offer; with nothing on offer, the empty text.
    """
    values: dict[str, str] = {}
    for variable in (model.get("templating") or {}).get("list") or []:
        name, kind = variable["name"], variable["type"]
        if kind == "datasource":
            offered = [source.uid for source in known if source.kind == variable["query"]]
        elif kind == "query":
            offered = _label_values(grafana, variable, window, values)
        else:
            raise GrafanaError(f"variable {name}: its kind, {kind}, isn't understood")
        current = (variable.get("current") or {}).get("value")
        wanted = chosen.get(name, current)
        values[name] = wanted if wanted in offered else next(iter(offered), "")
    return values


def _label_values(
    grafana: Grafana, variable: dict[str, Any], window: Window, values: Mapping[str, str]
) -> list[str]:
    query = variable["query"]
    text = fill(query["query"] if isinstance(query, dict) else query, values)
    match = LABEL_VALUES.fullmatch(text)
    if not match:
        raise GrafanaError(f"variable {variable['name']}: its query isn't understood: {text}")
    source = fill(variable["datasource"]["uid"], values)
    answer = grafana.get(
        f"/api/datasources/uid/{source}/resources/api/v1/label/{match['label']}/values",
        {
            "match[]": match["selector"],
            "start": window.start // 1000,
            "end": window.end // 1000,
        },
    )
    return sorted(answer["data"])
