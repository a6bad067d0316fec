"""Alertmanager: its config and its container."""

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.place import Place
from components.rendering import Files, ScrapeJob, as_yaml
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.sections import Alertmanager as Settings

JOB = ScrapeJob(name="alertmanager", target="alertmanager:9093")
DATA_PATH = "/alertmanager"


def render() -> Files:
    """Alerts are grouped and kept here for Grafana; nobody is notified."""
    config = {
        "route": {"receiver": "nobody", "group_by": ["alertname", "host"]},
        "receivers": [{"name": "nobody"}],
    }
    return {"alertmanager.yml": as_yaml(config)}


@dataclass(frozen=True, kw_only=True)
class AlertmanagerArgs:
    place: Place
    settings: Settings


class Alertmanager(pulumi.ComponentResource):
    """Groups, silences and delivers alerts."""

    def __init__(
        self, name: str, args: AlertmanagerArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:Alertmanager", name, {}, opts)

        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service="alertmanager",
                image=args.place.images["alertmanager"],
                user="65534:65534",
                memory_mib=args.settings.memory.mib,
                command=[
                    f"--config.file={CONFIG_PATH}/alertmanager.yml",
                    f"--storage.path={DATA_PATH}",
                    f"--data.retention={args.settings.retention.in_go}",
                    # It saves silences and what was sent when it is stopped, and this often, so
                    # that one that was killed has lost little.
                    "--data.maintenance-interval=1m",
                    # It runs alone; a cluster of one would look for its own address in vain.
                    "--cluster.listen-address=",
                ],
                health_check=[
                    *("wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9093/-/ready"),
                ],
                files=args.place.files["alertmanager"],
                digest_key=args.place.digest_key,
                data_path=DATA_PATH,
                networks=[args.place.backend],
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
