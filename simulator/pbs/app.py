"""The API over HTTP: who asks, what is answered, and in which form."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from simulator.pbs import schema
from simulator.pbs.errors import UNAUTHORISED, ApiError, bad, not_found
from simulator.pbs.routes import ROUTES
from simulator.pbs.server import Request, Server
from simulator.pbs.values import FormText

BASE = "/api2/json"
JSON = "application/json;charset=UTF-8"
FORM = "application/x-www-form-urlencoded"
UNAUTHENTICATED_SECONDS, FORBIDDEN_SECONDS = 3.0, 0.5


@dataclass(frozen=True)
class Reply:
    """An answer, and how long the server holds it back first."""

    status: int
    content_type: str | None
    body: bytes
    seconds: float = 0


@dataclass
class Api:
    """Answers requests one after the other; `faults` may answer before it does."""

    server: Server
    delays: bool = False
    """Whether to hold refusals back as the real server does."""
    faults: list[Callable[[str, str], Reply | None]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each request, for tests; no parameters, since these hold secrets."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(
        self, method: str, path: str, query: str, body: bytes, headers: dict[str, str]
    ) -> Reply:
        """The reply to one request; `path` is percent-encoded, header names in small letters."""
        with self._lock:
            self.requests.append((method, path))
            for fault in self.faults:
                if reply := fault(method, path):
                    return reply
            self.server.tasks.settle()
            try:
                return self._right(method, path.removeprefix(BASE), query, body, headers)
            except ApiError as error:
                return self._refused(error)

    def _right(
        self, method: str, path: str, query: str, body: bytes, headers: dict[str, str]
    ) -> Reply:
        auth_id = self._who(headers.get("authorization", ""))
        found = schema.endpoint(method, path)
        values = found.read(_given(method, query, body, headers.get("content-type", "")))
        handler = ROUTES.get((method, found.template))
        if handler is None:
            raise not_found(f"Path '{BASE}{path}' not found.")
        answer = handler(self.server, Request(auth_id, values, found.template))
        text = json.dumps({"data": answer.data, **answer.beside})
        return Reply(200, JSON, text.encode())

    def _who(self, header: str) -> str:
        """The token that asks; nobody else is let in, since nothing of ours logs in otherwise."""
        scheme, _, rest = header.partition("=") if "=" in header else header.partition(" ")
        tokenid, _, secret = rest.partition(":")
        if scheme != "PBSAPIToken" or not self.server.access.authenticated(
            unquote(tokenid), unquote(secret)
        ):
            raise ApiError(UNAUTHORISED, "authentication failed")
        return unquote(tokenid)

    def _refused(self, error: ApiError) -> Reply:
        unknown = error.status == UNAUTHORISED
        held = {401: UNAUTHENTICATED_SECONDS, 403: FORBIDDEN_SECONDS}.get(error.status, 0)
        return Reply(
            error.status,
            None if unknown else JSON,
            error.text.encode(),
            held if self.delays else 0,
        )


def _given(method: str, query: str, body: bytes, content_type: str) -> list[tuple[str, Any]]:
    """The parameters: texts of a query or form, or the typed values of a JSON body."""
    pairs: list[tuple[str, Any]] = _form(query)
    if method in ("GET", "DELETE") or not body:
        return pairs
    if content_type.startswith("application/json"):
        return list(json.loads(body).items())
    if not content_type.startswith(FORM):
        raise bad(f"unsupported content type {content_type}")
    return pairs + _form(body.decode())


def _form(text: str) -> list[tuple[str, Any]]:
    return [(name, FormText(value)) for name, value in parse_qsl(text, keep_blank_values=True)]
