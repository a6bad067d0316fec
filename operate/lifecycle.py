"""`make up`, `make down`, `make purge`, `make preview` and `make shell`."""

import os
import sys
import time

from operate import foreign, pve, refresh, report, simulator, tunnel
from operate.docker import Docker, Kind
from operate.health import wait_until_healthy
from operate.recover import cancel_dead_lock, recover
from operate.stack import OperateError, Stack, prepare
from toolchain import images
from toolchain.say import say
from verify.drawing.page import found

# In this order they can be removed.
KINDS: tuple[Kind, ...] = ("container", "network", "volume")


def up(stack: Stack) -> int:
    """Bring the stack up, however an earlier run ended, and say what to open."""
    start = time.monotonic()
    prepare(stack)
    if simulator.wanted(stack) and (status := simulator.up(stack)):
        return status
    pve.check(stack, for_changes=True)
    with tunnel.open_tunnel(stack):
        recover(stack)
        status = stack.run("up", "--yes", "--skip-preview", *refresh.flags_for_up(stack))
        status = status or simulator.remove_unwanted(stack)
        if status == 0:
            for part in _parts(stack):
                wait_until_healthy(Docker(part))
            _closing_words(stack, time.monotonic() - start)
    return status


def preview(stack: Stack) -> int:
    """Show what `up` would change; changes nothing in the stack."""
    prepare(stack)
    if simulator.wanted(stack) and (status := simulator.preview(stack)):
        return status
    pve.check(stack, for_changes=False)
    with tunnel.open_tunnel(stack):
        return stack.run("preview", "--diff", *refresh.flags_for_preview(stack))


def _parts(stack: Stack) -> list[Stack]:
    """The stack and, after it, the simulator that it may have."""
    return [stack, *simulator.concerned(stack)]


def _closing_words(stack: Stack, seconds: float) -> None:
    outputs = stack.outputs()
    password_command = f"make password{_for_stack(stack)}"
    lines = [
        "",
        f"Stack {stack.name} is up ({seconds:.0f} s).",
        f"  Grafana   {outputs['grafana-url']}",
        f"  log in    as {outputs['grafana-user']}; `{password_command}` prints the password",
    ]
    if line := tunnel.command(stack):
        lines.append(f"  tunnel    {' '.join(line)}")
    if outputs.get("gateway-ca"):
        command = f"pulumi stack output gateway-ca --stack {stack.name}"
        lines.append(f"  trust     what `{command}` in `make shell` prints")
    if stack.runs_local_images:
        lines += [f"  versions  {line}" for line in images.differences()]
        lines += [
            "  web page  none: this Grafana was built from its Go module, HTTP API only",
            f"  report    {_drawn(stack)}",
        ]
    print("\n".join(lines))


def _drawn(stack: Stack) -> str:
    """Where the dashboards have been drawn, and with how much in them."""
    say("Waiting for the first samples, to draw the dashboards ...")
    results = report.wait_for_data(report.grafana_of(stack), seconds=report.patience(stack))
    path = report.write(stack, results)
    again = f"`make report{_for_stack(stack)}` draws it anew"
    return "\n            ".join(
        [f"{path}", f"{found(results)}; {again}", *report.complaints(results)]
    )


def _for_stack(stack: Stack) -> str:
    return "" if stack.name == "local" else f" STACK={stack.name}"


def down(stack: Stack) -> int:
    """Remove containers and networks; data volumes stay for the next `up`."""
    status = _down(stack)
    for part in simulator.concerned(stack):  # last, since the stack has joined its network
        status = status or simulator.down(part)
    return status


def _down(stack: Stack) -> int:
    if not stack.exists():
        say(f"Stack {stack.name} isn't up.")
        return 0
    prepare(stack)
    with tunnel.open_tunnel(stack):
        return _destroy(stack)


def _destroy(stack: Stack) -> int:
    recover(stack)
    if refresh.flags_for_up(stack):
        # What is in Grafana can only be removed from a Grafana that runs.
        status = stack.run("up", "--yes", "--skip-preview", "--refresh=false")
        if status:
            return status
    if refresh.holds_grafana_content(refresh.resources(stack)):
        foreign.refuse_to_delete_them(stack)
    return stack.run("destroy", "--yes", "--skip-preview")


def purge(stack: Stack) -> int:
    """Remove the stack and its data: containers, networks, volumes, state; settings stay."""
    parts = _parts(stack)
    for part in parts:
        cancel_dead_lock(part)
    dockers = [Docker(part) for part in parts]
    objects = [(docker, kind, sorted(docker.ids(kind))) for kind in KINDS for docker in dockers]
    say(f"This deletes stack {stack.name} with its data:")
    for volume in (id_ for _, kind, ids in objects if kind == "volume" for id_ in ids):
        say(f"  volume {volume}")
    _agree(stack)
    for docker, kind, ids in objects:
        docker.remove(kind, *ids)
    for part in parts:
        if part.exists():
            part.ask("stack", "rm", "--force", "--yes", "--preserve-config")
    say(f"Stack {stack.name} is gone. Yours to delete, or to use again:")
    for part in parts:
        name = part.config_file.relative_to(stack.checkout)
        say(f"  {name} with its settings and encrypted secrets")
    say(f"  {stack.passphrase_file}, which decrypts them")
    return 0


def _agree(stack: Stack) -> None:
    """An OperateError unless a person, or a script's CONFIRM, names the stack."""
    if sys.stdin.isatty():
        say(f"Type the stack's name to go on: {stack.name}")
        if sys.stdin.readline().strip() != stack.name:
            raise OperateError("stopped, nothing was deleted")
    elif os.environ.get("CONFIRM") != stack.name:
        raise OperateError(f"there is no terminal to ask on: say CONFIRM={stack.name} to go on")


def shell(stack: Stack) -> int:
    """A shell in which plain `pulumi` works on the stack."""
    prepare(stack)
    if simulator.wanted(stack):
        simulator.prepare(stack)
    program = os.environ.get("SHELL", "/bin/sh")
    say(f"`pulumi preview|up|refresh --stack {stack.name}` work here; leave with `exit`.")
    os.chdir(stack.checkout)
    os.execvpe(program, [program], stack.environment)  # noqa: S606 (the user's own shell)


def password(stack: Stack) -> int:
    """Print Grafana's admin password."""
    prepare(stack)
    print(stack.grafana_password())
    return 0
