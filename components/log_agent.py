"""The log agent: its config and its container."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.exceptions import CONTAINER_LOGS
from components.logs import alloy, promtail
from components.logs.pipelines import pipelines
from components.place import Place
from components.rendering import Files, ScrapeJob
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.logs import LogAgent as Settings

PORT = 9080
DATA_PATH = "/var/lib/log-agent"
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "promtail": (f"-config.file={CONFIG_PATH}/promtail.yaml",),
    "alloy": (
        "run",
        f"{CONFIG_PATH}/config.alloy",
        f"--storage.path={DATA_PATH}",
        f"--server.http.listen-addr=0.0.0.0:{PORT}",
        "--disable-reporting",
    ),
}
READY_PATHS: Mapping[str, str] = {"promtail": "/ready", "alloy": "/-/ready"}
# Upstream's images have a shell, but nothing that speaks HTTP.
IS_READY = (
    f"exec 3<>/dev/tcp/127.0.0.1/{PORT} && printf 'GET %s HTTP/1.0\\r\\n\\r\\n' {{path}} >&3 && "
    "read -r answer <&3 && [[ $answer == *200* ]]"
)


def job(settings: Settings) -> ScrapeJob:
    """The agent's own metrics, under the name of its kind."""
    return ScrapeJob(name=settings.kind, target=f"log-agent:{PORT}")


def render(settings: Settings, *, labels: Mapping[str, str]) -> Files:
    """The config of the chosen agent: what is read and done, with `labels` on every line."""
    work = pipelines(settings, labels=labels)
    if settings.kind == "alloy":
        return {"config.alloy": alloy.render(work)}
    return {"promtail.yaml": promtail.render(work, port=PORT, data_path=DATA_PATH)}


@dataclass(frozen=True, kw_only=True)
class LogAgentArgs:
    place: Place
    settings: Settings
    data_root: str
    """Data folder of the Docker daemon, in which it keeps the containers' logs."""


class LogAgent(pulumi.ComponentResource):
    """Ships the logs of this Docker host's containers and files to Loki."""

    def __init__(self, name: str, args: LogAgentArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:LogAgent", name, {}, opts)

        kind = args.settings.kind
        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service="log-agent",
                image=args.place.images[kind],
                user="0:0",
                memory_mib=args.settings.memory.mib,
                command=COMMANDS[kind],
                health_check=["/bin/bash", "-c", IS_READY.format(path=READY_PATHS[kind])],
                files=args.place.files["log-agent"],
                digest_key=args.place.digest_key,
                data_path=DATA_PATH,
                networks=[args.place.backend],
                moved_mounts={CONTAINER_LOGS: f"{args.data_root}/containers"},
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
