"""A time range, and how finely a browser would ask for data in it."""

import re
import time
from dataclasses import dataclass

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
SECOND = 1000
# The steps that Grafana rounds to are of this kind: whole parts of the next unit.
STEPS = [
    step * SECOND
    for step in (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200)
] + [hours * 3600 * SECOND for hours in (3, 6, 12, 24)]


@dataclass(frozen=True, kw_only=True)
class Window:
    """From `start` to `end`, in milliseconds since 1970 as Grafana counts."""

    start: int
    end: int

    def step(self, points: int, finest: int) -> int:
        """Milliseconds between two values: at most `points` of them, none closer than `finest`."""
        exact = max((self.end - self.start) / points, finest)
        return next((step for step in STEPS if step >= exact), STEPS[-1])


def milliseconds(duration: str) -> int:
    """How long a duration like 90s, 30m, 6h or 7d is."""
    match = re.fullmatch(r"(\d+)([smhdw])", duration)
    if not match or not int(match[1]):
        raise ValueError(f"{duration} isn't a duration like 90s, 30m, 6h or 7d")
    return int(match[1]) * UNITS[match[2]] * SECOND


def last(duration: str) -> Window:
    """The time range of this length that ends now."""
    now = int(time.time() * 1000)
    return Window(start=now - milliseconds(duration), end=now)
