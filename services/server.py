"""What each service is around its own work: an HTTP server with /healthz and /metrics, tasks that
run beside it, and an orderly end."""

import argparse
import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import psycopg_pool
import redis
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services import logs
from services.logs import fields

LOG = logging.getLogger(__name__)
# What passes when the other side answers again.
TRANSIENT = (OSError, psycopg.Error, psycopg_pool.PoolTimeout, redis.RedisError)
PAUSE_SECONDS = 2.0
GRACE_SECONDS = 3

Task = Callable[[], Coroutine[Any, Any, None]]


def add_listen(parser: argparse.ArgumentParser) -> None:
    """The option --listen."""
    everywhere = ("0.0.0.0", 8000)  # noqa: S104 (of a container, on its networks)
    parser.add_argument("--listen", type=address, default=everywhere, metavar="HOST:PORT")


def address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} isn't HOST:PORT")
    return host, int(port)


def make_app(
    *,
    tasks: Sequence[Task],
    routes: Sequence[Route] = (),
    middleware: Sequence[Middleware] = (),
) -> Starlette:
    """An application that runs `tasks` for as long as it is served."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = [asyncio.create_task(keep_up(task)) for task in tasks]
        for task in running:
            task.add_done_callback(_end_with)
        yield
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    own = [Route("/healthz", _healthz), Route("/metrics", _metrics)]
    return Starlette(routes=[*own, *routes], middleware=list(middleware), lifespan=lifespan)


def run(app: Starlette, listen: tuple[str, int]) -> None:
    """Serve until SIGTERM, which ends requests and tasks within a few seconds."""
    logs.set_up()
    host, port = listen
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


async def keep_up(task: Task) -> None:
    """Run a task again after each failure that passes, with a log line for each."""
    while True:
        try:
            await task()
        except TRANSIENT as error:
            LOG.warning("waiting: %s", _first_line(error), extra=fields(task=task.__name__))
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


def _end_with(task: asyncio.Task[None]) -> None:
    """A task that is broken for good ends its service, which Docker then starts anew."""
    if not task.cancelled() and (error := task.exception()):
        LOG.critical("a task failed", exc_info=error)
        signal.raise_signal(signal.SIGTERM)


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


async def _healthz(_: Request) -> Response:
    return PlainTextResponse("alive\n")


async def _metrics(_: Request) -> Response:
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
