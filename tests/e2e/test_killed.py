"""An `up` that is killed, at any moment, is repaired by the next one."""

import random
import time

from tests.e2e.site import Site

KILLS = 10
LONGEST_SECONDS = 25  # after that, `make up` has made all and waits for data


def test_killed_ups_are_repaired(site: Site) -> None:
    """Ten kills at random moments of an `up` from nothing; after the last, one `up` finishes."""
    seed = int(time.time())
    moments = random.Random(seed)  # noqa: S311 (not for secrets)
    site.make("down")

    hits = 0
    while hits < KILLS:
        if site.kill(
            "make", "up", f"STACK={site.stack}", seconds=moments.uniform(0, LONGEST_SECONDS)
        ):
            hits += 1
        else:
            site.make("down")
    site.make("up")

    printed = site.pulumi("preview", "--refresh", "--expect-no-changes")
    containers = [r for r in site.state() if r["type"] == "docker:index/container:Container"]
    assert "unchanged" in printed, f"seed {seed}"
    assert len(containers) == len(site.ids("container")), f"seed {seed}"
    assert not list(site.data.rglob("*.attrs")), "an empty one would end all use of the state"
