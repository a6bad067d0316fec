"""Calendar events as Proxmox writes them: `daily`, `sun 04:00`, `mon..fri *-*-1..7 02:30`.

The grammar is that of PBS' and PVE's documentation, "Calendar Events". Times are UTC.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
KEYWORDS = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    "semiannually": "*-01,07-01 00:00:00",
    "semi-annually": "*-01,07-01 00:00:00",
    "yearly": "*-01-01 00:00:00",
    "annually": "*-01-01 00:00:00",
}
FARTHEST = timedelta(days=366 * 9)  # further than any two leap days lie apart


class CalendarError(ValueError):
    """A text that is no calendar event."""


@dataclass(frozen=True)
class Event:
    """The allowed values of each part; None where every one is."""

    weekdays: frozenset[int] | None
    years: frozenset[int] | None
    months: frozenset[int] | None
    days: frozenset[int] | None
    hours: frozenset[int]
    minutes: frozenset[int]
    seconds: frozenset[int]

    def after(self, moment: float) -> int | None:
        """The first second after `moment` (Unix time) that fits; None where none ever does."""
        start = datetime.fromtimestamp(int(moment), UTC) + timedelta(seconds=1)
        day = start.replace(hour=0, minute=0, second=0)
        while day - start < FARTHEST:
            if self._fits(day) and (found := self._first_on(day, start)):
                return int(found.timestamp())
            day += timedelta(days=1)
        return None

    def _fits(self, day: datetime) -> bool:
        parts = (
            (self.weekdays, day.weekday()),
            (self.years, day.year),
            (self.months, day.month),
            (self.days, day.day),
        )
        return all(allowed is None or value in allowed for allowed, value in parts)

    def _first_on(self, day: datetime, start: datetime) -> datetime | None:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                for second in sorted(self.seconds):
                    moment = day.replace(hour=hour, minute=minute, second=second)
                    if moment >= start:
                        return moment
        return None


def parse(text: str) -> Event:
    """The event that the text stands for; a CalendarError in the server's words otherwise."""
    words = KEYWORDS.get(text, text).lower().split()
    weekdays, clock = None, "00:00:00"
    years, months, days = "*", "*", "*"
    if not words:
        raise CalendarError("unable to parse calendar event - empty string")
    try:
        if words[0][0].isalpha():
            weekdays = _weekdays(words.pop(0))
        if words and re.fullmatch(r"[\d*.,/]+(-[\d*.,/]+){1,2}", words[0]):
            *year, months, days = words.pop(0).split("-")
            years = year[0] if year else "*"
        if words:
            clock = words.pop(0)
        hours, minutes, seconds = _clock(" ".join([clock, *words]))
        return Event(
            weekdays,
            _values(years, 1970, 2200),
            _values(months, 1, 12),
            _values(days, 1, 31),
            _values(hours, 0, 23) or frozenset(range(24)),
            _values(minutes, 0, 59) or frozenset(range(60)),
            _values(seconds, 0, 59) or frozenset(range(60)),
        )
    except ValueError:
        # The real parser names where it stopped; recorded is the one for a wrong weekday.
        rest = text.split(maxsplit=1)[0]
        raise CalendarError(
            f"unable to parse calendar event at '{rest}' - Context(\"weekday\")"
        ) from None


def next_run(schedule: str | None, now: float) -> dict[str, int]:
    """When a schedule is next due, as job lists say it; nothing without a schedule."""
    due = parse(schedule).after(now) if schedule else None
    return {"next-run": due} if due else {}


def _clock(text: str) -> tuple[str, str, str]:
    """Hours, minutes and seconds; a time without a colon stands for minutes of every hour."""
    parts = text.split(":")
    if len(parts) == 1:
        return "*", parts[0], "00"
    if len(parts) > 3:
        raise ValueError(text)
    return parts[0], parts[1], parts[2] if parts[2:] else "00"


def _weekdays(text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("..")
        start, end = _weekday(first), _weekday(last or first)
        if start > end:
            raise ValueError(part)
        found |= set(range(start, end + 1))
    return frozenset(found)


def _weekday(text: str) -> int:
    return (DAYS if text in DAYS else NAMES).index(text)


def _values(text: str, least: int, most: int) -> frozenset[int] | None:
    """The values of `*`, `5`, `1..7`, `*/15` or a list of such; None for all of them."""
    if text == "*":
        return None
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("..")
        start = least if first == "*" else int(first)
        end = int(last) if last else (most if step else start)
        if not least <= start <= end <= most or (step and int(step) < 1):
            raise ValueError(text)
        found |= set(range(start, end + 1, int(step) if step else 1))
    return frozenset(found)
