"""A free port, picked once and kept: dynamic provider and resource.

This module's path is stored in users' states: it must not move.
"""

import socket
from typing import Any

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider


class FreePortProvider(ResourceProvider):
    """Asks the kernel of this machine for a port that nobody listens on."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        with socket.socket() as probe:
            probe.bind((props["address"], 0))
            port = probe.getsockname()[1]
        return CreateResult(str(port), {"address": props["address"], "port": port})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        moved = olds.get("address") != news.get("address")
        return DiffResult(changes=moved, replaces=["address"] if moved else [])

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The port is in use by now, which is how it should be: nothing to look at."""
        return ReadResult(id_, props, inputs={"address": props["address"]})


class FreePort(Resource, module="observability", name="FreePort"):
    """A port of an address of this machine that was free when it was picked."""

    port: pulumi.Output[int]

    def __init__(
        self, name: str, address: pulumi.Input[str], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__(FreePortProvider(), name, {"address": address, "port": None}, opts)
