"""The settings of Loki: what it accepts, and how long it keeps it."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.errors import ContradictionError
from settings.log_types import StreamSelector
from settings.sections import Model
from settings.types import Duration, Size, at_least, between


class Stream(Model):
    """A retention of its own for some streams."""

    selector: StreamSelector = Field(description="Labels of the streams.")
    retention: Annotated[Duration, between("24h", "10000d")] = Field(
        description="Age from which their lines are deleted, however long others are kept."
    )


class Limits(Model):
    """What Loki accepts, so that one loud stream doesn't fill the disk; the rest is refused."""

    ingestion_rate_mb: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=4, description="MiB of lines a second, all streams together."
    )
    ingestion_burst_mb: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=6, description="MiB that may come at once. At least `ingestion-rate-mb`."
    )
    stream_rate_mb: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=3, description="MiB of lines a second in one stream."
    )
    stream_burst_mb: Annotated[int, Field(ge=1, le=1024)] = Field(
        default=15,
        description="MiB that may come at once in one stream. At least `stream-rate-mb`.",
    )
    line_kb: Annotated[int, Field(ge=1, le=4096)] = Field(
        default=256, description="Longest line in KiB; the rest of a longer one is cut off."
    )
    streams: Annotated[int, Field(ge=10, le=1_000_000)] = Field(
        default=5000, description="Streams at a time; lines of further ones are refused."
    )

    @model_validator(mode="after")
    def _bursts_are_no_smaller_than_rates(self) -> Self:
        problems = {}
        if self.ingestion_burst_mb < self.ingestion_rate_mb:
            problems["ingestion-burst-mb"] = "must be at least ingestion-rate-mb"
        if self.stream_burst_mb < self.stream_rate_mb:
            problems["stream-burst-mb"] = "must be at least stream-rate-mb"
        if problems:
            raise ContradictionError(problems)
        return self


class Loki(Model):
    """Logs: how long they are kept and what is accepted."""

    retention: Annotated[Duration, between("1h", "10000d")] = Field(
        default=Duration("14d"),
        description="Age from which log lines are deleted. Loki deletes chunks, each of which "
        "holds up to 2 hours of one stream.",
    )
    compaction_interval: Annotated[Duration, between("1s", "24h")] = Field(
        default=Duration("10m"), description="How often Loki looks for lines that are too old."
    )
    delete_delay: Annotated[Duration, between("1s", "7d")] = Field(
        default=Duration("2h"),
        description="Time between the decision to delete a chunk and its deletion from disk.",
    )
    reject_old_samples_max_age: Annotated[Duration, between("1h", "365d")] = Field(
        default=Duration("7d"),
        description="Age from which lines are refused when they arrive, so that an agent that "
        "was away doesn't bring back what retention has deleted.",
    )
    streams: tuple[Stream, ...] = Field(
        default=(),
        max_length=20,
        description="Streams that are kept for another time, as objects. Where several fit, the "
        "first counts.",
    )
    limits: Limits = Field(default=Limits(), description="What is accepted.")
    memory: Annotated[Size, at_least("128MiB")] = Field(
        default=Size("512MiB"), description="Memory limit of the container."
    )
