"""The settings of each service."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from settings.errors import ContradictionError
from settings.types import (
    Duration,
    FixedPort,
    SecretName,
    Size,
    at_least,
    between,
)

# Prometheus' documentation, "Storage", asks for at least this much room for compaction.
FULLEST_VOLUME = 0.8


class Model(BaseModel):
    """Base of every settings model: immutable, kebab-case in YAML, typos rejected."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        alias_generator=lambda field: field.replace("_", "-"),
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
        validate_default=True,
    )


class Secret(Model):
    """Where a secret lies: a config key of its own, never in this object."""

    secret: SecretName = Field(description="Config key, below `observability:`, of the secret.")


class Images(Model):
    """Where the images of the services come from."""

    source: Literal["upstream", "local"] = Field(
        default="upstream",
        description="`upstream` pulls the images that `images.toml` pins. `local` takes those that "
        "`make` builds where no registry can be reached, and writes into the stack file then.",
    )


class Prometheus(Model):
    """Metrics: how often they are read and how long they are kept."""

    scrape_interval: Annotated[Duration, between("1s", "2m")] = Field(
        default=Duration("15s"),
        description="How often each target is read. Above 2 minutes, graphs have gaps.",
    )
    evaluation_interval: Annotated[Duration, between("1s", "5m")] = Field(
        default=Duration("15s"), description="How often alert and recording rules are evaluated."
    )
    retention: Annotated[Duration, between("2h", "10000d")] = Field(
        default=Duration("90d"),
        description="Age from which samples are deleted. Prometheus deletes blocks of 2 hours "
        "and more, so the oldest samples live somewhat longer.",
    )
    retention_size: Annotated[Size, at_least("512MB")] = Field(
        default=Size("12GB"),
        description="Size from which the oldest samples are deleted, whatever their age. At most "
        "80 % of `volume-size`: compaction needs the rest.",
    )
    volume_size: Annotated[Size, at_least("640MB")] = Field(
        default=Size("16GB"),
        description="Disk space that is meant for metrics. Docker doesn't enforce it; "
        "`retention-size` is checked against it.",
    )
    memory: Annotated[Size, at_least("128MiB")] = Field(
        default=Size("512MiB"), description="Memory limit of the container."
    )

    @model_validator(mode="after")
    def _retention_fits_the_volume(self) -> Self:
        if self.retention_size.bytes > FULLEST_VOLUME * self.volume_size.bytes:
            problem = (
                "must be at most 80 % of volume-size: Prometheus' storage documentation asks for "
                "15-20 % of room for compaction"
            )
            raise ContradictionError({"retention-size": problem})
        return self


class Alertmanager(Model):
    """Grouping and delivery of alerts."""

    retention: Annotated[Duration, between("24h", "365d")] = Field(
        default=Duration("120h"),
        description="How long silences and the record of sent notifications are kept. Has to be "
        "longer than the interval at which notifications are repeated.",
    )
    memory: Annotated[Size, at_least("32MiB")] = Field(
        default=Size("128MiB"), description="Memory limit of the container."
    )


class NodeExporter(Model):
    """Metrics of the Docker host itself."""

    enabled: bool = Field(default=True, description="Whether the Docker host is measured.")
    port: FixedPort = Field(
        default=9100,
        description="Port that it listens on, on the gateway address of the stack's own network. "
        "Another exporter that listens on all addresses of the host needs another port.",
    )
    memory: Annotated[Size, at_least("24MiB")] = Field(
        default=Size("64MiB"), description="Memory limit of the container."
    )
