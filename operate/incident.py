"""`make incident NAME=…` and `make calm`: the demo estate's troubles, on purpose."""

import os

from operate import simulator
from operate.docker import Docker
from operate.stack import OperateError, Stack
from simulator.demo import shop

# What services.demo.incidents knows: importing it would load its clients of Redis and PostgreSQL.
NAMES = ("errors", "slow-database", "queue-stuck", "full-disk", "log-storm")


def incident(stack: Stack) -> int:
    """Begin the one that NAME says; it ends by itself after an hour."""
    name = os.environ.get("NAME", "")
    if name not in NAMES:
        asked = f"there is no incident {name!r}" if name else "say which: NAME=name"
        raise OperateError(f"{asked}; there are {', '.join(NAMES)}")
    return _run(stack, "start", name)


def calm(stack: Stack) -> int:
    """End all of them."""
    return _run(stack, "stop")


def _run(stack: Stack, *action: str) -> int:
    docker = Docker(simulator.of(stack))
    container = f"obs-{docker.stack.label}-{shop.INCIDENTS}"
    if container not in docker.names("container"):
        raise OperateError(
            f"stack {stack.name} has no demo estate that is up: `make up` makes one where "
            f"{simulator.WANTED} is true"
        )
    command = ["python", "-m", "services.demo.incident", *action, *shop.TO_REDIS]
    print(docker.run("exec", container, *command), end="")
    return 0
