"""What is in Grafana: data sources, folders and dashboards."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions
from pulumiverse_grafana import oss

from dashboards import DashboardSpec, uids
from settings.types import Duration


@dataclass(frozen=True, kw_only=True)
class GrafanaContentArgs:
    dashboards: Sequence[DashboardSpec]
    scrape_interval: Duration


class GrafanaContent(pulumi.ComponentResource):
    """Data sources with fixed uids, the dashboards, and the folders that they need."""

    def __init__(
        self, name: str, args: GrafanaContentArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:GrafanaContent", name, {}, opts)
        inside = ResourceOptions(parent=self)

        self._data_sources(name, args.scrape_interval)
        folders = {
            folder.uid: oss.Folder(
                f"{name}-folder-{folder.uid}", uid=folder.uid, title=folder.title, opts=inside
            )
            for folder in dict.fromkeys(spec.folder for spec in args.dashboards)
        }
        for spec in args.dashboards:
            oss.Dashboard(
                f"{name}-dashboard-{spec.uid}",
                folder=folders[spec.folder.uid].uid,
                config_json=spec.json,
                opts=inside,
            )
        self.register_outputs({})

    def _data_sources(self, name: str, scrape_interval: Duration) -> None:
        # Graphs ask for no finer steps than samples exist.
        prometheus = {"httpMethod": "POST", "timeInterval": str(scrape_interval)}
        sources = [
            ("Prometheus", "prometheus", uids.PROMETHEUS, 9090, prometheus),
            ("Loki", "loki", uids.LOKI, 3100, {}),
            ("Alertmanager", "alertmanager", uids.ALERTMANAGER, 9093, ALERTMANAGER),
        ]
        for title, kind, uid, port, options in sources:
            oss.DataSource(
                f"{name}-source-{uid}",
                name=title,
                type=kind,
                uid=uid,
                url=f"http://{kind}:{port}",
                access_mode="proxy",
                is_default=uid == uids.PROMETHEUS,
                json_data_encoded=json.dumps(options, sort_keys=True),
                opts=ResourceOptions(parent=self),
            )


ALERTMANAGER = {"handleGrafanaManagedAlerts": False, "implementation": "prometheus"}
