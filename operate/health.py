"""Whether the stack's containers pass their health checks."""

import time
from typing import Any

from operate.docker import Docker
from operate.stack import OperateError

SECONDS = 90.0
PAUSE_SECONDS = 1.0


def wait_until_healthy(docker: Docker, *, seconds: float = SECONDS) -> None:
    """Return once no server is sick; an OperateError that names the sick ones otherwise.

    One that runs, has never been restarted and hasn't been checked yet isn't sick.
    """
    deadline = time.monotonic() + seconds
    while sick := _sick(docker):
        if time.monotonic() >= deadline:
            raise OperateError(
                f"{', '.join(sick)} not healthy after {seconds:.0f} s: "
                f"`docker logs {next(iter(sick))}` may say why"
            )
        time.sleep(PAUSE_SECONDS)


def _sick(docker: Docker) -> list[str]:
    """Servers that don't run, crash, or fail their check; config holders never run."""
    names = docker.names("container")
    found = docker.inspect("container", *names) if names else []
    return sorted(
        container["Name"].removeprefix("/")
        for container in found
        if container["Config"].get("Healthcheck") and not _is_well(container)
    )


def _is_well(container: dict[str, Any]) -> bool:
    state = container["State"]
    health = (state.get("Health") or {}).get("Status")
    untried = health == "starting" and not container["RestartCount"]
    return state["Status"] == "running" and (health == "healthy" or untried)
