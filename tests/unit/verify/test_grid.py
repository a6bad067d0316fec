"""Series on common moments."""

from verify.drawing.grid import Grid
from verify.frames import Series
from verify.window import Window

WINDOW = Window(start=0, end=60_000)


def series(times: tuple[int, ...], values: tuple[float | None, ...]) -> Series:
    return Series(ref="A", name="a", labels={}, times=times, values=values)


def test_gaps_stay_gaps() -> None:
    """What is before, between and after the samples has no value."""
    one = series((20_000, 30_000, 50_000), (1, 2, 5))
    grid = Grid.of([one], WINDOW)

    assert [None, None, 1, 2, None, 5, None] == grid.row(one)
    assert 20_000 == grid.moment(2)


def test_samples_beside_the_moments_count_for_the_nearest() -> None:
    """Loki and Prometheus round differently."""
    fine = series((0, 10_000, 20_000), (1, 1, 1))
    late = series((11_000, 31_000), (4, 5))
    grid = Grid.of([fine, late], WINDOW)

    assert [None, 4, None, 5, None, None, None] == grid.row(late)


def test_what_isnt_a_number_is_a_gap() -> None:
    """Neither NaN nor infinity can be drawn."""
    one = series((0, 10_000, 20_000), (float("nan"), float("inf"), 3))

    assert [None, None, 3] == Grid.of([one], WINDOW).row(one)[:3]


def test_outside_of_the_window_nothing_is_drawn() -> None:
    """An instant query's answer may lie behind the end."""
    one = series((-10_000, 0, 90_000), (1, 2, 3))

    assert [2, None] == Grid.of([one], WINDOW).row(one)[:2]


def test_nothing_or_a_single_sample_makes_a_grid_too() -> None:
    """There is no distance to take the step from."""
    one = series((30_000,), (1,))

    assert 61 == Grid.of([], WINDOW).length == Grid.of([one], WINDOW).length
    assert [1] == [value for value in Grid.of([one], WINDOW).row(one) if value is not None]


def test_no_finer_than_a_page_can_show() -> None:
    """Samples a millisecond apart over a year don't make a page of gigabytes."""
    one = series((0, 1), (1, 2))
    year = Window(start=0, end=365 * 86_400_000)

    assert Grid.of([one], year).length <= 1441
