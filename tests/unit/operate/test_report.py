"""The report of a running stack."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

import dashboards
from dashboards import uids
from operate import report
from operate.stack import OperateError, Stack
from tests.unit.verify.fake import PASSWORD, UP, FakeGrafana, numbers_frame, running
from verify.queries import DashboardResult, State


@pytest.fixture
def server() -> Iterator[FakeGrafana]:
    """A Grafana with our dashboards and data for one panel."""
    with running() as server:
        server.dashboards = {spec.uid: json.loads(spec.json) for spec in dashboards.catalogue()}
        server.answers = {UP: {"frames": [numbers_frame({}, [1], [1])]}}
        yield server


@pytest.fixture
def stack(server: FakeGrafana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack whose outputs lead to that Grafana, and whose user keeps data elsewhere."""
    outputs = {"grafana-url": server.client.url, "grafana-user": "admin"}
    monkeypatch.setenv("OBSERVABILITY_DATA", str(tmp_path))
    monkeypatch.setattr(Stack, "outputs", lambda _stack: outputs)
    monkeypatch.setattr(Stack, "secret", lambda _stack, _name: PASSWORD)
    return Stack("test")


def test_report_writes_a_page_for_its_owner_only(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has log lines in it; its path is the first thing that is printed."""
    status = report.report(stack)
    path = tmp_path / "reports" / "test.html"

    assert 0 == status
    assert str(path) == capsys.readouterr().out.splitlines()[0]
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert "Dashboards of stack test" in path.read_text()
    assert PASSWORD not in path.read_text()
    assert [path] == list(path.parent.iterdir())


def test_report_names_what_is_empty_or_fails(
    stack: Stack, server: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line for each such panel; a failed query makes the command fail."""
    server.answers[UP] = {"error": "it broke"}

    status = report.report(stack)
    lines = capsys.readouterr().out.splitlines()[1:]

    assert 1 == status
    assert "0 of 14 panels have data." == lines[0]
    assert "  Host / Node exporter: query A: it broke" == lines[1]
    assert "  Host / Newest log lines: no data" == lines[-1]
    assert 15 == len(lines)


def test_report_tells_of_a_missing_dashboard(
    stack: Stack, server: FakeGrafana, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody deleted it, or the stack is older than this checkout."""
    server.dashboards.clear()

    status = report.report(stack)

    assert 1 == status
    assert f"  {uids.HOST}: isn't in Grafana" in capsys.readouterr().out.splitlines()


def test_an_old_page_is_replaced(stack: Stack) -> None:
    """The second report stands in the first one's place."""
    path = report.write(stack, [])
    path.write_text("old")

    assert path == report.write(stack, [])
    assert "old" not in path.read_text().split()


def test_a_page_that_cant_be_finished_leaves_the_old_one(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk or a Ctrl-C doesn't leave half a page, nor a stray file."""

    def fail(_self: Path, _target: Path) -> Path:
        raise KeyboardInterrupt

    path = report.write(stack, [])
    path.write_text("old")
    monkeypatch.setattr(Path, "replace", fail)

    with pytest.raises(KeyboardInterrupt):
        report.write(stack, [])

    assert "old" == path.read_text()
    assert [path] == list(path.parent.iterdir())


def test_a_stack_that_isnt_up_is_one_clear_line(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is nothing to report on."""
    monkeypatch.setattr(Stack, "outputs", lambda _stack: {})

    with pytest.raises(OperateError, match="stack test isn't up"):
        report.report(stack)


def test_a_grafana_that_refuses_is_one_clear_line(stack: Stack, server: FakeGrafana) -> None:
    """Not a traceback."""
    server.status = 401

    with pytest.raises(OperateError, match="refuses the login"):
        report.report(stack)


def test_waiting_ends_when_every_panel_has_data(
    server: FakeGrafana, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks again as long as something is missing, and not once more."""
    full: list[DashboardResult] = []
    looks = [report.look(server.client), report.look(server.client), full]
    monkeypatch.setattr(report, "look", lambda _grafana: looks.pop(0))

    results = report.wait_for_data(server.client, seconds=60, pause=0)

    assert full is results
    assert [] == looks


def test_waiting_ends_when_the_time_is_over(server: FakeGrafana) -> None:
    """What is there by then is handed back."""
    (result,) = report.wait_for_data(server.client, seconds=0, pause=0)

    assert {State.DATA, State.EMPTY} == {panel.state for panel in result.panels}


def test_patience_follows_the_intervals(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two scrapes and two evaluations: a minute by default, 14 seconds where both are quick."""
    quick = {"prometheus": {"scrape-interval": "5s", "evaluation-interval": "2s"}}

    monkeypatch.setattr(Stack, "settings", {})
    assert 60 == report.patience(stack)
    monkeypatch.setattr(Stack, "settings", quick)
    assert 14 == report.patience(stack)
