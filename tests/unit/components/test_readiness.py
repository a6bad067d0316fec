"""Readiness waits for an answer, and says what it got where none comes."""

import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from components.http import wait
from components.readiness import ReadinessProvider


class Server(HTTPServer):
    """Answers 503 a number of times, then 200."""

    refusals = 0
    asked = 0


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        self.send_response(503 if self.server.asked <= self.server.refusals else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """A test's output is no access log."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def inputs(server: Server, **changes: object) -> dict[str, Any]:
    url = f"http://127.0.0.1:{server.server_port}"
    given = {"url": url, "path": "/ready", "version": "1", "seconds": 10, "ca": "", "hint": ""}
    return given | changes


def test_waits_until_the_answer_is_a_success(server: Server) -> None:
    """A server that starts up answers with errors first."""
    server.refusals = 2

    made = ReadinessProvider().create(inputs(server))

    assert 3 == server.asked
    assert inputs(server) == made.outs


def test_gives_up_with_the_last_answer(server: Server) -> None:
    """The error names the address, the time and what came."""
    server.refusals = 1000

    with pytest.raises(TimeoutError, match=r"/ready isn't ready after 0 s: status 503"):
        wait(f"http://127.0.0.1:{server.server_port}/ready", 0)


def test_gives_up_with_a_hint(server: Server) -> None:
    """What the user could look at stands at the end of the line."""
    server.refusals = 1000

    with pytest.raises(TimeoutError, match=r"status 503; is `ssh` running\?$"):
        ReadinessProvider().create(inputs(server, seconds=0, hint="is `ssh` running?"))


def test_nobody_listens() -> None:
    """A refused connection is an answer to report too."""
    with HTTPServer(("127.0.0.1", 0), Handler) as closed:
        port = closed.server_port

    with pytest.raises(TimeoutError, match="refused"):
        wait(f"http://127.0.0.1:{port}/ready", 0)


def test_no_proxy_is_asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the user's knows nothing of what listens on this machine."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr(urllib.request, "_opener", None)  # it keeps an earlier test's proxies

    wait(f"http://127.0.0.1:{server.server_port}/ready", 0)

    assert 1 == server.asked


def test_waits_again_for_a_successor(server: Server) -> None:
    """Another version of what is waited for is waited for again, and nothing else is."""
    provider = ReadinessProvider()
    old = provider.create(inputs(server)).outs

    same = provider.diff("id", old or {}, inputs(server))
    other = provider.diff("id", old or {}, inputs(server, version="2"))
    provider.update("id", old or {}, inputs(server, version="2"))

    assert not same.changes
    assert other.changes
    assert not other.replaces
    assert 2 == server.asked


def test_refresh_finds_no_change(server: Server) -> None:
    """What read returns is what create stored."""
    provider = ReadinessProvider()
    made = provider.create(inputs(server))

    read = provider.read(made.id, made.outs or {})

    assert made.outs == read.outs == read.inputs
