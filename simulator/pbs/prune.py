"""Which snapshots of a group prune keeps, as the server selects them (UTC).

Source: `PruneInfo` in proxmox-backup's pbs-datastore, read; checked against 36 answers of a real
server (tests/contract/pbs).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

PERIODS: dict[str, Callable[[datetime], object]] = {
    "keep-last": lambda moment: moment,
    "keep-hourly": lambda moment: (moment.date(), moment.hour),
    "keep-daily": lambda moment: moment.date(),
    "keep-weekly": lambda moment: moment.isocalendar()[:2],
    "keep-monthly": lambda moment: (moment.year, moment.month),
    "keep-yearly": lambda moment: moment.year,
}
KEEPS = tuple(PERIODS)


def kept(snapshots: Sequence[tuple[int, bool]], keep: Mapping[str, int]) -> list[bool]:
    """For each snapshot, given as its Unix time and whether it is protected: whether it stays.

    Without any keep option all of them stay.
    """
    if not any(keep.get(name) for name in KEEPS):
        return [True] * len(snapshots)
    newest_first = sorted(range(len(snapshots)), key=lambda place: -snapshots[place][0])
    marks: dict[int, bool] = {
        place: True for place, (_, protected) in enumerate(snapshots) if protected
    }
    protected = set(marks)
    for name, period in PERIODS.items():
        if not (count := keep.get(name)):
            continue
        _select(newest_first, snapshots, marks, protected, count, period)
    return [marks.get(place, False) for place in range(len(snapshots))]


def _select(  # noqa: PLR0913
    newest_first: Sequence[int],
    snapshots: Sequence[tuple[int, bool]],
    marks: dict[int, bool],
    protected: set[int],
    count: int,
    period: Callable[[datetime], object],
) -> None:
    """Keep the newest of each of `count` periods that no earlier rule has kept one of."""

    def of(place: int) -> object:
        return period(datetime.fromtimestamp(snapshots[place][0], UTC))

    before = {of(place) for place, mark in marks.items() if mark and place not in protected}
    chosen: set[object] = set()
    for place in newest_first:
        if place in marks or of(place) in before:
            continue
        if of(place) in chosen:
            marks[place] = False
        elif len(chosen) == count:
            break
        else:
            chosen.add(of(place))
            marks[place] = True
