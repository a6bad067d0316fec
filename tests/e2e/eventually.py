"""The one way in which a test waits."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

PAUSE_SECONDS = 0.25


def eventually(
    check: Callable[[], Result], *, deadline: float, describe: Callable[[], object] | None = None
) -> Result:
    """Call `check` until it returns something true, for at most `deadline` seconds.

    An AssertionError or OSError counts as "not yet"; the last one is the failure's cause.
    """
    end = time.monotonic() + deadline
    last: BaseException | None = None
    while time.monotonic() < end:
        try:
            if result := check():
                return result
            last = None
        except (AssertionError, OSError) as error:
            last = error
        time.sleep(PAUSE_SECONDS)
    state = f": {describe()}" if describe else ""
    raise AssertionError(f"not within {deadline:.0f} s{state}") from last
