"""The page as a browser reads it."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from verify.drawing.page import page
from verify.frames import LogLine, Series
from verify.queries import DashboardResult, PanelResult
from verify.window import Window

WINDOW = Window(start=1_700_000_000_000, end=1_700_000_900_000)
MADE = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTILE = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>\"' &lt;"
VOID = {"meta", "br", "img", "link"}


class Reader(HTMLParser):
    """Collects elements and text, and fails where elements aren't closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert [] == self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


def panel(kind: str, *series: Series, title: str = "Panel", **more: Any) -> PanelResult:
    model = {
        "type": kind,
        "title": title,
        "description": more.pop("description", "About it"),
        "gridPos": {"x": 8, "y": 4, "w": 8, "h": 9},
        "fieldConfig": {"defaults": {"unit": "bytes", "noValue": "Nothing here"}},
    }
    return PanelResult(panel=model, series=series, **more)


def series(*values: float | None, name: str = "free") -> Series:
    times = tuple(range(WINDOW.start, WINDOW.start + 15_000 * len(values), 15_000))
    return Series(ref="A", name=name, labels={"device": name}, times=times, values=values)


def read(*panels: PanelResult, **more: Any) -> Reader:
    result = DashboardResult(uid="x", title="Host", window=WINDOW, panels=panels, **more)
    return Reader(page([result], stack="local", made=MADE))


def test_the_top_says_what_it_is() -> None:
    """Stack, moment, time range, chosen variables and in how many panels there is data."""
    read_ = read(panel("stat", series(1)), panel("stat"), variables={"host": "alpha"})

    assert "Dashboards of stack local" in read_.text
    assert "Made 2026-11-23 12:00:00 UTC" in read_.text
    assert "1 of 2 panels have data" in read_.text
    assert "host = alpha" in read_.text
    assert re.search(r"2023-11-\d\d \d\d:\d\d:20 \w* ?to ", read_.text)


def test_a_number_is_shown_with_its_unit() -> None:
    """The newest value that isn't a gap."""
    assert "2 KiB" in read(panel("stat", series(1024, 2048, None))).text


def test_a_chart_has_a_legend() -> None:
    """Name, last and greatest value of each series."""
    read_ = read(panel("timeseries", series(4096, 1024), series(5, name="other")))
    cells = [text for text in read_.texts if text.strip()]

    assert ["free", "1 KiB", "4 KiB", "other", "5 B", "5 B"] == cells[-6:]
    assert "svg" in [tag for tag, _ in read_.tags]


def test_a_table_has_a_row_for_each_series() -> None:
    """Labels are columns, the value comes last."""
    read_ = read(panel("table", series(1024, name="vda"), series(2048, name="vdb")))
    cells = [text for text in read_.texts if text.strip()]

    assert ["device", "Value", "vda", "1 KiB", "vdb", "2 KiB"] == cells[-6:]


def test_log_lines_come_newest_first() -> None:
    """Each with its time."""
    lines = tuple(
        LogLine(time=WINDOW.start + i * 1000, text=f"line {i}", labels={"job": "files"})
        for i in range(2)
    )
    text = read(panel("logs", lines=lines)).text

    assert text.index("line 1") < text.index("line 0")


def test_an_empty_panel_says_why() -> None:
    """With its own words for that; a failed one with the error."""
    text = read(panel("timeseries"), panel("stat", errors=("query A: it broke",))).text

    assert "Nothing here" in text
    assert "query A: it broke" in text


def test_a_dashboard_that_cant_be_opened_says_why() -> None:
    """The heading is there all the same."""
    text = read(error="isn't in Grafana").text

    assert "Host" in text
    assert "isn't in Grafana" in text


def test_panels_lie_in_grafanas_grid() -> None:
    """Counted from 1 in CSS."""
    read_ = read(panel("stat", series(1)), rows=({"title": "Disks", "gridPos": {"y": 3}},))
    styles = [attributes.get("style") for _, attributes in read_.tags]

    assert "grid-column: 9 / span 8; grid-row: 5 / span 9" in styles
    assert "grid-area: 4 / 1 / auto / -1" in styles
    assert "Disks" in read_.text


def hostile_panels() -> list[PanelResult]:
    line = LogLine(time=WINDOW.start, text=HOSTILE, labels={HOSTILE: HOSTILE})
    bad = series(1, 2, name=HOSTILE)
    kinds = ("stat", "timeseries", "table", "invented")
    return [
        *(panel(kind, bad, bad, title=HOSTILE, description=HOSTILE) for kind in kinds),
        panel("logs", lines=(line,), title=HOSTILE),
        panel("stat", errors=(HOSTILE,)),
    ]


@pytest.mark.parametrize("where", ["panels", "dashboard"])
def test_hostile_text_stays_text(where: str) -> None:
    """Log lines, labels and titles hold whatever somebody wrote into them."""
    if where == "panels":
        read_ = read(*hostile_panels())
    else:
        read_ = read(description=HOSTILE, error=HOSTILE, variables={HOSTILE: HOSTILE})
    attributes = {name for _, found in read_.tags for name in found}

    assert set() == {"script", "img"} & {tag for tag, _ in read_.tags}
    assert set() == {name for name in attributes if name.startswith("on")}
    assert HOSTILE in read_.text


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No reference to another file, and a policy that forbids any."""
    read_ = read(panel("timeseries", series(1, 2)))
    attributes = [found for _, found in read_.tags]

    assert [] == [found for found in attributes if {"src", "href"} & found.keys()]
    assert ["default-src 'none'; style-src 'unsafe-inline'"] == [
        found["content"] for found in attributes if "http-equiv" in found
    ]


def test_light_and_dark() -> None:
    """The page follows what the reader has set."""
    assert "@media (prefers-color-scheme: dark)" in read().text
