"""A session with a Proxmox Backup Server: config sections, their digests, and tasks."""

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from proxmox.connection import Connection, ProxmoxError, Token
from proxmox.tls import Server

Values = Mapping[str, object]
BAD_REQUEST, NOT_FOUND = 400, 404
NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""SHA-256 of an empty file: a list with another digest is empty because its entries are hidden."""
TASK_SECONDS = 600.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0


class HiddenError(ProxmoxError):
    """A list came back empty although the file isn't: the token may not see what is there."""


class TaskError(ProxmoxError):
    """A task ended with an error, or not in time."""


class Pbs(Connection):
    """Asks one server with one token.

    proxmoxer gives neither the digest beside an answer's data nor the text of a refusal, so that
    requests go through its session, with its login, and not through its methods.
    """

    def __init__(self, server: Server, token: Token) -> None:
        super().__init__(server, token, service="PBS")
        self._base = f"https://{server.host}:{server.port}/api2/json"

    def ask(self, method: str, path: str, values: Values | None = None) -> dict[str, Any]:
        """The whole answer, `data` and what stands beside it; a ProxmoxError otherwise.

        A list in `values` becomes a repeated parameter, which is how PBS reads arrays.
        """
        sent: dict[str, Any] = {name: _wire(value) for name, value in (values or {}).items()}
        in_query = method in ("GET", "DELETE")
        query, form = (sent, None) if in_query else (None, sent)
        try:
            answer = self._session.request(method, self._base + path, params=query, data=form)
        except requests.RequestException as error:
            raise self._of(error) from None
        if answer.status_code != requests.codes.ok:
            words = answer.text.replace(self._token.secret, "***").strip()
            raise ProxmoxError(words or f"HTTP {answer.status_code}", status=answer.status_code)
        try:
            found: dict[str, Any] = answer.json()
        except ValueError:
            words = f"{method} {path} isn't answered as by Proxmox: another server is there"
            raise ProxmoxError(words) from None
        return found

    def listed(self, path: str, values: Values | None = None) -> list[dict[str, Any]]:
        """All entries of a config list; a HiddenError where the token sees none of several."""
        answer = self.ask("GET", path, values)
        rows: list[dict[str, Any]] = answer["data"]
        if not rows and answer.get("digest", NOTHING) != NOTHING:
            raise HiddenError(
                f"{path} is empty for token {self._token.id}, but not in truth: it lacks the "
                "right to see what is there (pbs.token)"
            )
        return rows

    def wait(self, upid: str, *, seconds: float = TASK_SECONDS) -> None:
        """Wait for a task; a TaskError with the task's own words where it fails or is too slow."""
        path = f"/nodes/localhost/tasks/{quote(upid, safe='')}/status"
        until, pause = time.monotonic() + seconds, FIRST_PAUSE
        while (status := self.ask("GET", path)["data"])["status"] != "stopped":
            if time.monotonic() > until:
                raise TaskError(f"task {upid} hasn't ended after {seconds:.0f} s")
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        result = str(status.get("exitstatus", "unknown"))
        if result != "OK" and not result.startswith("WARNINGS"):
            raise TaskError(result)


def is_absent(error: ProxmoxError) -> bool:
    """Whether a refusal says that what was asked for isn't there."""
    if error.status == NOT_FOUND:
        return True
    return error.status == BAD_REQUEST and bool(re.match(r"no such |.* does not exist", str(error)))


def _wire(value: object) -> object:
    """As PBS' parser reads it."""
    if isinstance(value, bool):
        return str(value).lower()
    return list(value) if isinstance(value, tuple) else value
