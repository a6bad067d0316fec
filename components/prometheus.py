"""Prometheus: its config, its rules, its container."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.place import Place
from components.rendering import Files, ScrapeJob, as_yaml
from components.scraping import SITE_FOLDER, TARGETS_PATH
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.sections import Prometheus as Settings

JOB = ScrapeJob(name="prometheus", target="localhost:9090")
DATA_PATH = "/prometheus"
# Prometheus doesn't restore alerts whose `for` is shorter: after a restart they start anew. By its
# default of 10 minutes, most firing alerts would be resolved by that, since Alertmanager waits for
# 4 minutes to hear of them again.
FOR_GRACE_PERIOD = "1m"
# Prometheus' own default, which may not exceed the scrape interval.
SCRAPE_TIMEOUT_SECONDS = 10


def render(
    settings: Settings,
    *,
    jobs: Sequence[ScrapeJob],
    labels: Mapping[str, str],
    rules: Mapping[str, str],
    others: Files,
) -> Files:
    """The config and the rule files; `labels` are the own targets', `rules` are by file name.

    `others` are what the jobs refer to, and files with jobs of the user's.
    """
    timeout = min(settings.scrape_interval.seconds, SCRAPE_TIMEOUT_SECONDS)
    config = {
        "global": {
            "scrape_interval": str(settings.scrape_interval),
            "scrape_timeout": f"{timeout}s",
            "evaluation_interval": str(settings.evaluation_interval),
        },
        "rule_files": ["rules/*.rules.yaml"],
        "scrape_config_files": [f"{SITE_FOLDER}/*.yml"],
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": ["alertmanager:9093"]}]}],
        },
        "scrape_configs": [
            {
                "job_name": job.name,
                "metrics_path": job.path,
                "static_configs": [
                    *([{"targets": [job.target], "labels": dict(labels)}] if job.target else []),
                    *({"targets": [t.address], "labels": dict(t.labels)} for t in job.others),
                ],
                **job.options,
            }
            for job in jobs
        ],
    }
    return {
        "prometheus.yml": as_yaml(config),
        **{f"rules/{name}": text for name, text in sorted(rules.items())},
        **others,
    }


@dataclass(frozen=True, kw_only=True)
class PrometheusArgs:
    place: Place
    settings: Settings
    targets_folder: str | None = None
    """Folder of the Docker host with target files."""
    hosts: Mapping[str, pulumi.Input[str]]
    """Address of each target that isn't on the network of the services, by the name it goes by."""
    reaches_out: bool = False
    """Whether it has targets on other hosts."""


class Prometheus(pulumi.ComponentResource):
    """Reads the metrics, evaluates the rules and keeps the samples."""

    def __init__(
        self, name: str, args: PrometheusArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:Prometheus", name, {}, opts)

        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service="prometheus",
                image=args.place.images["prometheus"],
                user="65534:65534",
                memory_mib=args.settings.memory.mib,
                command=[
                    f"--config.file={CONFIG_PATH}/prometheus.yml",
                    f"--storage.tsdb.path={DATA_PATH}",
                    f"--storage.tsdb.retention.time={args.settings.retention}",
                    # In bytes, since Prometheus takes GB for what others call GiB.
                    f"--storage.tsdb.retention.size={args.settings.retention_size.bytes}B",
                    f"--rules.alert.for-grace-period={FOR_GRACE_PERIOD}",
                ],
                health_check=[
                    *("wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9090/-/ready"),
                ],
                files=args.place.files["prometheus"],
                secret_files=args.place.secret_files("prometheus"),
                digest_key=args.place.digest_key,
                data_path=DATA_PATH,
                networks=[
                    args.place.backend,
                    *([args.place.front] if args.reaches_out else []),
                    *args.place.joined,
                ],
                hosts=args.hosts,
                moved_mounts={TARGETS_PATH: args.targets_folder} if args.targets_folder else {},
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
