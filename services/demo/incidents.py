"""Named troubles: a key in Redis for each that is on, gone after a while at the latest."""

import asyncio
from enum import StrEnum

from services.demo.stores import Redis

PREFIX = "demo:incident:"
LONGEST_SECONDS = 3600
EVERY_SECONDS = 1.0


class Incident(StrEnum):
    """What can be wrong."""

    ERRORS = "errors"
    """The web answers 500 to a third of the requests."""
    SLOW_DATABASE = "slow-database"
    """A session locks the shop's tables, again and again."""
    QUEUE_STUCK = "queue-stuck"
    """The worker takes no jobs."""
    FULL_DISK = "full-disk"
    """A process fills its file system."""
    LOG_STORM = "log-storm"
    """The web writes hundreds of lines a second."""


async def start(redis: Redis, incident: Incident, seconds: int = LONGEST_SECONDS) -> None:
    """Begin it, or begin its time anew."""
    await redis.set(f"{PREFIX}{incident}", "on", ex=seconds)


async def stop(redis: Redis) -> None:
    """End all of them; who caused the trouble sees it within a second and cleans up."""
    await redis.delete(*(f"{PREFIX}{incident}" for incident in Incident))


async def active(redis: Redis) -> dict[Incident, int]:
    """Those that are on, each with the seconds that are left."""
    left = {incident: int(await redis.ttl(f"{PREFIX}{incident}")) for incident in Incident}
    return {incident: seconds for incident, seconds in left.items() if seconds >= 0}


class Incidents:
    """What a service knows of them, at most a second old."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._on: frozenset[Incident] = frozenset()

    def on(self, incident: Incident) -> bool:
        """Whether it is."""
        return incident in self._on

    async def watch(self) -> None:
        """A task: look once a second. Without Redis nothing is on."""
        try:
            while True:
                self._on = frozenset(await active(self._redis))
                await asyncio.sleep(EVERY_SECONDS)
        finally:
            self._on = frozenset()
