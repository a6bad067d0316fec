"""What keeps metrics, logs and alerts, and what brings the logs."""

import pulumi
from pulumi import ResourceOptions

from components.alertmanager import Alertmanager, AlertmanagerArgs
from components.exporters.node import NODE_EXPORTER_HOST
from components.log_agent import LogAgent, LogAgentArgs
from components.loki import Loki, LokiArgs
from components.place import Place
from components.prometheus import Prometheus, PrometheusArgs
from settings import Settings


def create(
    settings: Settings, place: Place, *, gateway: pulumi.Input[str], opts: ResourceOptions
) -> None:
    """Create them; `gateway` is the Docker host's address that only the stack reaches."""
    metrics = PrometheusArgs(
        place=place,
        settings=settings.prometheus,
        hosts={NODE_EXPORTER_HOST: gateway},
        targets_folder=settings.discovery.folder,
        reaches_out=settings.has_targets_elsewhere,
    )
    Prometheus("prometheus", metrics, opts)
    alerts = AlertmanagerArgs(place=place, settings=settings.alertmanager)
    Alertmanager("alertmanager", alerts, opts)
    Loki("loki", LokiArgs(place=place, settings=settings.loki), opts)
    if settings.log_agent.enabled:
        agent = LogAgentArgs(
            place=place, settings=settings.log_agent, data_root=settings.docker_data_root
        )
        LogAgent("log-agent", agent, opts)
