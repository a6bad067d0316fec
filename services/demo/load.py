"""Visitors of the shop: a steady stream of requests that swings slowly.

Usage: python -m services.demo.load --target URL [--requests-per-second N] [--listen HOST:PORT]
"""

import argparse
import asyncio
import logging
import math
import random
import secrets
import time
from dataclasses import dataclass

import httpx2
from prometheus_client import Counter, Gauge
from starlette.applications import Starlette

from services.demo.tables import PRODUCTS
from services.logs import fields
from services.server import add_listen, make_app, run

LOG = logging.getLogger(__name__)
SWING = 0.3
SWING_SECONDS = 600
TIMEOUT_SECONDS = 10
AT_ONCE = 50

SENT = Counter("load_requests_sent_total", "Requests sent.")
FAILED = Counter("load_requests_failed_total", "Requests without a good answer.", ["reason"])
WANTED = Gauge("load_requests_per_second", "The rate that is aimed at now.")


@dataclass(frozen=True)
class Visit:
    """One request to be sent."""

    method: str
    path: str
    body: dict[str, int] | None = None


def rate(mean: float, at: float) -> float:
    """Requests per second at a Unix time."""
    return mean * (1 + SWING * math.sin(2 * math.pi * at / SWING_SECONDS))


def pick(chance: random.Random) -> Visit:
    """Mostly product pages, some products far more often than others; some orders; few mistakes."""
    product = min(PRODUCTS, int(chance.paretovariate(0.6)))
    kind = chance.random()
    if kind < 0.8:
        return Visit("GET", f"/products/{product}")
    if kind < 0.98:
        return Visit("POST", "/orders", {"product": product, "quantity": chance.randint(1, 5)})
    return Visit("GET", f"/products/{PRODUCTS + product}")


class Load:
    """Sends the requests; an answer that is slow doesn't slow the others down."""

    def __init__(self, client: httpx2.AsyncClient, mean: float) -> None:
        self._client = client
        self._mean = mean
        self._chance = random.Random()  # noqa: S311 (not for secrets)

    def app(self) -> Starlette:
        """The load, with its metrics."""
        return make_app(tasks=[self.send_all])

    async def send_all(self) -> None:
        """A task: request after request, at random times."""
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                now = rate(self._mean, time.time())
                WANTED.set(now)
                await asyncio.sleep(self._chance.expovariate(now))
                await places.acquire()
                sending = group.create_task(self.send(pick(self._chance)))
                sending.add_done_callback(lambda _: places.release())

    async def send(self, visit: Visit) -> None:
        """One request. What a visitor gets wrong isn't a failure of the shop."""
        trace_id = secrets.token_hex(16)
        SENT.inc()
        try:
            answer = await self._client.request(
                visit.method,
                visit.path,
                json=visit.body,
                headers={"traceparent": f"00-{trace_id}-{secrets.token_hex(8)}-01"},
            )
        except httpx2.HTTPError as error:
            about = fields(reason=type(error).__name__, path=visit.path, trace_id=trace_id)
            FAILED.labels("connection").inc()
            LOG.warning("no answer", extra=about)
            return
        if answer.status_code >= 500:
            FAILED.labels("status").inc()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="load", description=__doc__)
    add_listen(parser)
    parser.add_argument("--target", required=True, metavar="URL")
    parser.add_argument("--requests-per-second", type=float, default=5.0, metavar="N")
    options = parser.parse_args()
    if options.requests_per_second <= 0:
        parser.error("--requests-per-second has to be above 0")
    # Our own target only: no proxy of the environment is asked.
    client = httpx2.AsyncClient(base_url=options.target, timeout=TIMEOUT_SECONDS, trust_env=False)
    run(Load(client, options.requests_per_second).app(), options.listen)


if __name__ == "__main__":
    main()
