"""Charts as SVG."""

import re
from typing import Any
from xml.etree.ElementTree import Element, fromstring

from verify.drawing.charts import HEIGHT, PIXELS_PER_COLUMN, chart
from verify.drawing.fields import Fields
from verify.frames import Series
from verify.window import Window

WINDOW = Window(start=1_700_000_000_000, end=1_700_000_060_000)
TIMES = tuple(range(WINDOW.start, WINDOW.end + 1, 10_000))


def series(name: str, *values: float | None, ref: str = "A") -> Series:
    return Series(ref=ref, name=name, labels={}, times=TIMES[: len(values)], values=values)


def drawn(*lines: Series, **defaults: Any) -> Element:
    """The drawing, four columns wide; it parses, or the test fails."""
    fields = Fields({"fieldConfig": {"defaults": defaults}})
    return fromstring(chart(fields, lines, WINDOW, 4))  # noqa: S314 (our own text)


def of_class(drawing: Element, name: str) -> list[Element]:
    return [element for element in drawing.iter() if element.get("class") == name]


def test_one_line_for_each_series() -> None:
    """Lines in the colours of their series."""
    drawing = drawn(series("a", 1, 2, 3), series("b", 3, 2, 1))
    colours = [group.get("stroke") for group in drawing.iter("g")]

    assert 2 == len(of_class(drawing, "line")) == len(set(colours))


def test_no_line_across_a_gap() -> None:
    """Two stretches are two lines; a lone sample is a dot."""
    drawing = drawn(series("a", 1, 2, None, 3, 4, None, 5))

    assert 2 == len(of_class(drawing, "line"))
    assert 1 == len(list(drawing.iter("circle")))


def test_all_is_inside_the_drawing() -> None:
    """Neither a value above a fixed top nor one below zero leaves the frame."""
    drawing = drawn(series("a", -5, 0.5, 700), unit="percentunit", max=1)
    places = [
        (float(x), float(y))
        for line in of_class(drawing, "line")
        for x, y in re.findall(r"([\d.-]+) ([\d.-]+)", line.get("d", ""))
    ]

    assert 3 == len(places)
    assert all(0 <= x <= 4 * PIXELS_PER_COLUMN and 0 <= y <= HEIGHT for x, y in places)


def test_stacked_series_stand_on_each_other() -> None:
    """Two equal series end at the height of their sum; where one is missing the other sinks."""
    stacked = {"stacking": {"mode": "normal"}}
    drawing = drawn(series("a", 2, 2, None), series("b", 2, 2, 2), custom=stacked)
    lower, upper = (
        [float(y) for _, y in re.findall(r"([\d.-]+) ([\d.-]+)", line.get("d", ""))]
        for line in of_class(drawing, "line")
    )

    assert lower[0] > upper[0]
    assert lower[0] == upper[2]


def test_bars() -> None:
    """One for each value, none for a gap, and no line between them."""
    drawing = drawn(series("a", 1, None, 3), custom={"drawStyle": "bars"})

    assert 2 == len(of_class(drawing, "bar"))
    assert [] == of_class(drawing, "line")


def test_limits_are_drawn_where_they_are_in_sight() -> None:
    """A threshold is a dashed line in its colour."""
    steps = [
        {"value": None, "color": "#111111"},
        {"value": 0.8, "color": "#222222"},
        {"value": 50, "color": "#333333"},
    ]
    drawing = drawn(series("a", 0.5), max=1, thresholds={"steps": steps})

    assert ["#222222"] == [limit.get("stroke") for limit in of_class(drawing, "limit")]


def test_the_mouse_finds_time_names_and_values() -> None:
    """The greatest first; zero is a value, a gap isn't."""
    lines = series("none", 0), series("most", 0.5), series("gone", None)
    titles = [title.text or "" for title in drawn(*lines, unit="percentunit").iter("title")]

    assert 1 == len(titles)
    assert ["most: 50.0%", "none: 0.0%"] == titles[0].splitlines()[1:]
    assert re.fullmatch(r"\d\d \w+ \d\d:\d\d:\d\d", titles[0].splitlines()[0])


def test_hostile_names_stay_text() -> None:
    """A label can hold anything; it becomes no element and no attribute."""
    hostile = "</title><script>alert(1)</script>\" onload='x' &amp;"
    drawing = drawn(series(hostile, 1, 2), unit='"><b>')

    assert [] == [e for e in drawing.iter() if e.tag in ("script", "b") or "onload" in e.attrib]
    assert hostile in (next(drawing.iter("title")).text or "")
