"""The golden signals of the shop's pages, and one log line for each request."""

import logging
import secrets
import time

from prometheus_client import Counter, Gauge, Histogram
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.logs import fields
from services.server import TRANSIENT

LOG = logging.getLogger("services.demo.requests")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NOT_COUNTED = {"/healthz", "/readyz", "/metrics"}

REQUESTS = Counter("http_requests_total", "Requests answered.", ["method", "route", "status"])
DURATION = Histogram(
    "http_request_duration_seconds", "Time to answer.", ["method", "route"], buckets=BUCKETS
)
IN_FLIGHT = Gauge("http_requests_in_flight", "Requests being answered.")


class Observed:
    """Middleware; what a page raises becomes a 503 where it passes, else a 500."""

    def __init__(self, app: ASGIApp, routes: list[Route]) -> None:
        self._app = app
        self._templates = {route.endpoint: route.path for route in routes}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in NOT_COUNTED:
            await self._app(scope, receive, send)
            return
        status, start = 0, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        error: Exception | None = None
        with IN_FLIGHT.track_inprogress():
            try:
                await self._app(scope, receive, sending)
            except Exception as raised:  # noqa: BLE001 (whatever it is, it is logged and answered)
                error = raised
                answer = PlainTextResponse("try again\n", 503 if _passes(raised) else 500)
                await answer(scope, receive, sending)
        self._note(scope, status, time.perf_counter() - start, error)

    def _note(self, scope: Scope, status: int, seconds: float, error: Exception | None) -> None:
        # Set by the router that has run meanwhile; a path nobody serves is no label.
        route = self._templates.get(scope.get("endpoint", self), "unmatched")
        method = scope["method"] if scope["method"] in METHODS else "other"
        REQUESTS.labels(method, route, status).inc()
        DURATION.labels(method, route).observe(seconds)
        about = fields(
            method=method,
            route=route,
            status=status,
            duration=round(seconds, 6),
            trace_id=_trace_id(scope),
            **({"error": f"{type(error).__name__}: {error}"} if error else {}),
        )
        if error:
            LOG.error("request failed", extra=about)
        else:
            LOG.info("request", extra=about)


def _passes(error: Exception) -> bool:
    return isinstance(error, TRANSIENT)


def _trace_id(scope: Scope) -> str:
    """The caller's, by W3C's traceparent header; else one of our own."""
    parts = Headers(scope=scope).get("traceparent", "").split("-")
    if len(parts) == 4 and len(parts[1]) == 32 and parts[1].isalnum():
        return parts[1]
    return secrets.token_hex(16)
