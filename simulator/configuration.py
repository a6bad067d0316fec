"""The simulator's settings, which `make up` takes over from the stack that watches it.

Not `settings`: Pulumi looks for modules beside the program first, and would find this one.
"""

from pydantic import Field

from settings.sections import Images, Model
from settings.types import DockerHost, FreeOrFixedPort


class Settings(Model):
    """The `observability-simulator:stack` object of the simulator's stack file."""

    docker_host: DockerHost = Field(description="Docker daemon that runs it.")
    images: Images = Field(description="The services' images.")
    pve_port: FreeOrFixedPort | None = Field(
        default=None,
        description="Port of the loopback address for the simulated Proxmox VE, 0 for a free one; "
        "without it, there is none.",
    )
