"""All exporters that the settings ask for, the user's own services included."""

import pulumi
from pulumi import ResourceOptions

from components import user_services
from components.exporters import blackbox, cadvisor, node, postgresql, redis
from components.place import Place
from components.rendering import Files, ScrapeJob
from settings import Settings


def render(settings: Settings) -> dict[str, Files]:
    """The config files of those that have any, by service."""
    files = {}
    if settings.probes.exist:
        files[blackbox.SERVICE] = blackbox.render(settings.probes)
    if settings.cadvisor.enabled:
        files[cadvisor.FILTER] = cadvisor.render()
    return files


def jobs(settings: Settings, *, env: str) -> list[ScrapeJob]:
    """The jobs by which Prometheus reads them."""
    found = []
    if settings.node_exporter.enabled or settings.agents.hosts:
        found.append(node.node_job(settings.node_exporter, settings.agents, env=env))
    return [
        *found,
        *cadvisor.jobs(settings.cadvisor, settings.docker_hosts, env=env),
        *blackbox.jobs(settings.probes, env=env),
        *postgresql.jobs(settings.postgresql, env=env),
        *redis.jobs(settings.redis, env=env),
        *user_services.jobs(settings, env=env),
    ]


def create(
    settings: Settings, place: Place, *, gateway: pulumi.Input[str], opts: ResourceOptions
) -> None:
    """Create them; `gateway` is the Docker host's address that only the stack reaches."""
    if settings.node_exporter.enabled:
        args = node.NodeExporterArgs(
            place=place, settings=settings.node_exporter, listen_on=gateway
        )
        node.NodeExporter("node-exporter", args, opts)
    if settings.cadvisor.enabled:
        containers = cadvisor.CadvisorArgs(
            place=place,
            settings=settings.cadvisor,
            docker_host=settings.docker_host,
            data_root=settings.docker_data_root,
        )
        cadvisor.Cadvisor("cadvisor", containers, opts)
    if settings.probes.exist:
        probes = blackbox.BlackboxExporterArgs(place=place, settings=settings.probes)
        blackbox.BlackboxExporter(blackbox.SERVICE, probes, opts)
    for name, server in settings.postgresql.items():
        of_server = postgresql.PostgreSQLExporterArgs(place=place, server=name, settings=server)
        postgresql.PostgreSQLExporter(postgresql.service(name), of_server, opts)
    for name, cache in settings.redis.items():
        of_cache = redis.RedisExporterArgs(place=place, server=name, settings=cache)
        redis.RedisExporter(redis.service(name), of_cache, opts)
    if settings.services:
        services = user_services.UserServicesArgs(place=place, services=settings.services)
        user_services.UserServices("services", services, opts)
