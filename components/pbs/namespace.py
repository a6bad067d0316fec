"""A namespace in a datastore.

This module's path is stored in users' states: it must not move.
"""

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import CheckResult, DiffResult, ReadResult, Resource, UpdateResult
from pulumi.dynamic import CreateResult as Created

from components.pbs.provider import Session
from proxmox.connection import ProxmoxError
from proxmox.pbs import is_absent

FIELDS = ("store", "ns")


class NamespaceProvider(Session):
    """Namespaces; one that is there already, since a backup may have made it, is taken as it is."""

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        return CheckResult(news, [])

    def create(self, props: dict[str, Any]) -> Created:
        """With those above it, as far as they are missing."""
        present, parent = self._present(props["store"]) or set(), ""
        for part in str(props["ns"]).split("/"):
            full = f"{parent}/{part}".lstrip("/")
            if full not in present:
                values = {"name": part, **({"parent": parent} if parent else {})}
                self._pbs.ask("POST", self._path(props), values)
            parent = full
        return Created(f"{props['store']}:{props['ns']}", {name: props[name] for name in FIELDS})

    def read(self, id_: str, _props: dict[str, Any]) -> ReadResult:
        store, _, ns = id_.partition(":")
        if ns not in (self._present(store) or set()):
            return ReadResult("", {})
        found = {"store": store, "ns": ns}
        return ReadResult(id_, found, inputs=found)

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        changed = [name for name in FIELDS if olds.get(name) != news.get(name)]
        return DiffResult(changes=bool(changed), replaces=changed)

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Never asked: whatever changes replaces it."""
        return UpdateResult(news)

    def delete(self, _id: str, props: dict[str, Any]) -> None:
        """Only where no backup lies in it or below it: those are never deleted from here."""
        if props["ns"] not in (self._present(props["store"]) or set()):
            return
        values = {"ns": props["ns"], "delete-groups": False}
        try:
            self._pbs.ask("DELETE", self._path(props), values)
        except ProxmoxError as error:
            if "existing groups" not in str(error):  # with backups in it, it stays
                raise

    def _present(self, store: str) -> set[str] | None:
        """The datastore's namespaces; None where it isn't there."""
        try:
            rows = self._pbs.ask("GET", self._path({"store": store}))["data"]
        except ProxmoxError as error:
            if is_absent(error):
                return None
            raise
        return {row["ns"] for row in rows}

    def _path(self, props: dict[str, Any]) -> str:
        return f"/admin/datastore/{props['store']}/namespace"


@dataclass(frozen=True, kw_only=True)
class NamespaceArgs:
    store: pulumi.Input[str]
    ns: str
    """Its full name, such as `prod/web`."""


class Namespace(Resource, module="pbs", name="Namespace"):
    """A namespace; what lies in it takes its `ns` from here."""

    ns: pulumi.Output[str]

    def __init__(self, name: str, args: NamespaceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(NamespaceProvider(), name, dict(vars(args)), opts)
