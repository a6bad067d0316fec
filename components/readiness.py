"""Waits until something answers over HTTP: dynamic provider and resource.

This module's path is stored in users' states: it must not move.
"""

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from components.http import trusting, wait

INPUTS = ("url", "path", "version", "seconds", "ca", "hint")


class ReadinessProvider(ResourceProvider):
    """Asks for `url` + `path` until the answer is a success, for at most `seconds`."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        _wait(props)
        return CreateResult(props["url"], {name: props[name] for name in INPUTS})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """What waits may change freely; another thing to wait for is waited for again."""
        return DiffResult(changes=any(olds.get(name) != news.get(name) for name in INPUTS))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Nothing lives anywhere: having waited is all that there is to know."""
        return ReadResult(id_, props, inputs={name: props.get(name) for name in INPUTS})

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        _wait(news)
        return UpdateResult({name: news[name] for name in INPUTS})


def _wait(props: dict[str, Any]) -> None:
    try:
        wait(props["url"] + props["path"], float(props["seconds"]), trusting(props["ca"]))
    except TimeoutError as error:
        raise TimeoutError(f"{error}; {props['hint']}" if props["hint"] else str(error)) from None


@dataclass(frozen=True, kw_only=True)
class ReadinessArgs:
    url: pulumi.Input[str]
    path: str
    version: pulumi.Input[str]
    """Changes with what is waited for, so that its successor is waited for as well."""
    seconds: int = 120
    ca: pulumi.Input[str] = ""
    """Certificates to trust beside the usual ones, in PEM."""
    hint: str = ""
    """What the user could look at where nothing answers."""


class Readiness(Resource, module="observability", name="Readiness"):
    """Something that answers; what needs it takes its `url` from here."""

    url: pulumi.Output[str]

    def __init__(self, name: str, args: ReadinessArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ReadinessProvider(), name, dict(vars(args)), opts)
