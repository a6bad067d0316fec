"""Walks dashboards and runs every query of every panel through Grafana, as a browser does."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dashboards.spec import panels_of
from verify import frames
from verify.grafana import Grafana, GrafanaError, NotFoundError
from verify.sources import Source, finest_of, sources
from verify.variables import fill, resolve
from verify.window import Window, last

GRID_COLUMNS = 24
PAGE_POINTS = 1440  # values that a page's width has room for, one each device pixel or so
AT_ONCE = 4  # a browser asks for several panels at a time; Grafana shouldn't be swamped either


class State(StrEnum):
    """What came of a panel's queries."""

    DATA = "data"
    EMPTY = "no data"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class PanelResult:
    """A panel as Grafana has it, what its queries returned, and how long that took."""

    panel: dict[str, Any]
    series: tuple[frames.Series, ...] = ()
    lines: tuple[frames.LogLine, ...] = ()
    errors: tuple[str, ...] = ()
    executed: tuple[str, ...] = ()
    seconds: float = 0

    @property
    def state(self) -> State:
        """An error in one query counts even where another one has data."""
        if self.errors:
            return State.ERROR
        found = self.lines or any(series.last is not None for series in self.series)
        return State.DATA if found else State.EMPTY


@dataclass(frozen=True, kw_only=True)
class DashboardResult:
    """A dashboard with the results of its panels; `error` says why there are none."""

    uid: str
    title: str
    window: Window
    description: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    panels: tuple[PanelResult, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    error: str = ""


def run(
    grafana: Grafana,
    uid: str,
    window: Window | None = None,
    chosen: Mapping[str, str] | None = None,
) -> DashboardResult:
    """Open the dashboard that Grafana has under this uid, and run all of its queries.

    Without a window the dashboard's own range counts. A dashboard that can't be opened says so in
    its result, so that the others are still looked at; a Grafana that can't be reached is an error.
    """
    try:
        model = grafana.get(f"/api/dashboards/uid/{uid}")["dashboard"]
    except NotFoundError:
        nothing = window or last("1h")
        return DashboardResult(uid=uid, title=uid, window=nothing, error="isn't in Grafana")
    window = window or last(model["time"]["from"].removeprefix("now-"))
    known = sources(grafana)
    try:
        values = resolve(grafana, model, known=known, window=window, chosen=chosen or {})
    except GrafanaError as error:
        return DashboardResult(uid=uid, title=model["title"], window=window, error=str(error))
    asker = _Asker(grafana, known, window, values)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return DashboardResult(
            uid=uid,
            title=model["title"],
            description=model.get("description", ""),
            window=window,
            variables=values,
            panels=tuple(pool.map(asker.panel, panels_of(model))),
            rows=tuple(panel for panel in model["panels"] if panel["type"] == "row"),
        )


@dataclass(frozen=True)
class _Asker:
    """What all panels of one dashboard have in common when their queries are run."""

    grafana: Grafana
    known: Sequence[Source]
    window: Window
    values: Mapping[str, str]

    def panel(self, panel: dict[str, Any]) -> PanelResult:
        targets = [target for target in panel.get("targets") or [] if not target.get("hide")]
        body = {
            "from": str(self.window.start),
            "to": str(self.window.end),
            "queries": [self._query(panel, target) for target in targets],
        }
        begun = time.monotonic()
        try:
            answers = self.grafana.query(body)
        except GrafanaError as error:
            return PanelResult(panel=panel, errors=(str(error),), seconds=time.monotonic() - begun)
        return _result(panel, answers, time.monotonic() - begun)

    def _query(self, panel: dict[str, Any], target: dict[str, Any]) -> dict[str, Any]:
        width = PAGE_POINTS * panel["gridPos"]["w"] // GRID_COLUMNS
        points = panel.get("maxDataPoints") or max(100, width)
        source = target.get("datasource") or panel["datasource"]
        uid = fill(source["uid"], self.values)
        return {
            **target,
            "expr": fill(target["expr"], self.values),
            "datasource": {**source, "uid": uid},
            "intervalMs": self.window.step(points, finest_of(self.known, uid)),
            "maxDataPoints": points,
        }


def _result(panel: dict[str, Any], answers: dict[str, Any], seconds: float) -> PanelResult:
    series: list[frames.Series] = []
    lines: list[frames.LogLine] = []
    for ref, answer in sorted(answers.items()):
        more_series, more_lines = frames.read(ref, answer)
        series.extend(more_series)
        lines.extend(more_lines)
    return PanelResult(
        panel=panel,
        series=tuple(series),
        lines=tuple(lines),
        errors=tuple(f"query {ref}: {a['error']}" for ref, a in answers.items() if a.get("error")),
        executed=tuple(text for a in answers.values() if (text := frames.executed(a))),
        seconds=seconds,
    )
