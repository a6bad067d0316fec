"""Whether Pulumi can refresh what is in Grafana, which it has to ask for that."""

import json
import time
from typing import Any

from components.http import trusting
from operate.docker import Docker
from operate.stack import OperateError, Stack
from toolchain.say import say
from verify.grafana import Grafana, GrafanaError, RefusedError

GRAFANA_SECONDS = 60.0
PAUSE_SECONDS = 0.5
GRAFANA_PROVIDER = "pulumi:providers:grafana"


def flags_for_up(stack: Stack) -> tuple[str, ...]:
    """What to tell `pulumi up` or `destroy`; a Grafana that was stopped is started.

    One that is gone, broken, or has another login than the state knows is left out of the refresh,
    or no `up` could mend it: Docker's objects are refreshed here, and the `up` does without.
    """
    state = resources(stack)
    if not holds_grafana_content(state):
        return ()
    docker, container = Docker(stack), f"obs-{stack.name}-grafana"
    if container in docker.names("container"):
        trouble = _trouble_in_starting(docker, container)
        trouble = trouble or _trouble(stack, seconds=GRAFANA_SECONDS)
        if not trouble:
            return ()
        say(f"{trouble}; this time, what is in it isn't compared with the program.")
    else:
        say("Grafana's container is gone and is made again.")
    targets = [
        argument
        for resource in state
        if resource["type"].startswith("docker:")
        for argument in ("--target", resource["urn"])
    ]
    if targets:  # without one, everything would be refreshed
        stack.ask("refresh", "--yes", "--skip-preview", *targets)
    return ("--refresh=false",)


def flags_for_preview(stack: Stack) -> tuple[str, ...]:
    """What to tell `pulumi preview`, which may start and change nothing."""
    if not holds_grafana_content(resources(stack)):
        return ()
    if trouble := _trouble(stack, seconds=0):
        say(f"{trouble}; changes made by hand don't show. `make up` puts it right.")
        return ("--refresh=false",)
    return ()


def running_grafana(stack: Stack) -> Grafana:
    """Grafana with the login that the state knows, started if need be; a GrafanaError if not."""
    docker, container = Docker(stack), f"obs-{stack.name}-grafana"
    if container not in docker.names("container"):
        raise GrafanaError("Grafana's container is gone")
    trouble = _trouble_in_starting(docker, container)
    if trouble := trouble or _trouble(stack, seconds=GRAFANA_SECONDS):
        raise GrafanaError(trouble)
    return _as_in_state(stack)


def resources(stack: Stack) -> list[dict[str, Any]]:
    """The resources in the stack's state."""
    deployment = json.loads(stack.ask("stack", "export"))["deployment"]
    found: list[dict[str, Any]] = deployment.get("resources", [])
    return found


def holds_grafana_content(state: list[dict[str, Any]]) -> bool:
    """Whether something in the state lies in Grafana."""
    return any(resource["type"].startswith("grafana:") for resource in state)


def _trouble_in_starting(docker: Docker, container: str) -> str:
    try:
        docker.run("container", "start", container)
    except OperateError as error:  # its network is gone, or its port is taken
        return str(error)
    return ""


def _trouble(stack: Stack, *, seconds: float) -> str:
    """Why Grafana can't be asked with the login that the state has; nothing where it can."""
    grafana = _as_in_state(stack)
    deadline = time.monotonic() + seconds
    while True:
        try:
            grafana.get("/api/org")
        except RefusedError as error:
            return str(error)
        except GrafanaError as error:
            if time.monotonic() >= deadline:
                return str(error)
        else:
            return ""
        time.sleep(PAUSE_SECONDS)


def _as_in_state(stack: Stack) -> Grafana:
    shown = json.loads(stack.ask("stack", "export", "--show-secrets"))
    provider = next(
        resource["inputs"]
        for resource in shown["deployment"]["resources"]
        if resource["type"] == GRAFANA_PROVIDER
    )
    user, _, password = str(_plain(provider["auth"])).partition(":")
    context = trusting(str(_plain(provider.get("caCert", ""))))
    return Grafana(url=provider["url"], user=user, password=password, timeout=5, context=context)


def _plain(value: Any) -> Any:
    """A secret of a deployment that was exported with its secrets."""
    return json.loads(value["plaintext"]) if isinstance(value, dict) else value
