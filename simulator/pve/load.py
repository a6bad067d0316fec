"""How busy the simulated guests are: a pure function of the time and the guest's number.

A day's curve, highest at 15:00 UTC, with two shorter waves of the guest's own on it. Counters are
the curve's integral, so they never fall, however the clock and the scrapes fall together.
"""

import hashlib
import math
from dataclasses import dataclass

DAY = 86_400.0
PEAK = 15 * 3600.0
DAYS_SHARE = 0.6
# The shares' sum stays below 1, so that a rate is never negative.
WAVES = ((0.25, "hours", 5_000.0, 9_000.0), (0.1, "minutes", 240.0, 900.0))
WEEK = 7 * DAY

RATES = {
    "netin": (2e3, 6e5),
    "netout": (2e3, 9e5),
    "diskread": (1e3, 3e5),
    "diskwrite": (8e3, 8e5),
}
"""Counters, and the bounds of their means in bytes a second."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What one running guest uses at a moment."""

    cpu: float
    """Share of its cores, 0 to 1."""
    memory: float
    """Share of its memory, 0 to 1."""
    disk: float
    """Share of its root disk, 0 to 1."""
    counters: dict[str, int]
    """Bytes since it was started, by the names of RATES."""


def usage(vmid: int, now: float, started: float) -> Usage:
    """The guest's load at `now`, in Unix seconds; counters run from `started`."""
    busy = _curve(vmid, now)
    return Usage(
        cpu=_between(vmid, "cpu", 0.01, 0.4) * busy,
        memory=_between(vmid, "memory", 0.3, 0.7) + 0.1 * busy / 2,
        disk=_between(vmid, "disk", 0.2, 0.6) + 0.1 * ((now + vmid * DAY) % WEEK) / WEEK,
        counters={
            name: int(_between(vmid, name, *bounds) * (_sum(vmid, now) - _sum(vmid, started)))
            for name, bounds in RATES.items()
        },
    )


def seeded(vmid: int, name: str) -> float:
    """A number from 0 to 1 that belongs to the guest."""
    digest = hashlib.sha256(f"{vmid}/{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _between(vmid: int, name: str, low: float, high: float) -> float:
    return low + (high - low) * seeded(vmid, name)


def _sines(vmid: int) -> list[tuple[float, float, float]]:
    """Share, period and the time of a maximum of every wave."""
    own = [
        (share, period := _between(vmid, name, low, high), period * seeded(vmid, f"{name} phase"))
        for share, name, low, high in WAVES
    ]
    return [(DAYS_SHARE, DAY, PEAK), *own]


def _curve(vmid: int, now: float) -> float:
    """1 on average, from 0.05 to 1.95."""
    return 1 + sum(
        share * math.cos(math.tau * (now - peak) / period) for share, period, peak in _sines(vmid)
    )


def _sum(vmid: int, now: float) -> float:
    """The integral of the curve up to `now`."""
    return now + sum(
        share * period / math.tau * math.sin(math.tau * (now - peak) / period)
        for share, period, peak in _sines(vmid)
    )
