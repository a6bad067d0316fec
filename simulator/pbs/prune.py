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
    moments = [datetime.fromtimestamp(time, UTC) for time, _ in snapshots]
    protected = {place for place, (_, is_protected) in enumerate(snapshots) if is_protected}
    marks = dict.fromkeys(protected, True)
    for name, period in PERIODS.items():
        if not (count := keep.get(name)):
            continue
        periods = [period(moment) for moment in moments]
        covered = {periods[place] for place in marks if marks[place] and place not in protected}
        open_ones = [p for p in newest_first if p not in marks and periods[p] not in covered]
        marks |= _first_of_each(open_ones, periods, count)
    return [marks.get(place, False) for place in range(len(snapshots))]


def _first_of_each(places: Sequence[int], periods: Sequence[object], count: int) -> dict[int, bool]:
    """The first of each of `count` periods stays; those of the same period that follow don't."""
    marks: dict[int, bool] = {}
    chosen: set[object] = set()
    for place in places:
        fresh = periods[place] not in chosen
        if fresh and len(chosen) == count:
            break
        chosen.add(periods[place])
        marks[place] = fresh
    return marks
