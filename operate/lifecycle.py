"""`make up`, `make down`, `make purge`, `make preview` and `make shell`."""

import json
import os
import sys
import time

from components.http import wait
from operate import foreign, report
from operate.docker import Docker
from operate.recover import recover
from operate.stack import OperateError, Stack, prepare
from toolchain import images
from toolchain.say import say
from verify.drawing.page import found

GRAFANA_SECONDS = 90


def up(stack: Stack) -> int:
    """Bring the stack up, however an earlier run ended, and say what to open."""
    start = time.monotonic()
    prepare(stack)
    recover(stack)
    status = stack.run("up", "--yes", "--skip-preview", *_refresh_flags(stack))
    if status == 0:
        _closing_words(stack, time.monotonic() - start)
    return status


def preview(stack: Stack) -> int:
    """Show what `up` would change; changes nothing in the stack."""
    prepare(stack)
    recover(stack)
    return stack.run("preview", "--diff", *_refresh_flags(stack))


def _holds_grafana_content(stack: Stack) -> bool:
    return any(r["type"].startswith("grafana:") for r in _resources(stack))


def _refresh_flags(stack: Stack) -> tuple[str, ...]:
    """Refresh reads Grafana's objects too, so it has to wait until Grafana is back.

    A Grafana that was stopped is started. One whose container is gone leaves only Docker's objects
    to refresh; the `up` that follows makes the container again.
    """
    container = f"obs-{stack.name}-grafana"
    if not _holds_grafana_content(stack):
        return ()
    docker = Docker(stack)
    if container in docker.names("container"):
        docker.run("container", "start", container)
        _wait_for_grafana(stack)
        return ()
    say("Grafana's container is gone and is made again.")
    targets = [
        argument
        for r in _resources(stack)
        if r["type"].startswith("docker:")
        for argument in ("--target", r["urn"])
    ]
    stack.ask("refresh", "--yes", "--skip-preview", *targets)
    return ("--refresh=false",)


def _resources(stack: Stack) -> list[dict[str, str]]:
    deployment = json.loads(stack.ask("stack", "export"))["deployment"]
    resources: list[dict[str, str]] = deployment.get("resources", [])
    return resources


def _wait_for_grafana(stack: Stack) -> None:
    try:
        wait(f"{stack.outputs()['grafana-url']}/api/health", GRAFANA_SECONDS)
    except TimeoutError as error:
        raise OperateError(str(error)) from None


def _closing_words(stack: Stack, seconds: float) -> None:
    outputs = stack.outputs()
    password_command = f"make password{_for_stack(stack)}"
    lines = [
        "",
        f"Stack {stack.name} is up ({seconds:.0f} s).",
        f"  Grafana   {outputs['grafana-url']}",
        f"  log in    as {outputs['grafana-user']}; `{password_command}` prints the password",
    ]
    if _runs_local_images(stack):
        lines += [f"  versions  {line}" for line in images.differences()]
        lines += [
            "  web page  none: this Grafana was built from its Go module, HTTP API only",
            f"  report    {_drawn(stack)}",
        ]
    print("\n".join(lines))


def _drawn(stack: Stack) -> str:
    """Where the dashboards have been drawn, and with how much in them."""
    say("Waiting for the first samples, to draw the dashboards ...")
    results = report.wait_for_data(report.grafana_of(stack))
    path = report.write(stack, results)
    again = f"`make report{_for_stack(stack)}` draws it anew"
    return "\n            ".join(
        [f"{path}", f"{found(results)}; {again}", *report.complaints(results)]
    )


def _for_stack(stack: Stack) -> str:
    return "" if stack.name == "local" else f" STACK={stack.name}"


def _runs_local_images(stack: Stack) -> bool:
    section = stack.settings.get("images")
    return isinstance(section, dict) and section.get("source") == "local"


def down(stack: Stack) -> int:
    """Remove containers and networks; data volumes stay for the next `up`."""
    if not stack.exists():
        say(f"Stack {stack.name} isn't up.")
        return 0
    prepare(stack)
    recover(stack)
    if _refresh_flags(stack):
        # Grafana's folders can only be removed from a Grafana that runs.
        status = stack.run("up", "--yes", "--skip-preview", "--refresh=false")
        if status:
            return status
    if _holds_grafana_content(stack):
        foreign.refuse_to_delete_them(stack)
    return stack.run("destroy", "--yes", "--skip-preview")


def purge(stack: Stack) -> int:
    """Remove all that is this stack's: containers, networks, volumes with their data, its state."""
    docker = Docker(stack)
    found = {kind: sorted(docker.ids(kind)) for kind in ("container", "network", "volume")}
    say(f"This deletes stack {stack.name} with its data:")
    for volume in found["volume"]:
        say(f"  volume {volume}")
    if sys.stdin.isatty():
        say(f"Type the stack's name to go on: {stack.name}")
        if sys.stdin.readline().strip() != stack.name:
            raise OperateError("stopped, nothing was deleted")
    elif os.environ.get("CONFIRM") != stack.name:
        raise OperateError(f"there is no terminal to ask on: say CONFIRM={stack.name} to go on")
    docker.remove("container", *found["container"])
    docker.remove("network", *found["network"])
    docker.remove("volume", *found["volume"])
    if stack.exists():
        stack.ask("stack", "rm", "--force", "--yes")
    stack.config_file.unlink(missing_ok=True)
    stack.passphrase_file.unlink(missing_ok=True)
    say(f"Stack {stack.name} is gone.")
    return 0


def shell(stack: Stack) -> int:
    """A shell in which plain `pulumi` works on the stack."""
    prepare(stack)
    program = os.environ.get("SHELL", "/bin/sh")
    say(f"`pulumi preview|up|refresh --stack {stack.name}` work here; leave with `exit`.")
    os.chdir(stack.checkout)
    os.execvpe(program, [program], stack.environment)  # noqa: S606 (the user's own shell)


def password(stack: Stack) -> int:
    """Print Grafana's admin password."""
    prepare(stack)
    print(stack.grafana_password())
    return 0
