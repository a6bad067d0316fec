"""What holds for every dashboard and every panel."""

import itertools
import json
import subprocess
import sys
from typing import Any

import pytest

import dashboards
from dashboards import uids
from dashboards.spec import DashboardSpec, panels_of
from toolchain.cache import CHECKOUT

SPECS = dashboards.catalogue()
VARIABLES = {"prometheus": "${metrics}", "loki": "${logs}"}
COLUMNS = 24

PANELS = [
    pytest.param(panel, id=f"{spec.uid}-{panel['id']}")
    for spec in SPECS
    for panel in panels_of(json.loads(spec.json))
]
each_dashboard = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.uid)
each_panel = pytest.mark.parametrize("panel", PANELS)


def run_python(code: str, *arguments: str) -> str:
    """What a Python of its own prints."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout


def test_uids_are_unique() -> None:
    """Two dashboards with one uid would overwrite each other without a word."""
    found = [spec.uid for spec in SPECS]

    assert sorted(set(found)) == sorted(found)
    assert len({spec.title for spec in SPECS}) == len(SPECS)


@each_dashboard
def test_uid_is_one_that_grafana_takes(spec: DashboardSpec) -> None:
    """At most 40 letters, digits, `-` and `_`; the JSON has the same one."""
    assert spec.uid == json.loads(spec.json)["uid"]
    assert len(spec.uid) <= 40
    assert spec.uid.replace("-", "").replace("_", "").isalnum()


@each_dashboard
def test_panel_ids_are_unique(spec: DashboardSpec) -> None:
    """Rows have ids too; links to a panel name its id."""
    found = [panel["id"] for panel in json.loads(spec.json)["panels"]]

    assert sorted(set(found)) == sorted(found)
    assert all(found)
    assert spec.panel_ids <= set(found)


@each_dashboard
def test_grid_doesnt_overlap(spec: DashboardSpec) -> None:
    """Each cell belongs to one panel, and none sticks out on the right."""
    cells: dict[tuple[int, int], str] = {}
    for panel in json.loads(spec.json)["panels"]:
        place = panel["gridPos"]
        columns = range(place["x"], place["x"] + place["w"])
        assert columns.stop <= COLUMNS, panel["title"]
        for cell in itertools.product(columns, range(place["y"], place["y"] + place["h"])):
            assert cells.setdefault(cell, panel["title"]) == panel["title"]


@each_dashboard
def test_json_is_the_same_in_another_process(spec: DashboardSpec) -> None:
    """A second `up` changes nothing, whatever order a set of strings has today."""
    code = "import dashboards, sys; sys.stdout.write(dashboards.catalogue()[int(sys.argv[1])].json)"
    number = str(SPECS.index(spec))
    other = run_python(code, number)

    assert spec.json == other
    assert spec.json == dashboards.catalogue()[int(number)].json


@each_dashboard
def test_each_dashboard_answers_a_question(spec: DashboardSpec) -> None:
    """Its description says which one."""
    assert "?" in json.loads(spec.json)["description"]


@each_dashboard
def test_variables_prefer_our_data_sources(spec: DashboardSpec) -> None:
    """Grafana may have others; ours are chosen unless the reader says otherwise."""
    variables = {v["name"]: v for v in json.loads(spec.json)["templating"]["list"]}

    assert uids.PROMETHEUS == variables["metrics"]["current"]["value"]
    assert uids.LOKI == variables["logs"]["current"]["value"]


@each_panel
def test_panel_says_what_a_reader_needs(panel: dict[str, Any]) -> None:
    """Title, description, why it can be empty, and a unit unless it shows text."""
    defaults = panel["fieldConfig"]["defaults"]

    assert panel["title"].strip()
    assert panel["description"].endswith((".", "?"))
    assert defaults["noValue"].startswith("No ")
    assert panel["type"] == "logs" or defaults["unit"]


@each_panel
def test_data_source_is_a_variable(panel: dict[str, Any]) -> None:
    """An export works in any Grafana; the kind and the variable go together."""
    sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]

    assert [] == [s for s in sources if VARIABLES[s["type"]] != s["uid"]]
    assert panel["targets"]


@each_dashboard
def test_every_query_is_about_the_chosen_host(spec: DashboardSpec) -> None:
    """Where there is one to choose: a query that forgets it mixes all hosts together."""
    model = json.loads(spec.json)
    chosen = "host" in {variable["name"] for variable in model["templating"]["list"]}
    queries = [target["expr"] for panel in panels_of(model) for target in panel["targets"]]

    assert [] == [query for query in queries if chosen and "$host" not in query]


@each_panel
def test_letters_of_queries_are_unique(panel: dict[str, Any]) -> None:
    """Answers come back by letter."""
    letters = [target["refId"] for target in panel["targets"]]

    assert sorted(set(letters)) == sorted(letters)


def test_no_pulumi_inside() -> None:
    """The dashboards are data: they can be built and tested without an engine."""
    code = "import dashboards, sys; dashboards.catalogue(); print('pulumi' in sys.modules)"

    assert "False" == run_python(code).strip()
