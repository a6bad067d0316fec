"""The provider of roles against a server that keeps members as Grafana does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pulumi.dynamic import Config, ConfigureRequest

from components.grafana_role import GrafanaRoleProvider
from tests.unit.components.samples import PASSWORD

STACK = {"grafana": {"admin-password": {"secret": "mine"}}}
LOGIN = "Basic YWRtaW46YSBwYXNzd29yZCB0aGF0IG5vYm9keSBtYXkgc2Vl"


class Server(HTTPServer):
    """Members of the organisation by number."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.roles: dict[int, str] = {7: "Viewer"}
        self.login = LOGIN
        self.writes: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        if self.headers["Authorization"] != self.server.login:
            self._answer(401, {"message": "Invalid username or password"})
            return
        self._answer(200, [{"userId": n, "role": r} for n, r in self.server.roles.items()])

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.writes.append(f"{self.command} {self.path} {body['role']}")
        number = 7 if "loginOrEmail" in body else int(self.path.rpartition("/")[2])
        self.server.roles[number] = body["role"]
        self._answer(200, {"message": "done"})

    do_PATCH = do_POST  # noqa: N815 (the name that the server looks for)

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A test's output is no access log."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def provider() -> GrafanaRoleProvider:
    """It has the password from the config, under the name that the settings give."""
    config = {"observability:stack": json.dumps(STACK), "observability:mine": PASSWORD}
    made = GrafanaRoleProvider()
    made.configure(ConfigureRequest(Config(config, "observability")))
    return made


def inputs(server: Server, **changes: object) -> dict[str, Any]:
    url = f"http://127.0.0.1:{server.server_port}"
    return {"url": url, "ca": "", "user_id": "7", "login": "ann", "role": "Editor", **changes}


def test_role_is_set(server: Server, provider: GrafanaRoleProvider) -> None:
    """One change of the member; state and inputs hold no password."""
    made = provider.create(inputs(server))

    assert ["PATCH /api/orgs/1/users/7 Editor"] == server.writes
    assert ("7", inputs(server)) == (made.id, made.outs)


def test_right_role_is_left_alone(server: Server, provider: GrafanaRoleProvider) -> None:
    """Made again after an interruption, it changes nothing."""
    provider.create(inputs(server, role="Viewer"))

    assert [] == server.writes


def test_user_outside_the_organisation_joins_it(
    server: Server, provider: GrafanaRoleProvider
) -> None:
    """Somebody may have taken the user out by hand."""
    server.roles.clear()

    provider.update("7", inputs(server), inputs(server))

    assert ["POST /api/orgs/1/users Editor"] == server.writes


def test_change_by_hand_is_read(server: Server, provider: GrafanaRoleProvider) -> None:
    """Refresh shows what Grafana has; a member who is gone is gone from the state."""
    server.roles[7] = "Admin"
    changed = provider.read("7", inputs(server))
    server.roles.clear()
    gone = provider.read("7", inputs(server))

    assert changed.outs
    assert "Admin" == changed.outs["role"]
    assert changed.inputs == changed.outs
    assert "" == gone.id


def test_new_password_that_grafana_lacks_changes_nothing(
    server: Server, provider: GrafanaRoleProvider
) -> None:
    """A refresh comes before the `up` that tells Grafana of it."""
    server.login = "Basic of-the-old-password"

    read = provider.read("7", inputs(server))

    assert ("7", inputs(server), inputs(server)) == (read.id, read.outs, read.inputs)


def test_only_another_user_is_another_role(server: Server, provider: GrafanaRoleProvider) -> None:
    """The rest is changed in place; the same again is no change."""
    old = inputs(server)

    assert not provider.diff("7", old, old).changes
    assert [] == provider.diff("7", old, old | {"role": "Viewer"}).replaces
    assert ["user_id"] == provider.diff("7", old, old | {"user_id": "8"}).replaces
