"""The simulated load is believable: it has days, bounds, and counters that never fall."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.pve.load import DAY, PEAK, RATES, usage

VMIDS = st.integers(min_value=100, max_value=999_999_999)
# Years that anybody may run it in.
TIMES = st.floats(min_value=1.7e9, max_value=2.2e9)


@given(vmid=VMIDS, now=TIMES)
def test_shares_are_shares(vmid: int, now: float) -> None:
    """Nobody uses more than there is, and nobody nothing."""
    load = usage(vmid, now, now)

    assert 0 < load.cpu < 1
    assert 0.2 < load.memory < 0.9
    assert 0.1 < load.disk < 0.8


@given(vmid=VMIDS, now=TIMES, later=st.floats(min_value=1, max_value=1e6))
def test_counters_never_fall(vmid: int, now: float, later: float) -> None:
    """However far apart two looks are; from the start on they are not negative."""
    started = now - 3600
    before, after = (usage(vmid, at, started).counters for at in (now, now + later))

    assert set(RATES) == set(before)
    assert all(0 <= before[name] <= after[name] for name in RATES)


@given(vmid=VMIDS, now=TIMES)
def test_same_moment_is_the_same_load(vmid: int, now: float) -> None:
    """Two looks at one moment, in one process or two, see the same."""
    assert usage(vmid, now, now - DAY) == usage(vmid, now, now - DAY)


@given(vmid=VMIDS, day=st.integers(min_value=20_000, max_value=25_000))
def test_days_are_busier_than_nights(vmid: int, day: int) -> None:
    """Over an hour, which levels the short waves: most at 15:00 UTC, least at 3:00."""
    afternoon, night = (
        sum(usage(vmid, day * DAY + at + 60 * minute, day * DAY).cpu for minute in range(60))
        for at in (PEAK - 1800, PEAK - 1800 - DAY / 2)
    )

    assert afternoon > 1.3 * night


def test_guests_differ() -> None:
    """A dozen guests are a dozen loads."""
    assert 12 == len({usage(vmid, 1.8e9, 1.8e9).cpu for vmid in range(100, 112)})


def test_rate_is_the_load() -> None:
    """A counter grows fastest where the load is highest, by what the curve says."""
    noon = 20_000 * DAY + PEAK
    grown = [
        usage(101, at + 600, noon - DAY).counters["netin"]
        - usage(101, at, noon - DAY).counters["netin"]
        for at in (noon, noon + DAY / 2)
    ]
    busy = [
        sum(usage(101, at + 60 * minute, at).cpu for minute in range(10))
        for at in (noon, noon + DAY / 2)
    ]

    assert abs(grown[0] / grown[1] - busy[0] / busy[1]) < 0.1 * grown[0] / grown[1]
