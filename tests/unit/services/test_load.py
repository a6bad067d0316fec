"""The load is steady, varied and counts what goes wrong."""

import asyncio
import random
from collections import Counter

import httpx2
import pytest
from prometheus_client import REGISTRY

from services.demo.load import SWING_SECONDS, Load, Visit, pick, rate


def test_rate_swings_around_its_mean() -> None:
    """Over one swing the mean is what was asked for, and the rate is always above 0."""
    rates = [rate(5, second) for second in range(SWING_SECONDS)]

    assert 5 == pytest.approx(sum(rates) / len(rates))
    assert 3.5 == pytest.approx(min(rates))


def test_visits_are_mixed() -> None:
    """Mostly pages, some orders; a few products are asked for again and again."""
    chance = random.Random(1)  # noqa: S311 (the same each time)
    visits = [pick(chance) for _ in range(2000)]
    paths = Counter(visit.path for visit in visits)

    assert 250 < paths["/orders"] < 500
    assert paths["/products/1"] > 20 * paths["/products/50"]
    assert len(paths) > 40


@pytest.mark.parametrize(
    ("status", "reason", "more"), [(200, "status", 0), (404, "status", 0), (503, "status", 1)]
)
def test_failures_are_the_shops(status: int, reason: str, more: int) -> None:
    """A 404 is the visitor's own."""
    before = failures(reason)

    asyncio.run(send(lambda _: httpx2.Response(status)))

    assert before + more == failures(reason)


def test_no_answer_is_a_failure() -> None:
    """A shop that is down doesn't end its load."""
    before = failures("connection")

    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    asyncio.run(send(refuse))

    assert before + 1 == failures("connection")


async def send(answer: object) -> None:
    """One visit to a shop that answers so."""
    transport = httpx2.MockTransport(answer)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(base_url="http://web", transport=transport) as client:
        await Load(client, 5).send(Visit("GET", "/products/1"))


def failures(reason: str) -> float:
    return REGISTRY.get_sample_value("load_requests_failed_total", {"reason": reason}) or 0
