"""Round marks on the axes, and numbers as people read them."""

import time
from collections.abc import Iterator

import pytest

from verify.drawing.axes import time_marks, value_marks
from verify.drawing.units import show


@pytest.fixture(params=["UTC", "Europe/Berlin", "Asia/Kolkata"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine's time zone; Kolkata is half an hour off the full ones."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (None, "s", "-"),
        (0.876, "percentunit", "87.6%"),
        (12, "percent", "12.0%"),
        (1536, "bytes", "1.50 KiB"),
        (0, "bytes", "0 B"),
        (2_500_000, "bps", "2.50 Mb/s"),
        (90, "s", "1.50 min"),
        (0.25, "s", "250 ms"),
        (259200, "s", "3 days"),
        (12345, "none", "12,345"),
        (3, "parsecs", "3 parsecs"),
    ],
)
def test_units(value: float | None, unit: str, expected: str) -> None:
    """About three digits, prefixes by the unit's kind, unknown units behind the number."""
    assert expected == show(value, unit)


@pytest.mark.parametrize(
    ("top", "unit", "expected"),
    [
        (1, "percentunit", [0, 0.25, 0.5, 0.75, 1]),
        (7, "none", [0, 2, 4, 6, 8]),
        (4 * 1024**3, "bytes", [0, 1024**3, 2 * 1024**3, 3 * 1024**3, 4 * 1024**3]),
        (0, "none", [0, 1]),
        (-3, "none", [0, 1]),
    ],
)
def test_value_marks(top: float, unit: str, expected: list[float]) -> None:
    """Round in the unit's own way, the last one not below the highest value."""
    assert pytest.approx(expected) == value_marks(top, unit)


@pytest.mark.usefixtures("zone")
def test_time_marks_are_round_in_local_time() -> None:
    """Whole hours by the clock on the wall, as many as there is room for."""
    start = 1_700_000_000_000
    marks = time_marks(start, start + 6 * 3_600_000, count=8)

    assert 6 == len(marks)
    assert all(label.endswith(":00") for label in marks.values())
    assert all(start <= moment <= start + 6 * 3_600_000 for moment in marks)
