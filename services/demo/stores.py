"""The demo's PostgreSQL and Redis: options, connections, and patience until they answer."""

import argparse
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import redis.asyncio
from prometheus_client import Gauge
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from services.demo import tables

LOG = logging.getLogger(__name__)
CONNECTIONS = 10
WAIT_SECONDS = 3.0
POOL = Gauge(
    "database_pool_connections",
    "Connections of the pool by state; waiting: requests without one.",
    ["state"],
)
STATES: Mapping[str, Callable[[dict[str, int]], int]] = {
    "used": lambda now: now["pool_size"] - now["pool_available"],
    "idle": lambda now: now["pool_available"],
    "waiting": lambda now: now["requests_waiting"],
}

Pool = AsyncConnectionPool
Redis = redis.asyncio.Redis


def add_database(parser: argparse.ArgumentParser) -> None:
    """The options of PostgreSQL."""
    parser.add_argument("--database", required=True, metavar="URL", help="without a password")
    parser.add_argument("--database-password-file", type=Path, required=True, metavar="PATH")


def add_redis(parser: argparse.ArgumentParser) -> None:
    """The options of Redis."""
    parser.add_argument("--redis", required=True, metavar="URL", help="without a password")
    parser.add_argument("--redis-password-file", type=Path, required=True, metavar="PATH")


def make_redis(options: argparse.Namespace) -> Redis:
    """A client, which connects when it is first used."""
    client: Redis = redis.asyncio.from_url(
        options.redis,
        password=_password(options.redis_password_file),
        decode_responses=True,
        socket_connect_timeout=WAIT_SECONDS,
        socket_timeout=WAIT_SECONDS,
    )
    return client


def conninfo(options: argparse.Namespace) -> str:
    """What psycopg connects with."""
    return make_conninfo(
        options.database,
        password=_password(options.database_password_file),
        connect_timeout=int(WAIT_SECONDS),
    )


def make_pool(options: argparse.Namespace) -> Pool:
    """A pool, closed yet; who waits longer than a few seconds for a connection gets an error."""
    pool = Pool(
        conninfo(options),
        kwargs={"autocommit": True},
        min_size=1,
        max_size=CONNECTIONS,
        timeout=WAIT_SECONDS,
        check=Pool.check_connection,
        open=False,
    )
    for state, count in STATES.items():
        POOL.labels(state).set_function(partial(_count, pool, count))
    return pool


def _count(pool: Pool, count: Callable[[dict[str, int]], int]) -> float:
    return count(defaultdict(int, pool.get_stats()))


def _password(file: Path) -> str:
    return file.read_text().rstrip("\n")


@dataclass
class Stores:
    """Both of them; `ready` once both have answered and the schema is there."""

    pool: Pool
    redis: Redis
    ready: bool = False

    @classmethod
    def of(cls, options: argparse.Namespace) -> "Stores":
        """From the command line's options."""
        return cls(pool=make_pool(options), redis=make_redis(options))

    async def connect(self) -> None:
        """A task: be ready once both answer."""
        await self.pool.open()
        async with self.pool.connection() as connection:
            await tables.create(connection)
        await self.redis.ping()
        self.ready = True
        LOG.info("PostgreSQL and Redis answer")
