"""Dashboards that people have put into our folders, which would go with the folders."""

from dashboards import catalogue
from operate.report import grafana_of
from operate.stack import OperateError, Stack
from verify.grafana import Grafana, GrafanaError


def refuse_to_delete_them(stack: Stack) -> None:
    """An OperateError that lists them; Grafana has to run."""
    try:
        titles = foreign_dashboards(grafana_of(stack))
    except GrafanaError as error:
        raise OperateError(str(error)) from None
    if titles:
        raise OperateError(
            "stopped, since these dashboards of yours lie in our folders and would be deleted "
            f"with them: {', '.join(titles)}. Move them to another folder first."
        )


def foreign_dashboards(grafana: Grafana) -> list[str]:
    """Titles of the dashboards in our folders that aren't ours."""
    ours = catalogue()
    folders = {spec.folder.uid for spec in ours}
    uids = {spec.uid for spec in ours}
    found = grafana.get("/api/search", {"type": "dash-db", "limit": 5000})
    return sorted(
        entry["title"]
        for entry in found
        if entry.get("folderUid") in folders and entry["uid"] not in uids
    )
