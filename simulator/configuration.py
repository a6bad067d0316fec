"""The simulator's settings, which `make up` takes over from the stack that watches it.

Not `settings`: Pulumi looks for modules beside the program first, and would find this one.
"""

from pydantic import Field

from settings.sections import Images, Model
from settings.types import DockerHost


class Settings(Model):
    """The `observability-simulator:stack` object of the simulator's stack file."""

    docker_host: DockerHost = Field(description="Docker daemon that runs it.")
    images: Images = Field(description="The services' images.")
