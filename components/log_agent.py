"""The log agent: its config and its container."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.exceptions import CONTAINER_LOGS, VOLATILE_JOURNAL
from components.log_pipelines import DATA_PATH, JOURNAL_PATH, pipelines
from components.place import Place
from components.rendering import Files, ScrapeJob, as_yaml
from components.service import CONFIG_PATH, Service, ServiceArgs
from logs import alloy, promtail
from settings.logs import LogAgent as Settings

PORT = 9080
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "promtail": ("/usr/bin/promtail", f"-config.file={CONFIG_PATH}/promtail.yaml"),
    "alloy": (
        "/bin/alloy",
        "run",
        f"{CONFIG_PATH}/config.alloy",
        f"--storage.path={DATA_PATH}",
        f"--server.http.listen-addr=0.0.0.0:{PORT}",
        "--disable-reporting",
    ),
}
# On a host without a journal it reads an empty folder. What comes later is found at the next start.
START = (
    f'folder=$1; [ -d "$folder" ] || {{ folder={DATA_PATH}/no-journal; mkdir -p "$folder"; }}; '
    f'ln -sfn "$folder" {JOURNAL_PATH}; shift; exec "$@"'
)
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
    return {"promtail.yaml": as_yaml(promtail.config(work, port=PORT, data_path=DATA_PATH))}


def command(settings: Settings) -> tuple[str, ...]:
    """What the container runs: the agent, and before it what finds the journal."""
    return ("/bin/bash", "-c", START, "start", settings.journal.folder, *COMMANDS[settings.kind])


@dataclass(frozen=True, kw_only=True)
class LogAgentArgs:
    place: Place
    settings: Settings
    data_root: str
    """Data folder of the Docker daemon, in which it keeps the containers' logs."""


class LogAgent(pulumi.ComponentResource):
    """Ships this Docker host's containers' logs, log files and journal to Loki."""

    def __init__(self, name: str, args: LogAgentArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:LogAgent", name, {}, opts)

        kind, journal = args.settings.kind, args.settings.journal
        program, *arguments = command(args.settings)
        in_memory = journal.enabled and journal.folder == VOLATILE_JOURNAL
        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service="log-agent",
                image=args.place.images[kind],
                user="0:0",
                memory_mib=args.settings.memory.mib,
                entry_point=[program],
                command=arguments,
                health_check=["/bin/bash", "-c", IS_READY.format(path=READY_PATHS[kind])],
                files=args.place.files["log-agent"],
                digest_key=args.place.digest_key,
                data_path=DATA_PATH,
                networks=[args.place.backend],
                moved_mounts={
                    CONTAINER_LOGS: f"{args.data_root}/containers",
                    **({VOLATILE_JOURNAL: VOLATILE_JOURNAL} if in_memory else {}),
                },
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
