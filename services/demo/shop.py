"""Products and orders, in PostgreSQL; products through a cache in Redis."""

import json
from dataclasses import asdict, dataclass
from typing import Any, LiteralString

import psycopg
from prometheus_client import Counter, Histogram

from services.demo.stores import Pool, Redis

CACHE_SECONDS = 10
KEPT_SECONDS = 3600
QUERY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

CACHE = Counter("cache_requests_total", "Questions to the cache by what it had.", ["result"])
QUERIES = Histogram(
    "database_query_duration_seconds", "Time of a query.", ["query"], buckets=QUERY_BUCKETS
)


class UnknownProductError(Exception):
    """An order for what the shop doesn't have."""


@dataclass(frozen=True)
class Product:
    """What can be bought, and its price."""

    id: int
    name: str
    cents: int


class Shop:
    """What web and worker ask for; durations are taken by query."""

    def __init__(self, pool: Pool, cache: Redis) -> None:
        self._pool = pool
        self._cache = cache

    async def product(self, number: int) -> Product | None:
        """A product, up to a few seconds old; None where there is no such product."""
        key = f"demo:product:{number}"
        cached = await self._cache.get(key)
        CACHE.labels("hit" if cached else "miss").inc()
        if cached:
            return Product(**json.loads(cached))
        select = "SELECT id, name, cents FROM products WHERE id = %s"
        for row in await self._rows("product", select, number):
            product = Product(*row)
            await self._cache.set(key, json.dumps(asdict(product)), ex=CACHE_SECONDS)
            return product
        return None

    async def order(self, product: int, quantity: int) -> int:
        """Write an order down; its number."""
        insert = "INSERT INTO orders (product, quantity) VALUES (%s, %s) RETURNING id"
        try:
            ((number,),) = await self._rows("insert-order", insert, product, quantity)
        except psycopg.errors.ForeignKeyViolation:
            raise UnknownProductError(product) from None
        return int(number)

    async def state(self, order: int) -> str | None:
        """What has become of an order; None where there is none."""
        rows = await self._rows("order-state", "SELECT state FROM orders WHERE id = %s", order)
        return str(rows[0][0]) if rows else None

    async def finish(self, order: int) -> bool:
        """Mark an order as done, whether or not it is already; False where there is none."""
        update = "UPDATE orders SET state = 'done' WHERE id = %s RETURNING id"
        return bool(await self._rows("finish-order", update, order))

    async def prune(self) -> int:
        """Delete done orders that are older than an hour; how many there were."""
        delete = """WITH gone AS (DELETE FROM orders WHERE state = 'done'
                      AND made < now() - make_interval(secs => %s) RETURNING id)
                    SELECT count(*) FROM gone"""
        ((count,),) = await self._rows("prune-orders", delete, KEPT_SECONDS)
        return int(count)

    async def _rows(self, name: str, query: LiteralString, *values: int) -> list[tuple[Any, ...]]:
        """What a query returns; waiting for a connection isn't part of its time."""
        async with self._pool.connection() as connection:
            with QUERIES.labels(name).time():
                cursor = await connection.execute(query, values)
                return await cursor.fetchall()
