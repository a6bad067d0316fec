"""The numbers at which a panel changes colour: those at which the alerts fire.

A test in tests/rules reads the same numbers out of the alerts' expressions.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Values above which something deserves a look (warning) or a person right now (critical)."""

    warning: float | None = None
    critical: float | None = None


CPU = Limits(warning=0.80)
MEMORY = Limits(critical=0.95)
DISK_SPACE = Limits(warning=0.80, critical=0.90)
