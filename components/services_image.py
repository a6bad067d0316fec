"""The images of our own programs, built on the stack's Docker host."""

import os
from dataclasses import dataclass
from pathlib import Path

import pulumi
import pulumi_docker as docker
from pulumi import ResourceOptions

from toolchain.cache import digest
from toolchain.services_context import SERVICES, Context

USER = "10010:10010"
"""Who the image's services run as."""
DATA_PATH = "/var/lib/observability"
"""A folder of theirs, for the volume of a service that keeps data."""


@dataclass(frozen=True, kw_only=True)
class BuildContext:
    """A folder that `make setup` has prepared, and what tells it from others."""

    folder: str
    """Relative, so that another clone's path is no change."""
    version: str


def find_context(context: Context = SERVICES) -> BuildContext:
    """The prepared context; a RunError of one line where it is missing or stale.

    A program asks for it first of all, before it registers anything.
    """
    wanted, found = context.version(), context.prepared()
    if found != wanted:
        state = f"is older than {context.sources[0]}/" if found else "is missing"
        raise pulumi.RunError(f"the build context of {context.name} {state}: run `make setup`")
    folder = os.path.relpath(context.path, Path.cwd())
    return BuildContext(folder=folder, version=wanted)


@dataclass(frozen=True, kw_only=True)
class ServicesImageArgs:
    context: BuildContext
    base: str
    """Reference of the Python image below it."""
    image: str = "services"
    """What is added to `obs-` to name it."""


class ServicesImage(pulumi.ComponentResource):
    """Builds the image; its tag changes with all that goes in, and so does what runs it."""

    reference: pulumi.Output[str]
    """For the `image` of a service, which is then made after the image and doesn't pull it."""

    def __init__(
        self, name: str, args: ServicesImageArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:ServicesImage", name, {}, opts)

        image = docker.RemoteImage(
            f"{name}-build",
            name=f"obs-{args.image}:{digest([], [args.context.version, args.base])}",
            build={"context": args.context.folder, "build_args": {"BASE": args.base}},
            # Another stack on this Docker host may run it too.
            keep_locally=True,
            opts=ResourceOptions(parent=self),
        )

        self.reference = image.name
        self.register_outputs({"reference": self.reference})
