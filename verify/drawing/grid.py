"""Moments at even distances, so that series can be stacked and be read off at one moment."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

from verify.frames import Series
from verify.window import Window

MOST = 1440  # moments that a page's width has room for


@dataclass(frozen=True, kw_only=True)
class Grid:
    """`length` moments from `start` on, `step` milliseconds apart."""

    start: int
    step: int
    length: int

    @classmethod
    def of(cls, series: Sequence[Series], window: Window) -> Self:
        """As fine as the finest series, over the whole window and not just where there is data."""
        span = max(window.end - window.start, 1)
        gaps = [after - before for one in series for before, after in pairwise(sorted(one.times))]
        finest = min((gap for gap in gaps if gap > 0), default=span // 60)
        step = max(finest, math.ceil(span / MOST), 1)
        return cls(start=window.start, step=step, length=span // step + 1)

    def row(self, one: Series) -> list[float | None]:
        """The series' value at each moment; None where it has none."""
        row: list[float | None] = [None] * self.length
        for time, value in zip(one.times, one.values, strict=True):
            index = round((time - self.start) / self.step)
            if 0 <= index < self.length and value is not None and math.isfinite(value):
                row[index] = value
        return row

    def moment(self, index: int) -> int:
        """The moment in milliseconds since 1970."""
        return self.start + index * self.step
