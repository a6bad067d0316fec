"""From panels to what Grafana stores: layout, settings that all dashboards share, stable JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DashboardCursorSync, DashboardLinkType

from dashboards.panels import Panel
from dashboards.uids import Folder

TAG = "observability"
Variable = dashboard.DatasourceVariable | dashboard.QueryVariable


@dataclass(frozen=True, kw_only=True)
class DashboardSpec:
    """A dashboard as it is deployed; `json` is the same text each time it is built."""

    uid: str
    title: str
    folder: Folder
    json: str
    panel_ids: frozenset[int]


@dataclass(frozen=True, kw_only=True)
class Row:
    """Panels under a heading; without a title they stand at the top of the page."""

    title: str = ""
    id: int = 0
    panels: Sequence[Panel]


def specify(
    *,
    uid: str,
    title: str,
    question: str,
    folder: Folder,
    variables: Sequence[Variable],
    rows: Sequence[Row],
    since: str = "now-6h",
    refresh: str = "1m",
) -> DashboardSpec:
    """Lay the rows out and encode them; `question` is what the dashboard answers."""
    board = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(question)
        .tags([TAG])
        .readonly()
        .time(since, "now")
        .refresh(refresh)
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .link(_to_the_others())
    )
    for variable in variables:
        board.with_variable(variable)
    for row in rows:
        if row.title:
            board.with_row(dashboard.Row(row.title).id(row.id))
        for panel in row.panels:
            board.with_panel(panel)
    text = JSONEncoder(sort_keys=True, separators=(",", ":")).encode(board.build())
    ids = frozenset(panel["id"] for panel in panels_of(json.loads(text)))
    return DashboardSpec(uid=uid, title=title, folder=folder, json=text, panel_ids=ids)


def panels_of(model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every panel of a dashboard's JSON but the row headings; those in folded rows count too."""
    for panel in model.get("panels", []):
        if panel["type"] == "row":
            yield from panel.get("panels") or []
        else:
            yield panel


def _to_the_others() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("Dashboards").type(DashboardLinkType.DASHBOARDS).tags([TAG])
    return link.as_dropdown(True).include_vars(True).keep_time(True)
