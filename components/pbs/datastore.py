"""A datastore: its configuration, never its data.

This module's path is stored in users' states: it must not move.
"""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from components.pbs.provider import SectionProvider, Spec
from components.pbs.types import JobId
from proxmox.pbs import TaskError

OCCUPIED = re.compile(r"not empty|EEXIST")


class DatastoreSpec(Spec):
    name: JobId
    path: str
    comment: str | None = None
    gc_schedule: str | None = None
    notification_mode: Literal["legacy-sendmail", "notification-system"] | None = None
    verify_new: bool | None = None
    tuning: str | None = None
    maintenance_mode: str | None = None


class DatastoreProvider(SectionProvider):
    """Datastores. Making and forgetting one are tasks; forgetting leaves data and jobs alone."""

    path, noun, spec = "/config/datastore", "datastore", DatastoreSpec
    key = "name"
    fixed: ClassVar[frozenset[str]] = frozenset({"path"})

    def _make(self, spec: Spec) -> None:
        """Where data of an earlier time lie at the path, they are taken up again."""
        values = spec.to_api()
        try:
            self._wait(self._pbs.ask("POST", self.path, values))
        except TaskError as error:
            if not OCCUPIED.search(str(error)):
                raise
            self._wait(self._pbs.ask("POST", self.path, {**values, "reuse-datastore": True}))

    def _remove(self, id_: str) -> None:
        values = {"destroy-data": False, "keep-job-configs": True}
        self._wait(self._pbs.ask("DELETE", f"{self.path}/{id_}", values))

    def _wait(self, answer: dict[str, Any]) -> None:
        self._pbs.wait(str(answer["data"]))


@dataclass(frozen=True, kw_only=True)
class DatastoreArgs:
    """Where the data lie, and what the server does with them of its own."""

    name: str
    path: str
    comment: str | None = None
    gc_schedule: str | None = None
    """When garbage is collected; never by itself where it isn't set."""
    notification_mode: str | None = None
    verify_new: bool | None = None
    """Whether each backup is verified as soon as it is there."""
    tuning: str | None = None
    maintenance_mode: str | None = None
    adopt: bool = False


class Datastore(Resource, module="pbs", name="Datastore"):
    """A datastore; what lies in it takes its `name` from here."""

    name: pulumi.Output[str]

    def __init__(self, name: str, args: DatastoreArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(DatastoreProvider(), name, dict(vars(args)), opts)
