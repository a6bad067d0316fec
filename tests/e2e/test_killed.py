"""An `up` that is killed, at any moment, is repaired by the next one."""

import os
import random
import signal
import subprocess
import time

from tests.e2e.site import Site

KILLS = 10
LONGEST_SECONDS = 40.0


def kill(site: Site, seconds: float) -> bool:
    """Start `make up` and SIGKILL all of it after `seconds`; whether it was still running."""
    child = site.start("make", "up", f"STACK={site.stack}")
    try:
        child.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return True
    return False


def test_killed_ups_are_repaired(site: Site) -> None:
    """Ten kills at random moments of an `up` from nothing; after the last, one `up` finishes."""
    seed = int(time.time())
    moments = random.Random(seed)  # noqa: S311 (not for secrets)
    site.make("down")
    killed = [kill(site, moments.uniform(1, LONGEST_SECONDS)) for _ in range(KILLS)]

    site.make("up")

    assert any(killed), f"seed {seed}"
    printed = site.pulumi("preview", "--refresh", "--expect-no-changes")
    assert "unchanged" in printed, f"seed {seed}"
    assert len(site.ids("container")) == len(
        [r for r in site.state() if r["type"] == "docker:index/container:Container"]
    ), f"seed {seed}"
