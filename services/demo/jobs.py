"""The queue between web and worker: a Redis stream with a consumer group.

A job leaves the stream when it is done. One whose worker died meanwhile is handed to the next
after a while, so that no crash loses it; it may be done twice.
"""

import socket
import time
from dataclasses import dataclass
from typing import Any

import redis
from prometheus_client import Counter

from services.demo.stores import Redis

QUEUE = "orders"
STREAM = f"demo:queue:{QUEUE}"
GROUP = "workers"
CLAIM_AFTER_MS = 15_000
BLOCK_MS = 1_000

ENQUEUED = Counter("queue_jobs_enqueued_total", "Jobs put into the queue.", ["queue"])


@dataclass(frozen=True)
class Job:
    """An order to work on, under the ID that the stream has given the job."""

    id: str
    order: int


async def enqueue(client: Redis, order: int) -> None:
    """Put an order into the queue."""
    await client.xadd(STREAM, {"order": order})
    ENQUEUED.labels(QUEUE).inc()


class Queue:
    """The worker's side."""

    def __init__(self, client: Redis, *, consumer: str | None = None) -> None:
        self._client = client
        self._consumer = consumer or socket.gethostname()

    async def create(self) -> None:
        """Make the consumer group, unless it is there."""
        try:
            await self._client.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except redis.ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def take(self) -> Job | None:
        """A job that its worker has left lying, else a new one; None after a second without."""
        # Answers differ by Redis' version and protocol in what follows the entries.
        claimed: Any = await self._client.xautoclaim(
            STREAM, GROUP, self._consumer, CLAIM_AFTER_MS, count=1
        )
        if claimed[1]:
            return _job(*claimed[1][0])
        new: Any = await self._client.xreadgroup(
            GROUP, self._consumer, {STREAM: ">"}, count=1, block=BLOCK_MS
        )
        return _job(*new[0][1][0]) if new else None

    async def done(self, job: Job) -> None:
        """Take a job out for good."""
        async with self._client.pipeline(transaction=True) as both:
            both.xack(STREAM, GROUP, job.id)
            both.xdel(STREAM, job.id)
            await both.execute()

    async def length(self) -> int:
        """Jobs that wait or are being worked on."""
        return int(await self._client.xlen(STREAM))

    async def oldest_age(self) -> float:
        """Seconds since the oldest of them was put in; 0 without one."""
        oldest: Any = await self._client.xrange(STREAM, count=1)
        if not oldest:
            return 0.0
        milliseconds = int(oldest[0][0].partition("-")[0])
        return max(0.0, time.time() - milliseconds / 1000)


def _job(entry: str, values: dict[str, str]) -> Job:
    return Job(id=entry, order=int(values["order"]))
