"""`make report`: runs every query of every dashboard and draws the answers as one HTML page."""

import os
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from components.http import trusting
from dashboards import catalogue
from operate.stack import OperateError, Stack
from operate.tunnel import open_tunnel
from operate.validated import settings_of
from settings import Settings
from toolchain.cache import data
from verify.drawing.page import found, page
from verify.grafana import Grafana, GrafanaError
from verify.queries import DashboardResult, State, run
from verify.window import last

RANGE = "15m"  # a fresh stack has no more
PAUSE_SECONDS = 2.0


def report(stack: Stack) -> int:
    """Write the page and say where it is; 1 where a query failed, since that is never right."""
    with open_tunnel(stack):
        results = look(grafana_of(stack))
    print(write(stack, results))
    print(f"{found(results)}.")
    for line in complaints(results):
        print(f"  {line}")
    failed = any(r.error or any(p.state is State.ERROR for p in r.panels) for r in results)
    return 1 if failed else 0


def grafana_of(stack: Stack) -> Grafana:
    """The stack's Grafana with the administrator's login."""
    outputs = stack.outputs()
    if "grafana-url" not in outputs:
        raise OperateError(f"stack {stack.name} isn't up: run `make up` first")
    return Grafana(
        url=outputs["grafana-url"],
        user=outputs["grafana-user"],
        password=stack.grafana_password(),
        context=trusting(outputs.get("gateway-ca", "")),
    )


def look(grafana: Grafana) -> list[DashboardResult]:
    """Every dashboard of ours as Grafana has it, over the last quarter of an hour."""
    window = last(RANGE)
    try:
        return [run(grafana, spec.uid, window) for spec in catalogue()]
    except GrafanaError as error:
        raise OperateError(str(error)) from None


def patience(stack: Stack) -> float:
    """Seconds after which a healthy stack has all data that it will get.

    A rate needs two scrapes, and where it is of a recorded series, two evaluations more.
    """
    prometheus = (settings_of(stack) or Settings()).prometheus
    return 2.0 * (prometheus.scrape_interval.seconds + prometheus.evaluation_interval.seconds)


def wait_for_data(
    grafana: Grafana, *, seconds: float, pause: float = PAUSE_SECONDS
) -> list[DashboardResult]:
    """Look again until every panel has data or the time is over; the last look counts."""
    deadline = time.monotonic() + seconds
    while complaints(results := look(grafana)) and time.monotonic() + pause < deadline:
        time.sleep(pause)
    return results


def complaints(results: Sequence[DashboardResult]) -> list[str]:
    """One line for each panel without data and each dashboard that can't be opened."""
    lines = []
    for result in results:
        if result.error:
            lines.append(f"{result.title}: {result.error}")
        for panel in result.panels:
            if panel.state is not State.DATA:
                why = "; ".join(panel.errors) or panel.state
                lines.append(f"{result.title} / {panel.panel.get('title', '')}: {why}")
    return lines


def write(stack: Stack, results: Sequence[DashboardResult]) -> Path:
    """Write the page for its owner only (it has log lines in it), all at once or not at all."""
    path = data() / "reports" / f"{stack.name}.html"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = page(results, stack=stack.name, made=datetime.now(UTC).astimezone())
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
