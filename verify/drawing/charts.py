"""A panel's series over time as SVG: axes, lines or bars, limits, and values for the mouse."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from verify.drawing.axes import time_marks, value_marks
from verify.drawing.fields import Fields
from verify.drawing.grid import Grid
from verify.frames import Series
from verify.window import Window

HEIGHT = 230
PIXELS_PER_COLUMN = 66
ABOVE, BELOW, RIGHT = 8, 22, 12
LETTER = 7  # about the width of one
SLICES = 60  # how many moments answer to the mouse
MOST_NAMES = 12  # in one hover text

Edge = tuple[float, float]  # of what is drawn at one moment: lower and upper value
Place = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Where values and moments lie in the drawing."""

    left: float
    right: float
    top: float
    grid: Grid

    def x(self, index: float) -> float:
        return self.left + (self.right - self.left) * index / max(self.grid.length - 1, 1)

    def y(self, value: float) -> float:
        bottom = HEIGHT - BELOW
        share = min(max(value / self.top, 0), 1)
        return bottom - (bottom - ABOVE) * share


def chart(fields: Fields, series: Sequence[Series], window: Window, columns: int) -> str:
    """The drawing for a panel that is so many of Grafana's columns wide."""
    grid = Grid.of(series, window)
    rows = [grid.row(one) for one in series]
    edges = _stacked(rows) if fields.stacked else [_from_zero(row) for row in rows]
    marks = value_marks(_top(fields, edges), fields.unit)
    width = columns * PIXELS_PER_COLUMN
    left = 10 + LETTER * max(len(fields.text(mark)) for mark in marks)
    frame = Frame(left=left, right=width - RIGHT, top=marks[-1], grid=grid)
    parts = [
        *_value_axis(frame, fields, marks),
        *_time_axis(frame, window, columns),
        *_shapes(frame, fields, edges, fields.series_colours(series)),
        *_limits(frame, fields),
        *_hover(frame, fields, [one.name for one in series], rows),
    ]
    head = f'<svg class="chart" viewBox="0 0 {width} {HEIGHT}" role="img">'
    return "\n".join([head, *parts, "</svg>"])


def _from_zero(row: Sequence[float | None]) -> list[Edge | None]:
    return [None if value is None else (0, value) for value in row]


def _stacked(rows: Sequence[Sequence[float | None]]) -> list[list[Edge | None]]:
    """Each series stands on those before it; one without a value takes no room."""
    ground = [0.0] * max(map(len, rows), default=0)
    edges: list[list[Edge | None]] = []
    for row in rows:
        layer: list[Edge | None] = []
        for index, value in enumerate(row):
            layer.append(None if value is None else (ground[index], ground[index] + value))
            ground[index] += value or 0
        edges.append(layer)
    return edges


def _top(fields: Fields, edges: Sequence[Sequence[Edge | None]]) -> float:
    """The panel's own upper end, or the highest value that there is to show."""
    highest = max((edge[1] for row in edges for edge in row if edge), default=0.0)
    return max(fields.top or 0.0, highest)


def _value_axis(frame: Frame, fields: Fields, marks: Sequence[float]) -> Iterator[str]:
    for mark in marks:
        y = f"{frame.y(mark):.1f}"
        yield f'<path class="guide" d="M{frame.left:.1f} {y}H{frame.right:.1f}"/>'
        text = escape(fields.text(mark))
        yield f'<text class="value" x="{frame.left - 5:.1f}" y="{y}" dy="4">{text}</text>'


def _time_axis(frame: Frame, window: Window, columns: int) -> Iterator[str]:
    for moment, label in time_marks(window.start, window.end, count=columns).items():
        x = f"{frame.x((moment - frame.grid.start) / frame.grid.step):.1f}"
        yield f'<path class="guide" d="M{x} {ABOVE}V{HEIGHT - BELOW}"/>'
        yield f'<text class="time" x="{x}" y="{HEIGHT - 6}">{escape(label)}</text>'


def _shapes(
    frame: Frame, fields: Fields, edges: Sequence[list[Edge | None]], colours: Sequence[str]
) -> Iterator[str]:
    for row, colour in zip(edges, colours, strict=True):
        inside = "".join(_bars(frame, row) if fields.as_bars else _lines(frame, fields, row))
        yield f'<g fill="{escape(colour)}" stroke="{escape(colour)}">{inside}</g>'


def _bars(frame: Frame, row: Sequence[Edge | None]) -> Iterator[str]:
    wide = max(frame.x(1) - frame.x(0) - 1, 1)
    for index, edge in enumerate(row):
        if edge:
            y = frame.y(edge[1])
            size = f'width="{wide:.1f}" height="{frame.y(edge[0]) - y:.1f}"'
            yield f'<rect class="bar" x="{frame.x(index) - wide / 2:.1f}" y="{y:.1f}" {size}/>'


def _lines(frame: Frame, fields: Fields, row: Sequence[Edge | None]) -> Iterator[str]:
    area = "stack" if fields.stacked else "area"
    for run in _runs(row):
        upper = [(frame.x(index), frame.y(edge[1])) for index, edge in run]
        lower = [(frame.x(index), frame.y(edge[0])) for index, edge in reversed(run)]
        if len(upper) == 1:
            yield f'<circle cx="{upper[0][0]:.1f}" cy="{upper[0][1]:.1f}" r="1.5"/>'
            continue
        yield f'<path class="{area}" d="{_path(upper + lower)}Z"/>'
        yield f'<path class="line" d="{_path(upper)}"/>'


def _runs(row: Sequence[Edge | None]) -> Iterator[list[tuple[int, Edge]]]:
    """The stretches without a gap: no line may pretend that there was data in one."""
    run: list[tuple[int, Edge]] = []
    for index, edge in enumerate(row):
        if edge:
            run.append((index, edge))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _path(places: Sequence[Place]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)


def _limits(frame: Frame, fields: Fields) -> Iterator[str]:
    for limit, colour in fields.limits:
        if limit <= frame.top:
            path = f"M{frame.left:.1f} {frame.y(limit):.1f}H{frame.right:.1f}"
            yield f'<path class="limit" stroke="{escape(colour)}" d="{path}"/>'


def _hover(
    frame: Frame, fields: Fields, names: Sequence[str], rows: Sequence[Sequence[float | None]]
) -> Iterator[str]:
    """Invisible slices, each with the newest values in it, the greatest one first."""
    length = frame.grid.length
    count = min(SLICES, length)
    wide = (frame.right - frame.left) / count
    for number in range(count):
        begin, end = length * number // count, length * (number + 1) // count
        newest = [(_newest(row[begin:end]), name) for row, name in zip(rows, names, strict=True)]
        found = sorted(((v, name) for v, name in newest if v is not None), reverse=True)
        if not found:
            continue
        moment = datetime.fromtimestamp(frame.grid.moment(end - 1) / 1000).astimezone()
        values = [f"{name}: {fields.text(value)}" for value, name in found[:MOST_NAMES]]
        text = escape("\n".join([f"{moment:%d %b %H:%M:%S}", *values]))
        place = f'x="{frame.left + wide * number:.1f}" y="{ABOVE}" width="{wide:.1f}"'
        high = HEIGHT - BELOW - ABOVE
        yield f'<rect class="slice" {place} height="{high}"><title>{text}</title></rect>'


def _newest(values: Sequence[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)
