"""The project in `simulator/`, which stands in for a real site: comes up before its stack."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import yaml

from operate import simulated_pve
from operate.docker import Docker
from operate.recover import recover
from operate.stack import PROJECT, OperateError, Stack, generate_secrets, initialise
from simulator.pve import names
from toolchain.say import say

WANTED = f"{PROJECT}:simulator"
OWN_SECRETS = ("stack-secret", "postgresql-password", "redis-password")
# The passwords with which the stack's exporters ask the demo estate.
SHARED_SECRETS = ("demo-postgresql-password", "demo-redis-password")


@dataclass(frozen=True)
class Simulator(Stack):
    """The simulator's stack of the same name; its settings come from the one that watches it."""

    project: ClassVar[str] = "observability-simulator"

    @property
    def label(self) -> str:
        """Another one than that of the stack that watches it."""
        return f"{self.name}-sim"


def of(stack: Stack) -> Simulator:
    """The simulator that a stack has or would have."""
    return Simulator(stack.name, stack.checkout / "simulator")


def wanted(stack: Stack) -> bool:
    """Whether the stack file asks for it."""
    asked = stack.config.get(WANTED, False)
    if isinstance(asked, str):  # `pulumi config set` writes texts
        asked = {"true": True, "false": False}.get(asked)
    if not isinstance(asked, bool):
        raise OperateError(f"{stack.config_file.name}: {WANTED} must be true or false")
    return asked


def concerned(stack: Stack) -> list[Simulator]:
    """The stack's simulator where it is wanted or may be there from a time when it was."""
    simulator = of(stack)
    return [simulator] if wanted(stack) or simulator.config_file.exists() else []


def prepare(stack: Stack) -> Simulator:
    """Make the simulator's stack file, with the settings and passwords of its stack."""
    simulator = of(stack)
    shared = [*SHARED_SECRETS]
    generate_secrets(stack, SHARED_SECRETS)
    taken = {"docker-host": stack.docker_host, "images": stack.settings.get("images", {})}
    port = simulated_pve.port(stack)
    if port is not None:
        simulated_pve.prepare(stack)
        taken["pve-port"] = port
        shared += names.SECRETS
    initialise(simulator, lambda: _write_settings(simulator, taken))
    if simulator.settings != taken:
        _write_settings(simulator, taken)
    generate_secrets(simulator, OWN_SECRETS)
    given, present = _secrets(stack), _secrets(simulator)
    for name in shared:
        if given[name] != present.get(name):
            simulator.set_secret(name, given[name])
    return simulator


def up(stack: Stack) -> int:
    """Bring it up, however an earlier run ended; its containers may not be healthy yet.

    But its Proxmox VE answers, which is asked before the stack is brought up.
    """
    simulator = prepare(stack)
    recover(simulator)
    status = simulator.run("up", "--yes", "--skip-preview")
    port = simulated_pve.port(stack)
    if status == 0 and port is not None:
        simulated_pve.wait_until_it_answers(port)
    return status


def preview(stack: Stack) -> int:
    """Show what `up` would change in it."""
    return prepare(stack).run("preview", "--diff")


def down(simulator: Simulator) -> int:
    """Remove its containers and networks; the stack that watches it has to be down."""
    if not simulator.exists():
        return 0
    initialise(simulator, lambda: None)
    recover(simulator)
    return simulator.run("destroy", "--yes", "--skip-preview")


def remove_unwanted(stack: Stack) -> int:
    """Remove the one that the stack file doesn't ask for any more."""
    if wanted(stack):
        return 0
    for simulator in concerned(stack):
        if Docker(simulator).ids("container"):
            say(f"{WANTED} isn't set any more: the simulator's containers are removed.")
            return down(simulator)
    return 0


def _write_settings(simulator: Simulator, settings: dict[str, Any]) -> None:
    file = simulator.config_file
    content = (yaml.safe_load(file.read_text()) if file.exists() else None) or {}
    content = {**content, "config": simulator.config | {f"{simulator.project}:stack": settings}}
    file.touch(mode=0o600)
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def _secrets(stack: Stack) -> dict[str, str]:
    """The values of the stack file's secrets by name."""
    shown = json.loads(stack.ask("config", "--show-secrets", "--json"))
    return {
        key.partition(":")[2]: entry["value"] for key, entry in shown.items() if entry["secret"]
    }
