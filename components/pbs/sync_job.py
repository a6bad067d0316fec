"""A scheduled copy between two datastores, pulled or pushed.

This module's path is stored in users' states: it must not move.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, Self

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import Resource
from pydantic import Field

from components.pbs.provider import SectionProvider, Spec
from components.pbs.types import JobId, MaxDepth


class SyncJobSpec(Spec):
    id: JobId
    store: str
    remote_store: str
    remote: str | None = None
    schedule: str | None = None
    ns: str | None = None
    remote_ns: str | None = None
    max_depth: MaxDepth | None = None
    owner: str | None = None
    group_filter: list[str] | None = None
    rate_in: str | None = None
    rate_out: str | None = None
    remove_vanished: bool | None = None
    transfer_last: Annotated[int, Field(ge=1)] | None = None
    encrypted_only: bool | None = None
    verified_only: bool | None = None
    sync_direction: Literal["pull", "push"] = "pull"
    comment: str | None = None

    @classmethod
    def from_api(cls, body: dict[str, Any]) -> Self:
        """Rates without the blank that the server puts in: `10 MB` as `10MB`."""
        rates = {
            name: body[name].replace(" ", "") for name in ("rate-in", "rate-out") & body.keys()
        }
        return cls.model_validate(body | rates)


class SyncJobProvider(SectionProvider):
    """Sync jobs; the server lists those that pull alone unless it is asked for all."""

    path, noun, spec = "/config/sync", "sync job", SyncJobSpec
    listing = {"sync-direction": "all"}  # noqa: RUF012
    fixed = frozenset({"sync_direction"})


@dataclass(frozen=True, kw_only=True)
class SyncJobArgs:
    """From where to where; without a `remote`, both datastores are the server's own."""

    id: str
    store: pulumi.Input[str]
    remote_store: str
    remote: pulumi.Input[str] | None = None
    schedule: str | None = None
    ns: pulumi.Input[str] | None = None
    remote_ns: str | None = None
    max_depth: int | None = None
    owner: pulumi.Input[str] | None = None
    group_filter: list[str] | None = field(default=None)
    rate_in: str | None = None
    """Such as `10MB`, in a second."""
    rate_out: str | None = None
    remove_vanished: bool | None = None
    transfer_last: int | None = None
    encrypted_only: bool | None = None
    verified_only: bool | None = None
    sync_direction: str = "pull"
    comment: str | None = None
    adopt: bool = False


class SyncJob(Resource, module="pbs", name="SyncJob"):
    """A sync job."""

    def __init__(self, name: str, args: SyncJobArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(SyncJobProvider(), name, dict(vars(args)), opts)
