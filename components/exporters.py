"""Exporters: each makes the metrics of one thing readable for Prometheus."""

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.place import Place
from components.rendering import ScrapeJob
from components.service import Service, ServiceArgs
from settings.sections import NodeExporter as Settings

NODE_EXPORTER_HOST = "node-exporter"


def node_job(settings: Settings) -> ScrapeJob:
    """The job that reads the Docker host's own metrics."""
    return ScrapeJob(name="node", target=f"{NODE_EXPORTER_HOST}:{settings.port}")


@dataclass(frozen=True, kw_only=True)
class NodeExporterArgs:
    place: Place
    settings: Settings
    listen_on: pulumi.Input[str]
    """Address of the Docker host that only the stack reaches: it runs on the host's network."""


class NodeExporter(pulumi.ComponentResource):
    """Measures the Docker host itself."""

    def __init__(
        self, name: str, args: NodeExporterArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:NodeExporter", name, {}, opts)
        address = pulumi.Output.concat(args.listen_on, ":", str(args.settings.port))

        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service="node-exporter",
                image=args.place.images["node-exporter"],
                user="65534:65534",
                memory_mib=args.settings.memory.mib,
                command=[
                    pulumi.Output.concat("--web.listen-address=", address),
                    "--path.rootfs=/host",
                    "--path.procfs=/host/proc",
                    "--path.sysfs=/host/sys",
                    "--path.udev.data=/host/run/udev/data",
                ],
                health_check=[
                    *("wget", "-q", "-O", "/dev/null"),
                    pulumi.Output.concat("http://", address, "/"),
                ],
                digest_key=args.place.digest_key,
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
