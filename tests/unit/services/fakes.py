"""The demo's stores as its services see them, in memory."""

from typing import Any, cast

from services.demo.incidents import Incident, Incidents
from services.demo.shop import Product, Shop, UnknownProductError
from services.demo.stores import Redis, Stores


class FakeRedis:
    """Keys with an expiry, and what was added to streams."""

    def __init__(self) -> None:
        self.keys: dict[str, int] = {}
        self.added: list[dict[str, int]] = []

    async def set(self, key: str, _: str, *, ex: int) -> None:
        self.keys[key] = ex

    async def delete(self, *keys: str) -> None:
        for key in keys:
            self.keys.pop(key, None)

    async def ttl(self, key: str) -> int:
        return self.keys.get(key, -2)

    async def xadd(self, _: str, values: dict[str, int]) -> None:
        self.added.append(values)

    @property
    def client(self) -> Redis:
        """As the services want it."""
        return cast(Redis, self)


class FakeShop:
    """One product, one order; `error` is raised by each question."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.finished: list[int] = []
        self.pruned = 0

    async def product(self, number: int) -> Product | None:
        if self.error:
            raise self.error
        return Product(1, "A <b>", 250) if number == 1 else None

    async def order(self, product: int, quantity: int) -> int:
        if product != 1:
            raise UnknownProductError(product)
        return quantity

    async def state(self, order: int) -> str | None:
        return "new" if order == 1 else None

    async def finish(self, order: int) -> bool:
        if self.error:
            raise self.error
        self.finished.append(order)
        return order == 1

    async def prune(self) -> int:
        self.pruned += 1
        return 0

    @property
    def shop(self) -> Shop:
        """As the services want it."""
        return cast(Shop, self)


class FakeStores:
    """Stores that answer at once."""

    def __init__(self, redis: FakeRedis) -> None:
        self.redis = redis
        self.ready = False

    async def connect(self) -> None:
        self.ready = True

    @property
    def stores(self) -> Stores:
        """As the services want it."""
        return cast(Stores, cast(Any, self))


def incidents(redis: FakeRedis, *on: Incident) -> Incidents:
    """Incidents that a service has seen already."""
    known = Incidents(redis.client)
    known._on = frozenset(on)
    return known
