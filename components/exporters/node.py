"""The node exporter: metrics of hosts."""

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.labels import of_host
from components.place import Place
from components.rendering import ScrapeJob, Target
from components.service import Service, ServiceArgs
from settings.agents import AgentHost, Agents
from settings.sections import NodeExporter as Settings

NODE_EXPORTER_HOST = "node-exporter"


def node_job(settings: Settings, agents: Agents, *, env: str) -> ScrapeJob:
    """The job that reads the metrics of hosts: the Docker host's own, and those with agents."""
    own = f"{NODE_EXPORTER_HOST}:{settings.port}" if settings.enabled else ""
    return ScrapeJob(name="node", target=own, others=node_targets(agents, env=env))


def node_targets(agents: Agents, *, env: str) -> list[Target]:
    """Each host to which `make agents` brings an exporter, whether that has happened or not."""
    return [
        Target(address=_scraped_at(host), labels=of_host(name, host, env=env))
        for name, host in agents.hosts.items()
    ]


def _scraped_at(host: AgentHost) -> str:
    address = host.scrape_address or host.address.rpartition("@")[2]
    return f"{address}:{host.listen.rpartition(':')[2]}"


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
