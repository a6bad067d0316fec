"""cAdvisor: metrics of the Docker host's containers, with a filter between it and Docker."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker
from pulumi import ResourceOptions

from components.exceptions import DOCKER_SOCKET, LAYERS
from components.labels import of_located
from components.naming import SERVICE_LABEL, STACK_LABEL, docker_name, labels
from components.place import Place
from components.rendering import Files, ScrapeJob, Target
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.containers import Cadvisor as Settings
from settings.containers import DockerEngine

PORT = 8080
FILTER = "docker-api"
FILTER_PORT = 2375
FILTER_MIB = 64
# What our rules and panels ask for. The rest needs root, or the host's processes, or is never set.
KINDS = "cpu,memory,oom_event"
# What cAdvisor 0.60 asks: measured. A container's JSON holds its environment, but nobody else
# is on this network.
CADDYFILE = f"""\
{{
	admin off
	auto_https off
	persist_config off
}}
:{FILTER_PORT} {{
	@asked {{
		method GET HEAD
		path_regexp ^(/v[0-9.]+)?/(_ping|info|version|containers/[0-9a-f]{{64}}/json)$
	}}
	handle @asked {{
		reverse_proxy unix/{DOCKER_SOCKET}
	}}
	handle {{
		respond "not for you" 403
	}}
}}
"""


def render() -> Files:
    """The filter's config."""
    return {"Caddyfile": CADDYFILE}


def jobs(own: Settings, hosts: Mapping[str, DockerEngine], *, env: str) -> list[ScrapeJob]:
    """The containers of the own Docker host and of others, and the others' daemons."""
    named = [(host, of_located(host, host=name, env=env)) for name, host in hosts.items()]
    containers = [Target(address=h.cadvisor, labels=where) for h, where in named if h.cadvisor]
    daemons = [Target(address=h.engine, labels=where) for h, where in named if h.engine]
    found = []
    if own.enabled or containers:
        target = f"cadvisor:{PORT}" if own.enabled else ""
        found.append(ScrapeJob(name="cadvisor", target=target, others=containers))
    if daemons:
        found.append(ScrapeJob(name="docker", others=daemons))
    return found


@dataclass(frozen=True, kw_only=True)
class CadvisorArgs:
    place: Place
    settings: Settings
    docker_host: str
    data_root: str
    """Data folder of the Docker daemon."""


class Cadvisor(pulumi.ComponentResource):
    """Measures the containers: reads their cgroups, and asks Docker for their names only."""

    def __init__(self, name: str, args: CadvisorArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:Cadvisor", name, {}, opts)
        place = args.place

        between = docker.Network(
            f"{name}-network",
            name=docker_name(place.stack, FILTER),
            driver="bridge",
            internal=True,
            labels=labels({STACK_LABEL: place.stack}),
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )
        socket = args.docker_host.removeprefix("unix://")
        Service(
            FILTER,
            ServiceArgs(
                stack=place.stack,
                service=FILTER,
                image=place.images["caddy"],
                user="0:0",
                memory_mib=FILTER_MIB,
                command=[
                    *("caddy", "run", "--adapter", "caddyfile"),
                    f"--config={CONFIG_PATH}/Caddyfile",
                ],
                health_check=[
                    *("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{FILTER_PORT}/_ping"),
                ],
                files=place.files[FILTER],
                digest_key=place.digest_key,
                networks=[between.name],
                moved_mounts={DOCKER_SOCKET: socket} if socket.startswith("/") else {},
            ),
            ResourceOptions(parent=self),
        )
        Service(
            name,
            ServiceArgs(
                stack=place.stack,
                service="cadvisor",
                image=place.images["cadvisor"],
                user="65534:65534",
                memory_mib=args.settings.memory.mib,
                command=[
                    f"--docker=tcp://{FILTER}:{FILTER_PORT}",
                    "--docker_only=true",
                    f"--enable_metrics={KINDS}",
                    "--store_container_labels=false",
                    f"--whitelisted_container_labels={STACK_LABEL},{SERVICE_LABEL}",
                    "--housekeeping_interval=15s",
                ],
                health_check=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/healthz"],
                digest_key=place.digest_key,
                networks=[place.backend, between.name],
                moved_mounts={LAYERS: f"{args.data_root}/image/overlay2/layerdb/mounts"},
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
