"""Grafana's HTTP API, as far as looking at dashboards and mending a stack need it."""

import base64
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit


class GrafanaError(Exception):
    """What went wrong, in one line for a person."""


class RefusedError(GrafanaError):
    """Grafana is there, but doesn't accept the login."""


class NotFoundError(GrafanaError):
    """Grafana is there, but what was asked for isn't."""


@dataclass(frozen=True, kw_only=True)
class Grafana:
    """One login at one Grafana; the password appears in no representation and no error."""

    url: str
    user: str
    password: str = field(repr=False)
    timeout: float = 60
    context: ssl.SSLContext | None = field(default=None, repr=False)
    """What https trusts; the usual authorities where it isn't set."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise GrafanaError(f"{self.url} isn't an http or https address")

    def get(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Any:
        """The answer to a GET, decoded."""
        return self._call("GET", f"{path}?{urlencode(parameters)}" if parameters else path)

    def delete(self, path: str) -> None:
        """Delete what is there."""
        self._call("DELETE", path)

    def query(self, body: dict[str, Any]) -> dict[str, Any]:
        """The answer of each query by its letter; one that failed carries `error`."""
        answer = self._call("POST", "/api/ds/query", body)
        results: dict[str, Any] = answer["results"]
        return results

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        try:
            status, text = self._exchange(method, path, body)
        except (OSError, HTTPException) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise GrafanaError(f"Grafana at {self.url} doesn't answer: {reason}") from None
        try:
            answer = json.loads(text)
        except ValueError:
            raise GrafanaError(f"{self.url} answers, but not as Grafana does ({status})") from None
        # Grafana answers 400 where a single query of several failed; the rest is still there.
        if status < 300 or (isinstance(answer, dict) and "results" in answer):
            return answer
        raise self._failure(status, path, answer)

    def _exchange(self, method: str, path: str, body: object | None) -> tuple[int, bytes]:
        # No redirects and no proxies: the password goes to the given address and nowhere else.
        connection = self._connection()
        login = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        try:
            prefix = urlsplit(self.url).path.rstrip("/")
            connection.request(method, prefix + path, body=content, headers=headers)
            response: HTTPResponse = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = self.context or ssl.create_default_context()
            return HTTPSConnection(host, parts.port, timeout=self.timeout, context=context)
        return HTTPConnection(host, parts.port, timeout=self.timeout)

    def _failure(self, status: int, path: str, answer: Any) -> GrafanaError:
        said = answer.get("message", "") if isinstance(answer, dict) else ""
        if status in (401, 403):
            return RefusedError(f"Grafana at {self.url} refuses the login of {self.user}: {said}")
        if status == 404:
            return NotFoundError(f"{path.partition('?')[0]}: {said or 'not found'}")
        return GrafanaError(f"Grafana at {self.url} answers {status} to {path}: {said}")
