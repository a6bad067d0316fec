"""Which values a dashboard's variables get."""

from typing import Any

import pytest

from tests.unit.verify.fake import FakeGrafana
from verify.grafana import GrafanaError
from verify.sources import sources
from verify.variables import fill, resolve
from verify.window import Window

WINDOW = Window(start=1_000_000, end=2_000_000)
METRICS: dict[str, Any] = {"name": "metrics", "type": "datasource", "query": "prometheus"}
HOST: dict[str, Any] = {
    "name": "host",
    "type": "query",
    "query": {"query": 'label_values(up{job="node"}, host)'},
    "datasource": {"uid": "${metrics}"},
}


def resolved(server: FakeGrafana, *variables: dict[str, Any], **chosen: str) -> dict[str, str]:
    model = {"templating": {"list": list(variables)}}
    known = sources(server.client)
    return resolve(server.client, model, known=known, window=WINDOW, chosen=chosen)


@pytest.mark.parametrize("text", ["$host", "${host}", "[[host]]", "${host:regex}"])
def test_every_way_to_write_a_variable(text: str) -> None:
    """Grafana knows four; all are filled in."""
    assert "a alpha b" == fill(f"a {text} b", {"host": "alpha"})


def test_grafanas_own_variables_are_left_to_it() -> None:
    """`$__interval` depends on the step, which only Grafana knows; unknown ones stay visible."""
    assert "[$__interval] $other" == fill("[$__interval] $other", {"host": "alpha"})


def test_first_on_offer_is_taken(server: FakeGrafana) -> None:
    """A query variable asks the data source that an earlier variable chose."""
    values = resolved(server, METRICS, HOST)

    assert {"metrics": "metrics-uid", "host": "alpha"} == values
    assert "/api/datasources/uid/metrics-uid/" in server.paths[-1]
    assert "start=1000&end=2000" in server.paths[-1]


def test_current_value_wins_where_it_is_on_offer(server: FakeGrafana) -> None:
    """As when a browser opens a saved dashboard; one that is gone gives way."""
    stays = resolved(server, METRICS, HOST | {"current": {"value": "beta"}})
    gone = resolved(server, METRICS, HOST | {"current": {"value": "gamma"}})

    assert ["beta", "alpha"] == [stays["host"], gone["host"]]


def test_chosen_value_wins_over_the_current_one(server: FakeGrafana) -> None:
    """What stands in the link comes first."""
    values = resolved(server, METRICS, HOST | {"current": {"value": "alpha"}}, host="beta")

    assert "beta" == values["host"]


def test_nothing_on_offer_is_the_empty_text(server: FakeGrafana) -> None:
    """Panels are then empty, not broken."""
    server.label_values["host"] = []

    assert "" == resolved(server, METRICS, HOST)["host"]


@pytest.mark.parametrize(
    "variable", [METRICS | {"type": "custom"}, HOST | {"query": "query_result(up)"}]
)
def test_what_isnt_understood_is_said(server: FakeGrafana, variable: dict[str, Any]) -> None:
    """No guess is made about another kind of variable or query."""
    with pytest.raises(GrafanaError, match="isn't understood"):
        resolved(server, METRICS, variable)
