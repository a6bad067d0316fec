"""The settings of what measures containers: on the stack's own Docker host, and on others."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from settings.addresses import HostAndPort
from settings.errors import ContradictionError
from settings.labelled import Located
from settings.sections import Model
from settings.types import HostName, Size, at_least


class Cadvisor(Model):
    """Metrics of the Docker host's containers.

    It needs Docker's own image store in `docker-data-root`: a daemon with containerd's (Docker 29
    makes it the default of a fresh installation) isn't read.
    """

    enabled: bool = Field(default=False, description="Whether the containers are measured.")
    memory: Annotated[Size, at_least("48MiB")] = Field(
        default=Size("128MiB"), description="Memory limit of the container."
    )


class DockerEngine(Located):
    """A Docker host: its daemon's metrics, and a cAdvisor that runs there already."""

    engine: HostAndPort | None = Field(
        default=None, description="The daemon's `metrics-addr`, in job `docker`."
    )
    cadvisor: HostAndPort | None = Field(
        default=None, description="Where its cAdvisor answers, in job `cadvisor`."
    )
    role: HostName = Field(default="docker", description="What it is, as the label `role`.")

    @model_validator(mode="after")
    def _there_is_something_to_read(self) -> Self:
        if self.engine is None and self.cadvisor is None:
            raise ContradictionError({"engine": "is needed, or cadvisor"})
        return self
