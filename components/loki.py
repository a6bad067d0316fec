"""Loki: its config and its container."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.place import Place
from components.rendering import Files, ScrapeJob, as_yaml
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.loki import Limits, Stream
from settings.loki import Loki as Settings

JOB = ScrapeJob(name="loki", target="loki:3100")
DATA_PATH = "/loki"
INDEX_AGE_SECONDS = 300  # Loki's own default
# Never change it: what was stored under a schema is read under it. A new one is added below.
SCHEMA_SINCE = "2024-04-01"


def render(settings: Settings) -> Files:
    """One Loki on one disk, whose compactor deletes what is older than the retention."""
    index_age = min(settings.compaction_interval.seconds, INDEX_AGE_SECONDS)
    config = {
        "auth_enabled": False,
        "server": {
            "http_listen_port": 3100,
            "grpc_listen_address": "127.0.0.1",
            "log_level": "warn",
        },
        "analytics": {"reporting_enabled": False},
        "common": {
            "path_prefix": DATA_PATH,
            "replication_factor": 1,
            # Its parts talk to each other over gRPC, which nobody else may reach.
            "instance_addr": "127.0.0.1",
            "ring": {"kvstore": {"store": "inmemory"}},
            "storage": {
                "filesystem": {
                    "chunks_directory": f"{DATA_PATH}/chunks",
                    "rules_directory": f"{DATA_PATH}/rules",
                }
            },
        },
        "schema_config": {
            "configs": [
                {
                    "from": SCHEMA_SINCE,
                    "store": "tsdb",
                    "object_store": "filesystem",
                    "schema": "v13",
                    "index": {"prefix": "index_", "period": "24h"},
                }
            ]
        },
        # For as long as Loki has an old index at hand, it finds lines that are gone from the disk.
        "storage_config": {
            "index_cache_validity": f"{index_age}s",
            "tsdb_shipper": {"resync_interval": f"{index_age}s"},
        },
        # Replaying after a crash may not need more than there is: it would crash again.
        "ingester": {"wal": {"replay_memory_ceiling": f"{settings.memory.bytes // 2}B"}},
        "compactor": {
            # Without these three, retention_period is a wish that nothing carries out.
            "retention_enabled": True,
            "delete_request_store": "filesystem",
            "retention_delete_delay": settings.delete_delay.in_go,
            "compaction_interval": settings.compaction_interval.in_go,
            "working_directory": f"{DATA_PATH}/compactor",
        },
        "limits_config": {
            "retention_period": settings.retention.in_go,
            "retention_stream": _streams(settings.streams),
            "reject_old_samples": True,
            "reject_old_samples_max_age": settings.reject_old_samples_max_age.in_go,
            "volume_enabled": True,
            # Whoever may ask Grafana could delete logs through it otherwise.
            "deletion_mode": "disabled",
            **_limits(settings.limits),
        },
    }
    return {"loki.yaml": as_yaml(config)}


def _streams(streams: Sequence[Stream]) -> list[dict[str, object]]:
    """The retentions by stream: of those that fit, Loki takes the one with the highest priority."""
    return [
        {
            "selector": stream.selector,
            "priority": len(streams) - place,
            "period": stream.retention.in_go,
        }
        for place, stream in enumerate(streams)
    ]


def _limits(limits: Limits) -> dict[str, object]:
    """What is accepted, in units of 1024 as Loki counts."""
    return {
        "ingestion_rate_mb": limits.ingestion_rate_mb,
        "ingestion_burst_size_mb": limits.ingestion_burst_mb,
        "per_stream_rate_limit": f"{limits.stream_rate_mb}MB",
        "per_stream_rate_limit_burst": f"{limits.stream_burst_mb}MB",
        "max_line_size": f"{limits.line_kb}KB",
        # The beginning of a long line is better than none of it.
        "max_line_size_truncate": True,
        "max_global_streams_per_user": limits.streams,
        # Loki would split a loud stream into several, none of which reaches the limit of a stream.
        "shard_streams": {"enabled": False},
    }


@dataclass(frozen=True, kw_only=True)
class LokiArgs:
    place: Place
    settings: Settings


class Loki(pulumi.ComponentResource):
    """Takes in log lines and keeps them for as long as the retention says."""

    def __init__(self, name: str, args: LokiArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:Loki", name, {}, opts)

        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service="loki",
                image=args.place.images["loki"],
                user="10001:10001",
                memory_mib=args.settings.memory.mib,
                command=[f"-config.file={CONFIG_PATH}/loki.yaml"],
                # The image has no shell and no other program: Loki asks itself, which costs 0.2 s
                # of a core each time.
                health_seconds=30,
                health_check=[
                    *("/usr/bin/loki", "-health", "-health.url=http://127.0.0.1:3100/ready"),
                ],
                files=args.place.files["loki"],
                digest_key=args.place.digest_key,
                data_path=DATA_PATH,
                scratch_paths=["/tmp"],  # noqa: S108 (a mount in the container)
                networks=[args.place.backend],
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
