"""A scheduled verification of one datastore, or of a namespace in it.

This module's path is stored in users' states: it must not move.
"""

from dataclasses import dataclass
from typing import Annotated

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import Resource
from pydantic import Field

from components.pbs.provider import SectionProvider, Spec
from components.pbs.types import JobId, MaxDepth, Threads


class VerifyJobSpec(Spec):
    id: JobId
    store: str
    schedule: str | None = None
    ns: str | None = None
    max_depth: MaxDepth | None = None
    ignore_verified: bool = True
    outdated_after: Annotated[int, Field(ge=0)] | None = None
    read_threads: Threads | None = None
    verify_threads: Threads | None = None
    comment: str | None = None


class VerifyJobProvider(SectionProvider):
    """Verification jobs."""

    path, noun, spec = "/config/verify", "verification job", VerifyJobSpec


@dataclass(frozen=True, kw_only=True)
class VerifyJobArgs:
    """What is verified, and again after how many days."""

    id: str
    store: pulumi.Input[str]
    schedule: str | None = None
    ns: pulumi.Input[str] | None = None
    max_depth: int | None = None
    ignore_verified: bool = True
    outdated_after: int | None = None
    """Days after which a verified snapshot is verified again."""
    read_threads: int | None = None
    verify_threads: int | None = None
    comment: str | None = None
    adopt: bool = False


class VerifyJob(Resource, module="pbs", name="VerifyJob"):
    """A verification job."""

    def __init__(self, name: str, args: VerifyJobArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(VerifyJobProvider(), name, dict(vars(args)), opts)
