"""The panel vocabulary of this repository: every panel is made by one of these functions.

What a reader needs can't be left out, since none of it has a default: an id (which never changes,
so that a link to the panel stays good), a title, a description, a text that says why there is
nothing to show, and wherever there are numbers, their unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TypeVar

from grafana_foundation_sdk.builders import common, logs, stat, table, timeseries
from grafana_foundation_sdk.builders.dashboard import FieldColor, ThresholdsConfig
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    GraphDrawStyle,
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    LogsSortOrder,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)

from dashboards import colours
from dashboards.queries import LogLines, LogQuery, Now, Query
from dashboards.thresholds import Limits

Panel = stat.Panel | timeseries.Panel | logs.Panel | table.Panel
P = TypeVar("P", stat.Panel, timeseries.Panel, logs.Panel, table.Panel)

PERCENT = "percentunit"  # of a share between 0 and 1


@dataclass(frozen=True, kw_only=True)
class About:
    """What every panel says about itself."""

    id: int
    title: str
    description: str
    no_data: str


def number(about: About, query: Query, *, unit: str, limits: Limits | None = None) -> stat.Panel:
    """One big number over a hint of its history; its colour says whether it is all right."""
    panel = _panel(stat.Panel(), about, [query], width=4, height=4).unit(unit)
    if unit == PERCENT:
        panel.min(0).max(1).decimals(1)
    return (
        panel.color_scheme(FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .thresholds(_thresholds(limits))
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.AREA)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )


def state(about: About, query: Query, *, words: Mapping[str, tuple[str, str]]) -> stat.Panel:
    """A number that stands for a state, shown as a word in a colour: value to (word, colour)."""
    results = {
        value: ValueMappingResult(text=word, color=colour, index=index)
        for index, (value, (word, colour)) in enumerate(words.items())
    }
    panel = number(about, query, unit="none").mappings([ValueMap(options=results)])
    return panel.graph_mode(BigValueGraphMode.NONE)


def graph(
    about: About,
    *queries: Query,
    unit: str,
    limits: Limits | None = None,
    names: Mapping[str, str] | None = None,
    stacked: bool = False,
    top: float | None = None,
) -> timeseries.Panel:
    """Lines over time; `names` gives series their colours where one query returns several."""
    panel = _panel(timeseries.Panel(), about, queries, width=8, height=9).unit(unit)
    if top is not None:
        panel.max(top)
    _series_colours(panel, queries, names or {})
    if stacked:
        panel.stacking(common.StackingConfig().mode(StackingMode.NORMAL).group("A"))
    if limits:
        panel.thresholds(_thresholds(limits)).thresholds_style(
            common.GraphThresholdsStyleConfig().mode(GraphTresholdsStyleMode.DASHED)
        )
    return (
        panel.min(0)
        .line_width(1)
        .fill_opacity(40 if stacked else 10)
        .show_points(VisibilityMode.NEVER)
        .tooltip(
            common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
        )
        .legend(_legend())
    )


def bars(about: About, *queries: LogQuery, unit: str, names: Mapping[str, str]) -> timeseries.Panel:
    """Counts for each interval, stacked as bars: a sum over time that no line may connect."""
    panel = graph(about, *queries, unit=unit, names=names, stacked=True)
    return (
        panel.draw_style(GraphDrawStyle.BARS)
        .fill_opacity(80)
        .line_width(0)
        .max_data_points(100)
        .span(24)
        .height(6)
    )


def rows(about: About, query: Now, *, unit: str) -> table.Panel:
    """One row for each series with its labels and its newest value."""
    return _panel(table.Panel(), about, [query], width=12, height=8).unit(unit)


def lines(about: About, query: LogLines) -> logs.Panel:
    """The newest log lines; text has no unit."""
    panel = _panel(logs.Panel(), about, [query], width=24, height=10)
    return (
        panel.show_time(True)
        .wrap_log_message(True)
        .enable_log_details(True)
        .sort_order(LogsSortOrder.DESCENDING)
    )


def _panel(panel: P, about: About, queries: Sequence[Query], *, width: int, height: int) -> P:
    panel.id(about.id).title(about.title).description(about.description)
    panel.no_value(about.no_data).datasource(queries[0].source).span(width).height(height)
    for letter, query in zip(ascii_uppercase, queries, strict=False):
        panel.with_target(query.target().ref_id(letter))
    return panel


def _thresholds(limits: Limits | None) -> ThresholdsConfig:
    levels = limits or Limits()
    steps = [Threshold(value=None, color=colours.OK)]
    if levels.warning is not None:
        steps.append(Threshold(value=levels.warning, color=colours.WARNING))
    if levels.critical is not None:
        steps.append(Threshold(value=levels.critical, color=colours.CRITICAL))
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def _series_colours(
    panel: timeseries.Panel, queries: Sequence[Query], names: Mapping[str, str]
) -> None:
    for letter, query in zip(ascii_uppercase, queries, strict=False):
        if query.colour:
            many = "{{" in query.legend
            mode = FieldColorModeId.SHADES if many else FieldColorModeId.FIXED
            panel.override_by_query(letter, [_colour(mode, query.colour)])
    for name, colour in names.items():
        panel.override_by_name(name, [_colour(FieldColorModeId.FIXED, colour)])


def _colour(mode: FieldColorModeId, colour: str) -> DynamicConfigValue:
    return DynamicConfigValue("color", {"mode": mode, "fixedColor": colour})


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )
