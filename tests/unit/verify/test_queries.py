"""Running a dashboard's queries against a server that answers as Grafana 10 does."""

import json
from typing import Any

import pytest

import dashboards
from dashboards import uids
from tests.unit.verify.fake import PASSWORD, UP, FakeGrafana, lines_frame, numbers_frame
from verify.grafana import Grafana, GrafanaError
from verify.queries import State, run
from verify.window import Window

WINDOW = Window(start=1_700_000_000_000, end=1_700_000_900_000)
LINES = '{job=~".+", host="alpha"}'
MEMORY = 'node_memory_MemFree_bytes{job="node", host="alpha"}'


@pytest.fixture
def deployed(server: FakeGrafana) -> FakeGrafana:
    """A Grafana that has our dashboards, with data for two panels and an error for a third."""
    server.dashboards = {spec.uid: json.loads(spec.json) for spec in dashboards.catalogue()}
    times = [WINDOW.start, WINDOW.start + 15_000]
    server.answers = {
        UP: {"frames": [numbers_frame({}, times, [1, 1], query=UP)]},
        LINES: {"frames": [lines_frame(times, ["started", "ready"])]},
        MEMORY: {"error": "bad_data: no such thing", "status": 400},
    }
    return server


def test_each_panel_has_its_state(deployed: FakeGrafana) -> None:
    """Data, no data and an error are told apart; one failed query doesn't hide the others."""
    result = run(deployed.client, uids.HOST, WINDOW)
    states = {panel.panel["title"]: panel.state for panel in result.panels}

    assert states.pop("Node exporter") is State.DATA
    assert states.pop("Newest log lines") is State.DATA
    assert states.pop("Memory") is State.ERROR
    assert {State.EMPTY} == set(states.values())
    assert "" == result.error


def test_an_error_is_told_in_grafanas_words(deployed: FakeGrafana) -> None:
    """Each failed query is named by its letter."""
    result = run(deployed.client, uids.HOST, WINDOW)
    errors = [error for panel in result.panels for error in panel.errors]

    # Used memory and cache are asked for in other words, so that they don't fail here.
    assert ["query C: bad_data: no such thing"] == errors


def test_result_holds_what_the_page_needs(deployed: FakeGrafana) -> None:
    """Titles, rows, variables and the time range come along."""
    result = run(deployed.client, uids.HOST, WINDOW)

    assert "Host" == result.title
    assert WINDOW == result.window
    assert ["CPU and memory", "Disks and network", "Logs"] == [r["title"] for r in result.rows]
    assert "alpha" == result.variables["host"]
    assert (UP,) == result.panels[0].executed


def test_queries_are_sent_as_a_browser_does(deployed: FakeGrafana) -> None:
    """No variable of ours is left, the real data source is named, steps fit the scrape interval."""
    run(deployed.client, uids.HOST, WINDOW)
    queries: list[dict[str, Any]] = [q for body in deployed.asked for q in body["queries"]]

    assert all("$host" not in query["expr"] for query in queries)
    assert {"metrics-uid", "logs-uid"} == {query["datasource"]["uid"] for query in queries}
    assert {(str(WINDOW.start), str(WINDOW.end))} == {(b["from"], b["to"]) for b in deployed.asked}
    assert all(query["intervalMs"] >= 1000 for query in queries)
    assert all(
        query["intervalMs"] >= 15_000
        for query in queries
        if query["datasource"]["uid"] == "metrics-uid"
    )


def test_a_chosen_variable_reaches_the_queries(deployed: FakeGrafana) -> None:
    """A report about another host asks about that host."""
    run(deployed.client, uids.HOST, WINDOW, {"host": "beta"})

    assert any('host="beta"' in body["queries"][0]["expr"] for body in deployed.asked)


def test_without_a_window_the_dashboards_own_range_counts(deployed: FakeGrafana) -> None:
    """Six hours, as the dashboard says."""
    result = run(deployed.client, uids.HOST)

    assert 6 * 3600 * 1000 == result.window.end - result.window.start


def test_a_missing_dashboard_is_a_result(server: FakeGrafana) -> None:
    """The others are still looked at."""
    result = run(server.client, "gone", WINDOW)

    assert "isn't in Grafana" == result.error
    assert () == result.panels


def test_a_hidden_query_isnt_run(deployed: FakeGrafana) -> None:
    """As in a browser."""
    model = deployed.dashboards[uids.HOST]
    for panel in model["panels"]:
        for target in panel.get("targets", []):
            target["hide"] = True
    run(deployed.client, uids.HOST, WINDOW)

    assert [] == [query for body in deployed.asked for query in body["queries"]]


@pytest.mark.parametrize(("status", "told"), [(401, "refuses the login"), (500, "answers 500")])
def test_a_grafana_that_refuses_is_an_error(server: FakeGrafana, status: int, told: str) -> None:
    """There is no point in looking at other dashboards then; the password isn't shown."""
    server.status = status

    with pytest.raises(GrafanaError, match=told) as caught:
        run(server.client, uids.HOST, WINDOW)

    assert PASSWORD not in str(caught.value) + repr(server.client)


def test_a_grafana_that_doesnt_answer_is_an_error() -> None:
    """The message says where it was looked for."""
    # Nothing may listen on port 1 but a tcpmux, which nobody has.
    nobody = Grafana(url="http://127.0.0.1:1", user="admin", password="", timeout=5)

    with pytest.raises(GrafanaError, match=r"127\.0\.0\.1:1 doesn't answer"):
        run(nobody, uids.HOST, WINDOW)
