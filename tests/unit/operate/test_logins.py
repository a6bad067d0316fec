"""Logins that were being made when an `up` was interrupted: found again, or cleared away."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from operate import logins, recover, refresh
from operate.stack import Stack
from verify.grafana import Grafana, GrafanaError

ANSWERS: dict[str, Any] = {
    "GET /api/users/lookup?loginOrEmail=ann": {"id": 7},
    "GET /api/serviceaccounts/search?query=reader": {
        "serviceAccounts": [
            {"id": 4, "orgId": 1, "name": "reader-of-mail"},
            {"id": 5, "orgId": 1, "name": "reader"},
        ]
    },
    "GET /api/serviceaccounts/search?query=gone": {"serviceAccounts": []},
    "GET /api/serviceaccounts/5/tokens": [{"id": 1, "name": "r-1"}, {"id": 2, "name": "r-2"}],
    "DELETE /api/serviceaccounts/5/tokens/2": {"message": "deleted"},
}


class Handler(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        call = f"{self.command} {self.path}"
        self.asked.append(call)
        body = json.dumps(ANSWERS.get(call, {"message": "not found"})).encode()
        self.send_response(200 if call in ANSWERS else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_DELETE = do_GET  # noqa: N815 (the name that the server looks for)

    def log_message(self, *_: object) -> None:
        """A test's output is no access log."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What a running Grafana with these answers is asked."""
    calls: list[str] = []
    handler = type("BoundHandler", (Handler,), {"asked": calls})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        grafana = Grafana(
            url=f"http://127.0.0.1:{server.server_port}",
            user="admin",
            password="any",  # noqa: S106
        )
        monkeypatch.setattr(refresh, "running_grafana", lambda _: grafana)
        yield calls
        server.shutdown()
        thread.join()


def resource(type_: str, **inputs: str) -> dict[str, Any]:
    return {"type": type_, "urn": "urn", "inputs": inputs}


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(
    ("pending", "id_"),
    [
        (resource(logins.USER, login="ann", name="ann"), "7"),
        (resource(logins.USER, login="bob", name="bob"), None),
        (resource(logins.ACCOUNT, name="reader"), "1:5"),
        (resource(logins.ACCOUNT, name="gone"), None),
    ],
)
def test_what_was_made_is_found_by_name(
    monkeypatch: pytest.MonkeyPatch, pending: dict[str, Any], id_: str | None
) -> None:
    """It is in the state then, as Grafana numbers it; what wasn't made is left to be made."""
    imported: list[dict[str, Any]] = []
    monkeypatch.setattr(recover, "_import", lambda _, deployment: imported.append(deployment))
    operations = [{"type": "creating", "resource": pending}]

    recover.resolve_pending(
        Stack("test"), {"deployment": {"pending_operations": operations}}, operations
    )

    (known,) = imported
    assert ([id_] if id_ else []) == [r["id"] for r in known["deployment"]["resources"]]


def test_half_made_token_is_deleted(asked: list[str]) -> None:
    """Its name would be in the way, and nobody has it; the account's other token stays."""
    pending = resource(logins.TOKEN, name="r-2", serviceAccountId="1:5")

    assert logins.settle(Stack("test"), pending) is None
    assert "DELETE /api/serviceaccounts/5/tokens/2" == asked[-1]
    assert 2 == len(asked)


def test_grafana_that_is_gone_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is told, and the `up` goes on: a Grafana made anew may know none of it."""

    def gone(_: Stack) -> Grafana:
        raise GrafanaError("Grafana's container is gone")

    monkeypatch.setattr(refresh, "running_grafana", gone)

    assert logins.settle(Stack("test"), resource(logins.USER, login="ann")) is None
    assert "container is gone" in capsys.readouterr().err
