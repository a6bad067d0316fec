"""The settings of containers that a user adds: hardened and scraped like our own."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from settings.addresses import UrlPath
from settings.sections import Model, Secret
from settings.types import (
    AbsolutePath,
    DockerNetwork,
    Duration,
    FixedPort,
    HostName,
    ServiceName,
    Size,
    at_least,
    between,
    matching,
)

# Names that our own containers have on the networks.
OWN_SERVICES = {
    "alertmanager", "blackbox-exporter", "cadvisor", "docker-api", "gateway", "grafana",
    "log-agent", "loki", "node-exporter", "prometheus",
}  # fmt: skip
OWN_PREFIXES = ("postgresql-exporter-", "redis-exporter-")
NOBODYS = ("/", "/dev", "/etc/observability", "/proc", "/sys")


def _not_latest(text: str) -> str:
    """an image with a tag other than `latest`, or with a digest"""
    name, at, _ = text.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    if tag == "latest" or not (tag or at):
        raise ValueError("must have a tag other than latest, or a digest")
    return text


def _free_path(path: str) -> str:
    """no folder of the system's or the configs'"""
    if any(path == taken or path.startswith(f"{taken.rstrip('/')}/") for taken in NOBODYS[1:]):
        raise ValueError("must not be a folder of the system's or the configs'")
    if path == NOBODYS[0]:
        raise ValueError("must be a folder below /")
    return path


Image = Annotated[
    str,
    matching(
        r"[a-z0-9][\w.:/-]{0,200}(@sha256:[0-9a-f]{64})?",
        "be like ghcr.io/owner/exporter:1.2.3",
    ),
    AfterValidator(_not_latest),
]
User = Annotated[
    str, matching(r"[1-9]\d{0,8}:[1-9]\d{0,8}", "be two numbers such as 1000:1000, neither root's")
]
Variable = Annotated[
    str, matching(r"[A-Za-z_][A-Za-z0-9_]{0,62}", "be letters, digits and `_`, no digit first")
]
Text = Annotated[str, matching(r"[^\x00]*", "be a text without NUL")]
FilePath = Annotated[
    str,
    matching(
        r"(?!secrets(/|$))[A-Za-z0-9_][\w-]*(\.[\w-]+)*(/[A-Za-z0-9_][\w-]*(\.[\w-]+)*){0,5}",
        "be a relative path such as exporter/config.yml, not below secrets/",
    ),
]
Folder = Annotated[AbsolutePath, AfterValidator(_free_path)]
Texts = Annotated[tuple[Text, ...], Field(max_length=100)]


class Scrape(Model):
    """Where it serves metrics."""

    port: FixedPort = Field(description="Port of the metrics, inside the container.")
    path: UrlPath = Field(default="/metrics", description="Path of the metrics.")
    interval: Annotated[Duration, between("5s", "2m")] | None = Field(
        default=None, description="How often they are read, if not `prometheus.scrape-interval`."
    )


class UserService(Model):
    """A container of the user's own; what is no setting here, it can't have."""

    image: Image = Field(description="Image with a tag other than `latest`, or with a digest.")
    entry_point: Texts = Field(
        default=(), description="Replaces the entry point of the image, if it isn't empty."
    )
    command: Texts = Field(default=(), description="Arguments of the entry point.")
    user: User = Field(description="User and group that it runs as, by number.")
    environment: dict[Variable, Text] = Field(
        default={}, description="Environment variables, in plain text: no passwords."
    )
    secrets: dict[Variable, Secret] = Field(
        default={},
        description="Environment variables that hold the path of a file with a secret: "
        "`/etc/observability/secrets/KEY`.",
    )
    files: dict[FilePath, Text] = Field(
        default={}, description="Files below `/etc/observability`, in plain text."
    )
    data_path: Folder | None = Field(
        default=None, description="Folder on a volume that outlives the container."
    )
    scratch_paths: Annotated[tuple[Folder, ...], Field(max_length=10)] = Field(
        default=(), description="Folders in memory that it may write to, 64 MiB each."
    )
    memory: Annotated[Size, at_least("16MiB")] = Field(
        default=Size("128MiB"), description="Memory limit of the container."
    )
    reaches_out: bool = Field(
        default=False, description="Whether it reaches other hosts; else only the stack's services."
    )
    networks: Annotated[tuple[DockerNetwork, ...], Field(max_length=20)] = Field(
        default=(), description="Docker networks of your own that it joins."
    )
    health_check: Texts = Field(
        default=(),
        description="Command inside the container that fails where it is sick. Without one, the "
        "image's own holds, if it has one.",
    )
    role: HostName = Field(default="service", description="What it is, as the label `role`.")
    scrape: Scrape | None = Field(
        default=None, description="Where it serves metrics, which become a job of its name."
    )


def taken_names(
    services: Mapping[ServiceName, UserService], *, jobs: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, str]]:
    """Names that are taken; `jobs` are names of other jobs by the setting that gives them."""
    for name, service in sorted(services.items()):
        if name in OWN_SERVICES or name.startswith(OWN_PREFIXES):
            yield f"services.{name}", "is a service of the program's own: give it another name"
        elif service.scrape:
            for where, names in jobs.items():
                if name in names:
                    yield f"services.{name}", f"is also a job {where}: give it another name"
        twice = set(service.environment) & set(service.secrets)
        for variable in sorted(twice):
            yield f"services.{name}.secrets.{variable}", "is also in environment"
