"""Where an axis has its marks: at round values of its unit, at round times of day."""

import math
from datetime import datetime, timedelta

from verify.drawing.units import is_binary

MARKS = 4
MINUTE = 60
TIME_STEPS = [
    minutes * MINUTE for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)
]


def value_marks(top: float, unit: str) -> list[float]:
    """Round values from 0 up to the first one that isn't below `top`."""
    if top <= 0:
        return [0.0, 1.0]
    step = _round_step(top / MARKS, unit)
    return [step * count for count in range(math.ceil(top / step - 1e-9) + 1)]


def _round_step(least: float, unit: str) -> float:
    if is_binary(unit) and least >= 1:
        return float(2 ** math.ceil(math.log2(least)))
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least * 0.999)


def time_marks(start: int, end: int, count: int) -> dict[int, str]:
    """Round moments in local time between two moments (in ms), each with its label."""
    span = (end - start) / 1000
    step = next((s for s in TIME_STEPS if span / s <= count), TIME_STEPS[-1])
    form = "%H:%M" if step < 720 * MINUTE else "%d %b"
    begin = datetime.fromtimestamp(start / 1000).astimezone()
    offset = int((begin.utcoffset() or timedelta()).total_seconds())
    first = math.ceil((start / 1000 + offset) / step) * step - offset
    return {
        moment * 1000: datetime.fromtimestamp(moment).astimezone().strftime(form)
        for moment in range(first, end // 1000 + 1, step)
    }
