"""One HTML page with all dashboards: no scripts, nothing from elsewhere, everything escaped."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from verify.drawing.panels import panel
from verify.queries import DashboardResult, State
from verify.window import Window

# Even if some text got through unescaped, the browser would neither run nor load anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(results: Sequence[DashboardResult], *, stack: str, made: datetime) -> str:
    """The page; `made` is when the queries were run."""
    title = f"Dashboards of stack {escape(stack)}"
    style = Path(__file__).with_name("page.css").read_text()
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{style}</style></head><body>",
            f"<header><h1>{title}</h1>",
            f'<p class="found">{found(results)}</p>',
            f"<p>Made {_moment(made)}</p></header>",
            *(_dashboard(result) for result in results),
            "</body></html>\n",
        ]
    )


def found(results: Sequence[DashboardResult]) -> str:
    """In how many panels there is something to see."""
    panels = [one for result in results for one in result.panels]
    count = sum(one.state is State.DATA for one in panels)
    return f"{count} of {len(panels)} panels have data"


def _dashboard(result: DashboardResult) -> str:
    head = [
        f"<h2>{escape(result.title)}</h2>",
        f'<p class="question">{escape(result.description)}</p>',
        f'<p class="question">{_range(result.window)}{_chosen(result)}</p>',
    ]
    if result.error:
        return "\n".join([*head, f'<p class="error">{escape(result.error)}</p>'])
    rows = [_row(row) for row in result.rows]
    panels = [panel(one, result.window) for one in result.panels]
    return "\n".join([*head, '<div class="grid">', *rows, *panels, "</div>"])


def _row(row: dict[str, Any]) -> str:
    line = int(row["gridPos"]["y"]) + 1
    return f'<h4 style="grid-area: {line} / 1 / auto / -1">{escape(row.get("title", ""))}</h4>'


def _range(window: Window) -> str:
    begin, end = (
        datetime.fromtimestamp(moment / 1000).astimezone() for moment in (window.start, window.end)
    )
    return f"{_moment(begin)} to {_moment(end)}"


def _chosen(result: DashboardResult) -> str:
    return "".join(f", {escape(k)} = {escape(v)}" for k, v in sorted(result.variables.items()))


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S %Z}".rstrip()
