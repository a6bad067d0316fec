"""The shop's pages, its golden signals and its log lines."""

import json
import logging
import random

import psycopg
import pytest
from prometheus_client import REGISTRY
from starlette.testclient import TestClient

from services.demo import web as module
from services.demo.incidents import Incident
from services.demo.web import Web
from services.logs import JsonFormatter
from tests.unit.services.fakes import FakeRedis, FakeShop, FakeStores, incidents


def visitor(
    *on: Incident, redis: FakeRedis | None = None, error: Exception | None = None
) -> TestClient:
    """Somebody who visits the shop; its tasks run only where the lifespan does."""
    redis = redis or FakeRedis()
    web = Web(FakeShop(error).shop, FakeStores(redis).stores, incidents(redis, *on))
    return TestClient(web.app())


def requests(method: str, route: str, status: int) -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/products/1", "/products/{number:int}", 200),
        ("/products/2", "/products/{number:int}", 404),
        ("/orders/1", "/orders/{number:int}", 200),
        ("/orders/2", "/orders/{number:int}", 404),
        ("/anything/else", "unmatched", 404),
    ],
)
def test_requests_are_counted_by_template(path: str, route: str, status: int) -> None:
    """Whatever paths people ask for, the labels stay the same few."""
    before = requests("GET", route, status)

    answer = visitor().get(path)

    assert status == answer.status_code
    assert before + 1 == requests("GET", route, status)


def test_strange_methods_are_one_label() -> None:
    """A method that nobody knows makes no series of its own."""
    before = requests("other", "unmatched", 404)

    visitor().request("BREW", "/coffee")

    assert before + 1 == requests("other", "unmatched", 404)


def test_probes_are_no_requests() -> None:
    """Scrapes and health checks would make the shop look better than it is."""
    client = visitor()

    answers = [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")]

    assert [200, 503, 200] == answers
    assert 0 == requests("GET", "/metrics", 200) + requests("GET", "/healthz", 200)


def test_is_ready_once_its_stores_are() -> None:
    """The server answers from the start; ready it is later."""
    with visitor() as client:
        assert 200 == client.get("/readyz").status_code


def test_names_are_escaped() -> None:
    """A product's name is text."""
    assert "A &lt;b&gt;</h1><p>2.50 €" in visitor().get("/products/1").text


def test_order_goes_to_the_worker() -> None:
    """A row is written, and a job is put into the queue."""
    redis = FakeRedis()

    answer = visitor(redis=redis).post("/orders", json={"product": 1, "quantity": 3})

    assert 201 == answer.status_code
    assert [{"order": 3}] == redis.added


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ('{"product": 1}', 400),
        ('{"product": 1, "quantity": 0}', 400),
        ('{"product": 1, "quantity": "many"}', 400),
        ('{"product": 2, "quantity": 1}', 404),
    ],
)
def test_wrong_orders_are_the_visitors_mistake(body: str, status: int) -> None:
    """None of them is a failure of the shop, and none makes a job."""
    redis = FakeRedis()

    assert status == visitor(redis=redis).post("/orders", content=body).status_code
    assert [] == redis.added


@pytest.mark.parametrize(
    ("error", "status"), [(psycopg.OperationalError("gone"), 503), (ZeroDivisionError("x"), 500)]
)
def test_failure_is_answered_and_logged(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """One error line with what a person needs; the trace is the caller's."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    caplog.set_level(logging.INFO, "services.demo.requests")

    answer = visitor(error=error).get(
        "/products/1", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    )

    (line,) = [json.loads(JsonFormatter().format(record)) for record in caplog.records]
    assert status == answer.status_code == line["status"]
    assert {
        "level": "error",
        "message": "request failed",
        "trace_id": trace,
    }.items() <= line.items()
    assert "/products/{number:int}" == line["route"]
    assert line["duration"] >= 0
    assert line["time"].endswith("+00:00")


def test_errors_incident_hits_a_third(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 300 requests about 100 end with 500; none without the incident."""
    monkeypatch.setattr(module, "random", random.Random(1))  # noqa: S311 (the same)
    broken, whole = visitor(Incident.ERRORS), visitor()

    statuses = [broken.get("/products/1").status_code for _ in range(300)]

    assert 80 < statuses.count(500) < 120
    assert {200} == {whole.get("/products/1").status_code for _ in range(20)}
