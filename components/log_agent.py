"""The log agent: its config and its container."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.exceptions import CONTAINER_LOGS
from components.place import Place
from components.rendering import Files, ScrapeJob, as_yaml
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.sections import LogAgent as Settings

PORT = 9080
JOB = ScrapeJob(name="promtail", target=f"log-agent:{PORT}")
DATA_PATH = "/var/lib/log-agent"
IS_READY = (
    f"exec 3<>/dev/tcp/127.0.0.1/{PORT} && printf 'GET /ready HTTP/1.0\\r\\n\\r\\n' >&3 && "
    "read -r answer <&3 && [[ $answer == *200* ]]"
)
ID_IN_PATH = r"/(?P<id>[0-9a-f]{12})[0-9a-f]*-json\.log$"


def render(settings: Settings, *, labels: Mapping[str, str]) -> Files:
    """Promtail's config: the containers' logs and the files, with `labels` on every line."""
    config = {
        "server": {"http_listen_port": PORT, "grpc_listen_port": 0, "log_level": "warn"},
        "positions": {"filename": f"{DATA_PATH}/positions.yaml"},
        "clients": [
            {
                "url": "http://loki:3100/loki/api/v1/push",
                "external_labels": dict(labels),
                # For ever: after a number of tries it would drop the lines.
                "backoff_config": {"max_retries": 0},
            },
        ],
        "scrape_configs": [_containers(), *_files(settings)],
    }
    return {"promtail.yaml": as_yaml(config)}


def _containers() -> dict[str, object]:
    """Docker's own log files, so that the agent needs no access to Docker's socket."""
    return {
        "job_name": "containers",
        "static_configs": [
            {
                "labels": {
                    "job": "containers",
                    "__path__": f"{CONTAINER_LOGS}/*/*-json.log",
                }
            }
        ],
        "pipeline_stages": [
            {"regex": {"source": "filename", "expression": ID_IN_PATH}},
            {
                "json": {
                    "expressions": {
                        "line": "log",
                        "stream": "stream",
                        "time": "time",
                        "tag": "attrs.tag",
                    }
                }
            },
            # Ours log under their names; of a container without that option, only the ID is known.
            {
                "template": {
                    "source": "container",
                    "template": "{{ if .tag }}{{ .tag }}{{ else }}{{ .id }}{{ end }}",
                }
            },
            {"timestamp": {"source": "time", "format": "RFC3339Nano"}},
            {"labels": {"container": "", "stream": ""}},
            {"labeldrop": ["filename"]},
            {"output": {"source": "line"}},
        ],
    }


def _files(settings: Settings) -> list[dict[str, object]]:
    if not settings.files:
        return []
    targets = [{"labels": {"job": "files", "__path__": path}} for path in settings.files]
    return [{"job_name": "files", "static_configs": targets}]


@dataclass(frozen=True, kw_only=True)
class LogAgentArgs:
    place: Place
    settings: Settings
    files: Files
    data_root: str
    """Data folder of the Docker daemon, in which it keeps the containers' logs."""


class LogAgent(pulumi.ComponentResource):
    """Ships the logs of this Docker host's containers and files to Loki."""

    def __init__(self, name: str, args: LogAgentArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:LogAgent", name, {}, opts)

        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service="log-agent",
                image=args.place.images["promtail"],
                user="0:0",
                memory_mib=args.settings.memory.mib,
                command=[f"-config.file={CONFIG_PATH}/promtail.yaml"],
                # Upstream's image has a shell, but nothing that speaks HTTP.
                health_check=["/bin/bash", "-c", IS_READY],
                files=args.files,
                digest_key=args.place.digest_key,
                data_path=DATA_PATH,
                networks=[args.place.backend],
                moved_mounts={CONTAINER_LOGS: f"{args.data_root}/containers"},
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
