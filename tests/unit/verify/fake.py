"""A server that answers as Grafana 10 does, and the data frames that it answers with."""

import base64
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from verify.grafana import Grafana

# What the first panel of dashboard Host asks about a host "alpha".
ALPHA = 'up{job="node", host="alpha"}'
UP = f"({ALPHA} == 0 unless on (host) host:node_up:latched) - 1 or {ALPHA}"
PASSWORD = "s3cret"  # noqa: S105 (of a server that lives for one test)
LOGIN = f"Basic {base64.b64encode(f'admin:{PASSWORD}'.encode()).decode()}"
SOURCES = {
    "Loki": {"uid": "logs-uid", "name": "Loki", "type": "loki"},
    "Prometheus": {
        "uid": "metrics-uid",
        "name": "Prometheus",
        "type": "prometheus",
        "isDefault": True,
        "jsonData": {"timeInterval": "15s"},
    },
    "-- Grafana --": {"name": "-- Grafana --", "type": "datasource"},
}


def numbers_frame(
    labels: dict[str, str], times: Sequence[int], values: Sequence[float | None], *, query: str = ""
) -> dict[str, Any]:
    """A frame as Prometheus' answers come in: one field of times, one of numbers."""
    fields: list[dict[str, Any]] = [
        {"name": "Time", "type": "time"},
        {"name": "Value", "type": "number", "labels": labels},
    ]
    meta = {"executedQueryString": query}
    return {"schema": {"fields": fields, "meta": meta}, "data": {"values": [times, values]}}


def lines_frame(times: Sequence[int], texts: Sequence[str]) -> dict[str, Any]:
    """A frame as Loki's log lines come in from Grafana 10."""
    fields = [
        {"name": "labels", "type": "other"},
        {"name": "Time", "type": "time"},
        {"name": "Line", "type": "string"},
        {"name": "tsNs", "type": "string"},
        {"name": "id", "type": "string"},
    ]
    count = len(times)
    labels = [{"job": "files"}] * count
    columns = [labels, times, texts, ["0"] * count, [str(i) for i in range(count)]]
    return {"schema": {"fields": fields}, "data": {"values": columns}}


class FakeGrafana(ThreadingHTTPServer):
    """Answers with what a test puts in, and remembers which queries it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.dashboards: dict[str, dict[str, Any]] = {}
        self.label_values: dict[str, list[str]] = {"host": ["alpha", "beta"]}
        self.answers: dict[str, dict[str, Any]] = {}
        """To each query by its expression, variables filled in; any other has no data."""
        self.series: list[dict[str, str]] = []
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.status = 200
        self.failures: list[int] = []
        """Statuses of the first answers, one each, as of a server that starts up."""

    @property
    def client(self) -> Grafana:
        return Grafana(
            url=f"http://127.0.0.1:{self.server_port}", user="admin", password=PASSWORD, timeout=5
        )


class _Handler(BaseHTTPRequestHandler):
    server: FakeGrafana

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        path = self.path.partition("?")[0]
        uid = path.removeprefix("/api/dashboards/uid/")
        status = self.server.failures.pop(0) if self.server.failures else self.server.status
        if status != 200:
            self._answer(status, {"message": "said the server"})
        elif self.headers["Authorization"] != LOGIN:
            self._answer(401, {"message": "Invalid username or password"})
        elif path == "/api/org":
            self._answer(200, {"id": 1, "name": "Main Org."})
        elif path == "/api/frontend/settings":
            self._answer(200, {"datasources": SOURCES})
        elif uid in self.server.dashboards:
            self._answer(200, {"dashboard": self.server.dashboards[uid], "meta": {}})
        elif path.endswith("/values"):
            label = path.split("/")[-2]
            self._answer(200, {"status": "success", "data": self.server.label_values[label]})
        elif path.endswith("/proxy/uid/prometheus/api/v1/series"):
            self._answer(200, {"status": "success", "data": self.server.series})
        else:
            self._answer(404, {"message": "Dashboard not found"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        results = {
            query["refId"]: self.server.answers.get(query["expr"], {"frames": []})
            for query in body["queries"]
        }
        failed = any("error" in result for result in results.values())
        self._answer(400 if failed else 200, {"results": results})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Nothing: the test's own message is enough."""


@contextmanager
def running() -> Iterator[FakeGrafana]:
    """The server on a free port, for as long as the test takes."""
    with FakeGrafana() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
