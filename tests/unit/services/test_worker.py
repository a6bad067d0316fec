"""The worker loses no job, and measures the queue whether or not it works."""

import asyncio
from typing import cast

import psycopg
import pytest
from prometheus_client import REGISTRY
from starlette.testclient import TestClient

from services.demo import worker as module
from services.demo.incidents import Incident
from services.demo.jobs import Job, Queue
from services.demo.worker import Worker
from tests.e2e.eventually import eventually
from tests.unit.services.fakes import FakeRedis, FakeShop, FakeStores, incidents


class FakeQueue:
    """A queue with one job."""

    def __init__(self) -> None:
        self.taken = 0
        self.left = ["1-0"]

    async def create(self) -> None:
        """Nothing to make."""

    async def take(self) -> Job | None:
        self.taken += 1
        await asyncio.sleep(0)
        return Job(self.left[0], 1) if self.left else None

    async def done(self, job: Job) -> None:
        self.left.remove(job.id)

    async def length(self) -> int:
        return len(self.left)

    async def oldest_age(self) -> float:
        return 7.0


def worker(
    queue: FakeQueue,
    *on: Incident,
    error: Exception | None = None,
    shop: FakeShop | None = None,
    ready: bool = True,
) -> Worker:
    """A worker whose stores are ready, unless they aren't."""
    redis = FakeRedis()
    stores = FakeStores(redis)
    stores.ready = ready
    own, queue_ = (shop or FakeShop(error)).shop, cast(Queue, queue)
    return Worker(own, queue_, stores.stores, incidents(redis, *on), "")


async def for_a_moment(task: object) -> None:
    """Let a task that never ends run for some turns."""
    running = asyncio.ensure_future(task)  # type: ignore[call-overload]
    await asyncio.sleep(0.05)
    running.cancel()


def processed(result: str) -> float:
    labels = {"queue": "orders", "result": result}
    return REGISTRY.get_sample_value("queue_jobs_processed_total", labels) or 0


def test_job_is_done_and_gone() -> None:
    """Order finished, job out of the queue, one more on the counter."""
    queue, before = FakeQueue(), processed("done")

    asyncio.run(for_a_moment(worker(queue).work()))

    assert [] == queue.left
    assert before + 1 == processed("done")


def test_job_for_nothing_is_a_failure() -> None:
    """It would fail for ever: it is counted and dropped."""
    queue, before = FakeQueue(), processed("failed")

    asyncio.run(worker(queue).do(Job("1-0", 2)))

    assert [] == queue.left
    assert before + 1 == processed("failed")


def test_job_stays_when_the_database_goes() -> None:
    """What stops a job leaves it in the queue."""
    queue = FakeQueue()
    gone = psycopg.OperationalError("gone")

    with pytest.raises(psycopg.OperationalError):
        asyncio.run(worker(queue, error=gone).work())

    assert ["1-0"] == queue.left


def test_stuck_worker_takes_nothing_and_still_measures() -> None:
    """The incident shows in the queue's length and age."""
    queue = FakeQueue()
    stuck = worker(queue, Incident.QUEUE_STUCK)

    asyncio.run(for_a_moment(stuck.work()))
    asyncio.run(for_a_moment(stuck.measure()))

    assert 0 == queue.taken
    assert 1 == REGISTRY.get_sample_value("queue_length", {"queue": "orders"})
    assert 7 == REGISTRY.get_sample_value("queue_oldest_job_age_seconds", {"queue": "orders"})


@pytest.mark.parametrize("ready", [True, False])
def test_old_orders_are_forgotten_once_there_is_a_table(
    ready: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Again and again, beside the work."""
    monkeypatch.setattr(module, "PRUNE_SECONDS", 0.001)
    shop = FakeShop()

    asyncio.run(for_a_moment(worker(FakeQueue(), shop=shop, ready=ready).prune()))

    assert ready is (shop.pruned > 1)


def test_prune_is_a_task_of_the_workers() -> None:
    """It runs for as long as the worker does."""
    shop = FakeShop()

    with TestClient(worker(FakeQueue(), shop=shop).app()):
        eventually(lambda: shop.pruned, deadline=5)
