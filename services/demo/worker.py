"""Works on the shop's orders, one after the other.

Usage: python -m services.demo.worker --database URL --database-password-file PATH
       --redis URL --redis-password-file PATH [--listen HOST:PORT]
"""

import argparse
import asyncio
import logging

import psycopg
from prometheus_client import Counter, Gauge, Histogram
from starlette.applications import Starlette

from services.demo import stores
from services.demo.incidents import Incident, Incidents
from services.demo.jobs import QUEUE, Job, Queue
from services.demo.shop import Shop
from services.demo.stores import Stores
from services.logs import fields
from services.server import add_listen, make_app, run

LOG = logging.getLogger(__name__)
IDLE_SECONDS = 0.5
MEASURE_SECONDS = 1.0
PRUNE_SECONDS = 60.0
# A session that holds its lock longer would end requests, which wait for a few seconds only.
LOCK_SECONDS = 1.5
FREE_SECONDS = 0.3
LOCK = "LOCK TABLE products, orders IN ACCESS EXCLUSIVE MODE"

LENGTH = Gauge("queue_length", "Jobs that wait or are being worked on.", ["queue"])
AGE = Gauge("queue_oldest_job_age_seconds", "Age of the oldest of them, 0 without one.", ["queue"])
PROCESSED = Counter("queue_jobs_processed_total", "Jobs that were done.", ["queue", "result"])
DURATION = Histogram("queue_job_duration_seconds", "Time that a job took.", ["queue"])


class Worker:
    """Takes jobs from the queue; also the one who locks the tables in `slow-database`."""

    def __init__(
        self, shop: Shop, queue: Queue, stores: Stores, incidents: Incidents, conninfo: str
    ) -> None:
        self._shop = shop
        self._queue = queue
        self._stores = stores
        self._incidents = incidents
        self._conninfo = conninfo

    def app(self) -> Starlette:
        """The worker's tasks, with its metrics."""
        watch = self._incidents.watch
        own = [self.work, self.measure, self.prune, self.lock]
        return make_app(tasks=[self._stores.connect, watch, *own])

    async def work(self) -> None:
        """A task: job after job, unless the incident `queue-stuck` is on."""
        await self._queue.create()
        while True:
            if not self._stores.ready or self._incidents.on(Incident.QUEUE_STUCK):
                await asyncio.sleep(IDLE_SECONDS)
            elif job := await self._queue.take():
                await self.do(job)

    async def do(self, job: Job) -> None:
        """Finish an order. Whatever stops this leaves the job to be taken again later."""
        with DURATION.labels(QUEUE).time():
            found = await self._shop.finish(job.order)
            await self._queue.done(job)
        PROCESSED.labels(QUEUE, "done" if found else "failed").inc()
        if not found:
            LOG.error("no such order", extra=fields(order=job.order))

    async def measure(self) -> None:
        """A task: how long the queue is, also while nobody works on it."""
        while True:
            LENGTH.labels(QUEUE).set(await self._queue.length())
            AGE.labels(QUEUE).set(await self._queue.oldest_age())
            await asyncio.sleep(MEASURE_SECONDS)

    async def prune(self) -> None:
        """A task: the shop forgets old orders, or its table would grow for ever."""
        while True:
            if self._stores.ready:
                await self._shop.prune()
            await asyncio.sleep(PRUNE_SECONDS)

    async def lock(self) -> None:
        """A task: a session that holds a lock, while the incident `slow-database` is on."""
        while True:
            await asyncio.sleep(FREE_SECONDS)
            if self._incidents.on(Incident.SLOW_DATABASE):
                await self._hold_lock()

    async def _hold_lock(self) -> None:
        name = "demo-slow-database"
        connect = psycopg.AsyncConnection.connect(self._conninfo, application_name=name)
        async with await connect as connection:
            await connection.execute(LOCK)
            await asyncio.sleep(LOCK_SECONDS)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="worker", description=__doc__)
    add_listen(parser)
    stores.add_database(parser)
    stores.add_redis(parser)
    options = parser.parse_args()
    both = Stores.of(options)
    worker = Worker(
        Shop(both.pool, both.redis),
        Queue(both.redis),
        both,
        Incidents(both.redis),
        stores.conninfo(options),
    )
    run(worker.app(), options.listen)


if __name__ == "__main__":
    main()
