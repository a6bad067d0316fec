"""What stands inside a panel: a number, a chart with its legend, a table, log lines, or why not."""

from collections.abc import Callable, Iterator
from datetime import datetime
from html import escape

from verify.drawing.charts import chart
from verify.drawing.fields import Fields
from verify.frames import LogLine
from verify.queries import PanelResult, State
from verify.window import Window

MOST_LINES = 100


def panel(result: PanelResult, window: Window) -> str:
    """The panel in its place of Grafana's grid; the description shows under the mouse."""
    place = result.panel["gridPos"]
    style = (
        f"grid-column: {int(place['x']) + 1} / span {int(place['w'])}; "
        f"grid-row: {int(place['y']) + 1} / span {int(place['h'])}"
    )
    about = escape(result.panel.get("description", ""))
    title = escape(result.panel.get("title", ""))
    kind = escape(result.panel["type"])
    head = f'<section class="panel {kind}" style="{style}"><h3 title="{about}">{title}</h3>'
    return f"{head}\n{_body(result, window)}\n</section>"


def _body(result: PanelResult, window: Window) -> str:
    if result.state is State.ERROR:
        return "".join(f'<p class="error">{escape(error)}</p>' for error in result.errors)
    if result.state is State.EMPTY:
        return f'<p class="empty">{escape(Fields(result.panel).no_value)}</p>'
    draw = KINDS.get(result.panel["type"], _timeseries)
    return draw(result, window)


def _stat(result: PanelResult, _window: Window) -> str:
    fields = Fields(result.panel)
    several = len(result.series) > 1
    numbers = []
    for one in result.series:
        colour = escape(fields.state_colour(one.last))
        name = f"<small>{escape(one.name)}</small>" if several else ""
        text = escape(fields.text(one.last))
        numbers.append(f'<p class="number" style="color: {colour}">{text}{name}</p>')
    return "\n".join(numbers)


def _timeseries(result: PanelResult, window: Window) -> str:
    fields = Fields(result.panel)
    drawing = chart(fields, result.series, window, int(result.panel["gridPos"]["w"]))
    rows = [
        _row(
            f'<i style="background: {escape(colour)}"></i>{escape(one.name)}',
            escape(fields.text(one.last)),
            escape(fields.text(max((v for v in one.values if v is not None), default=None))),
        )
        for one, colour in zip(result.series, fields.series_colours(result.series), strict=True)
    ]
    head = "<tr><th>Name</th><th>Last</th><th>Max</th></tr>"
    return f'{drawing}\n<table class="legend">{head}{"".join(rows)}</table>'


def _table(result: PanelResult, _window: Window) -> str:
    fields = Fields(result.panel)
    labels = sorted({label for one in result.series for label in one.labels} - {"__name__"})
    head = "".join(f"<th>{escape(label)}</th>" for label in [*labels, "Value"])
    rows = [
        _row(*(escape(one.labels.get(x, "")) for x in labels), escape(fields.text(one.last)))
        for one in result.series
    ]
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _logs(result: PanelResult, _window: Window) -> str:
    newest = sorted(result.lines, key=lambda line: line.time, reverse=True)[:MOST_LINES]
    return f"<ol>{''.join(_log_lines(newest))}</ol>"


def _log_lines(lines: list[LogLine]) -> Iterator[str]:
    for line in lines:
        moment = datetime.fromtimestamp(line.time / 1000).astimezone()
        labels = escape(", ".join(f"{name}={value}" for name, value in sorted(line.labels.items())))
        time = f"<time>{moment:%d %b %H:%M:%S}</time>"
        yield f'<li title="{labels}">{time} {escape(line.text)}</li>'


KINDS: dict[str, Callable[[PanelResult, Window], str]] = {
    "stat": _stat,
    "timeseries": _timeseries,
    "table": _table,
    "logs": _logs,
}
