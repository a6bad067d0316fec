"""A scheduled prune job of one datastore, or of a namespace in it.

This module's path is stored in users' states: it must not move.
"""

from dataclasses import dataclass
from typing import Annotated

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import Resource
from pydantic import Field

from components.pbs.provider import SectionProvider, Spec
from components.pbs.types import JobId, MaxDepth

Keep = Annotated[int, Field(ge=1)]


class PruneJobSpec(Spec):
    id: JobId
    store: str
    schedule: str
    ns: str | None = None
    max_depth: MaxDepth | None = None
    keep_last: Keep | None = None
    keep_hourly: Keep | None = None
    keep_daily: Keep | None = None
    keep_weekly: Keep | None = None
    keep_monthly: Keep | None = None
    keep_yearly: Keep | None = None
    comment: str | None = None
    disable: bool = False


class PruneJobProvider(SectionProvider):
    """Prune jobs."""

    path, noun, spec = "/config/prune", "prune job", PruneJobSpec


@dataclass(frozen=True, kw_only=True)
class PruneJobArgs:
    """Which snapshots stay; without any `keep_…` all of them do."""

    id: str
    store: pulumi.Input[str]
    schedule: str
    ns: pulumi.Input[str] | None = None
    max_depth: int | None = None
    keep_last: int | None = None
    keep_hourly: int | None = None
    keep_daily: int | None = None
    keep_weekly: int | None = None
    keep_monthly: int | None = None
    keep_yearly: int | None = None
    comment: str | None = None
    disable: bool = False
    adopt: bool = False
    """Whether a job of this id that somebody else has made, and otherwise, is taken over."""


class PruneJob(Resource, module="pbs", name="PruneJob"):
    """A prune job."""

    def __init__(self, name: str, args: PruneJobArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(PruneJobProvider(), name, dict(vars(args)), opts)
