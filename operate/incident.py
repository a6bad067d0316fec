"""`make incident NAME=…` and `make calm`: troubles of the simulated site, on purpose."""

import os
from collections.abc import Sequence

from components.services_image import DATA_PATH
from operate import simulated_pve, simulator
from operate.docker import Docker
from operate.stack import OperateError, Stack
from simulator.demo import shop
from simulator.pve import names
from simulator.pve.incidents import Incident

# What services.demo.incidents knows: importing it would load its clients of Redis and PostgreSQL.
OF_DEMO = ("errors", "slow-database", "queue-stuck", "full-disk", "log-storm")
OF_PVE = tuple(str(incident) for incident in Incident)
NAMES = (*OF_DEMO, *OF_PVE)

# By container: the command that begins and ends them there, and what follows the action.
COMMANDS: dict[str, tuple[str, Sequence[str]]] = {
    shop.INCIDENTS: ("services.demo.incident", shop.TO_REDIS),
    names.SERVICE: ("simulator.pve.incident", [f"--folder={DATA_PATH}"]),
}


def incident(stack: Stack) -> int:
    """Begin the one that NAME says; it ends by itself after an hour."""
    name = os.environ.get("NAME", "")
    if name not in NAMES:
        asked = f"there is no incident {name!r}" if name else "say which: NAME=name"
        raise OperateError(f"{asked}; there are {', '.join(NAMES)}")
    docker = Docker(simulator.of(stack))
    container = shop.INCIDENTS if name in OF_DEMO else names.SERVICE
    if container not in _there(docker):
        what = "demo estate" if name in OF_DEMO else "simulated Proxmox VE"
        raise OperateError(f"stack {stack.name} has no {what} that is up: {_remedy(name)}")
    return _run(docker, container, "start", name)


def calm(stack: Stack) -> int:
    """End all of them."""
    docker = Docker(simulator.of(stack))
    there = _there(docker)
    if not there:
        raise OperateError(f"stack {stack.name} has no demo estate that is up: {_remedy()}")
    for container in there:
        _run(docker, container, "stop")
    return 0


def _remedy(name: str = OF_DEMO[0]) -> str:
    needs = "" if name in OF_DEMO else f" and `pve.endpoint` is on {simulated_pve.HERE}"
    return f"`make up` makes one where {simulator.WANTED} is true{needs}"


def _there(docker: Docker) -> list[str]:
    present = docker.names("container")
    return [name for name in COMMANDS if f"obs-{docker.stack.label}-{name}" in present]


def _run(docker: Docker, container: str, *action: str) -> int:
    module, options = COMMANDS[container]
    command = ["python", "-m", module, *action, *options]
    print(docker.run("exec", f"obs-{docker.stack.label}-{container}", *command), end="")
    return 0
