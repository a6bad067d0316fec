"""A small shop: product pages, orders, and the metrics and logs that a shop should have.

Usage: python -m services.demo.web --database URL --database-password-file PATH
       --redis URL --redis-password-file PATH [--listen HOST:PORT]
"""

import argparse
import asyncio
import html
import itertools
import json
import logging
import random

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from services.demo import jobs, stores
from services.demo.incidents import Incident, Incidents
from services.demo.observed import Observed
from services.demo.shop import Shop, UnknownProductError
from services.demo.stores import Stores
from services.logs import fields
from services.server import add_listen, make_app, run

LOG = logging.getLogger(__name__)
UNLUCKY_SHARE = 1 / 3
STORM_EVERY_SECONDS = 0.1
STORM_LINES = 30
PAGE = "<!doctype html><title>{name}</title><h1>{name}</h1><p>{price:.2f} €</p>"


class BrokenError(Exception):
    """What the incident `errors` raises."""


class Web:
    """The shop's pages."""

    def __init__(self, shop: Shop, stores: Stores, incidents: Incidents) -> None:
        self._shop = shop
        self._stores = stores
        self._incidents = incidents

    def app(self) -> Starlette:
        """The pages, with what watches them."""
        pages = [
            Route("/products/{number:int}", self.product),
            Route("/orders", self.make_order, methods=["POST"]),
            Route("/orders/{number:int}", self.order),
        ]
        return make_app(
            tasks=[self._stores.connect, self._incidents.watch, self.storm],
            routes=[Route("/readyz", self.ready), *pages],
            middleware=[Middleware(Observed, routes=pages)],
        )

    async def ready(self, _: Request) -> Response:
        """Whether PostgreSQL and Redis have answered."""
        if self._stores.ready:
            return PlainTextResponse("ready\n")
        return PlainTextResponse("waiting for PostgreSQL and Redis\n", 503)

    async def product(self, request: Request) -> Response:
        """A product's page."""
        self._try_luck()
        product = await self._shop.product(request.path_params["number"])
        if product is None:
            return PlainTextResponse("no such product\n", 404)
        return HTMLResponse(PAGE.format(name=html.escape(product.name), price=product.cents / 100))

    async def make_order(self, request: Request) -> Response:
        """Take an order, `{"product": 1, "quantity": 2}`, and leave the work to the worker."""
        self._try_luck()
        try:
            asked = await request.json()
            product, quantity = int(asked["product"]), int(asked["quantity"])
        except (json.JSONDecodeError, KeyError, TypeError, ValueError):
            return PlainTextResponse("an order has a product and a quantity\n", 400)
        if not 1 <= quantity <= 100:
            return PlainTextResponse("between 1 and 100 can be ordered\n", 400)
        try:
            order = await self._shop.order(product, quantity)
        except UnknownProductError:
            return PlainTextResponse("no such product\n", 404)
        await jobs.enqueue(self._stores.redis, order)
        return JSONResponse({"order": order}, 201)

    async def order(self, request: Request) -> Response:
        """What has become of an order."""
        self._try_luck()
        state = await self._shop.state(request.path_params["number"])
        if state is None:
            return PlainTextResponse("no such order\n", 404)
        return JSONResponse({"state": state})

    async def storm(self) -> None:
        """A task: hundreds of lines a second while the incident `log-storm` is on."""
        attempts = itertools.count(1)
        while True:
            await asyncio.sleep(STORM_EVERY_SECONDS)
            if self._incidents.on(Incident.LOG_STORM):
                for attempt in itertools.islice(attempts, STORM_LINES):
                    LOG.warning("payment provider: trying again", extra=fields(attempt=attempt))

    def _try_luck(self) -> None:
        if self._incidents.on(Incident.ERRORS) and random.random() < UNLUCKY_SHARE:  # noqa: S311
            raise BrokenError("the shop is out of order")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="web", description=__doc__)
    add_listen(parser)
    stores.add_database(parser)
    stores.add_redis(parser)
    options = parser.parse_args()
    both = Stores.of(options)
    web = Web(Shop(both.pool, both.redis), both, Incidents(both.redis))
    run(web.app(), options.listen)


if __name__ == "__main__":
    main()
