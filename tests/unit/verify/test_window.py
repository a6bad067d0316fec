"""Time ranges and their steps."""

import pytest

from verify.window import Window, last, milliseconds

MINUTE = 60_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [("90s", 90_000), ("30m", 30 * MINUTE), ("6h", 360 * MINUTE), ("1w", 7 * 1440 * MINUTE)],
)
def test_durations(text: str, expected: int) -> None:
    """Seconds to weeks, in milliseconds."""
    assert expected == milliseconds(text)


@pytest.mark.parametrize("text", ["", "5", "0m", "5y", "-5m", "5m ", "now-5m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A mistake doesn't turn into an empty or endless range."""
    with pytest.raises(ValueError, match="isn't a duration"):
        milliseconds(text)


def test_last_ends_now() -> None:
    """The range is as long as asked for."""
    window = last("15m")

    assert window.end - window.start == 15 * MINUTE


@pytest.mark.parametrize(
    ("minutes", "points", "finest", "expected"),
    [
        (15, 480, 15_000, 15_000),
        (360, 480, 15_000, MINUTE),
        (15, 900, 1000, 1000),
        (60 * 24 * 365 * 10, 100, 1000, 86_400_000),
    ],
)
def test_step_is_round_and_no_finer_than_the_source(
    minutes: int, points: int, finest: int, expected: int
) -> None:
    """At most so many points, none closer together than scrapes are."""
    window = Window(start=0, end=minutes * MINUTE)

    assert expected == window.step(points, finest)
