"""`make agents HOST=name`: brings exporters to a host of the settings over the user's own ssh."""

import json
import os
import subprocess

from pydantic import ValidationError

from agents.script import render
from agents.spec import HostSpec, LogPush
from components.labels import of_logs
from operate.stack import OperateError, Stack
from settings import Settings
from settings.agents import AgentHost, Agents
from settings.errors import explain

# The script comes on standard input, so that sudo can't ask there for a password.
AS_ROOT = 'if [ "$(id -u)" -eq 0 ]; then {command}; else sudo -n {command}; fi'
SSH_FAILED = 255


def agents(stack: Stack) -> int:
    """Send the host's script; with SHOW=1 only print it. The exit status is the script's."""
    settings = _settings(stack)
    name, host = _wanted(settings.agents, os.environ.get("HOST", ""))
    # What is taken away needs no content, and the stack may be gone by then.
    ca = None if _asked("REMOVE") else _ca(stack, settings, host)
    script = render(spec(settings, name, env=stack.name, ca=ca))
    if _asked("SHOW"):
        print(script, end="")
        return 0
    what = "remove" if _asked("REMOVE") else "apply"
    if _asked("DRY_RUN"):
        what = "dry-run remove" if _asked("REMOVE") else "dry-run"
    command = AS_ROOT.format(command=f"sh -s -- {what}")
    done = subprocess.run(["ssh", host.address, command], input=script, text=True, check=False)
    if done.returncode == SSH_FAILED:
        raise OperateError(f"ssh {host.address} failed: try it by hand")
    return done.returncode


def spec(settings: Settings, name: str, *, env: str, ca: str | None = None) -> HostSpec:
    """What the host of this name gets; `ca` is what the gateway's certificate is checked against.

    Where it is None, the host's usual authorities are enough.
    """
    agents, door = settings.agents, settings.gateway
    host = agents.hosts[name]
    logs = None
    if host.log_agent == "alloy" and agents.loki_url:
        logs = LogPush(
            url=agents.loki_url, user=agents.loki_user, password_file=agents.loki_password_file
        )
    elif host.log_agent == "alloy" and door:
        logs = LogPush(url=door.push_url, user=name, password_file=agents.loki_password_file, ca=ca)
    return HostSpec(
        name=name,
        listen=host.listen,
        collectors=tuple(dict.fromkeys(host.textfile)),
        systemd=host.systemd,
        labels=of_logs(name, env=env),
        logs=logs,
    )


def _ca(stack: Stack, settings: Settings, host: AgentHost) -> str | None:
    """What the gateway's certificate is checked against by a host that pushes logs there."""
    door = settings.gateway
    if host.log_agent == "none" or settings.agents.loki_url or door is None:
        return None
    if not door.tls.own_ca:
        return door.trusted
    made: str | None = stack.outputs().get("gateway-ca")
    if not made:
        raise OperateError(
            f"stack {stack.name} has no authority yet, which its host needs: run `make up` first"
        )
    return made


def _settings(stack: Stack) -> Settings:
    try:
        return Settings.model_validate_json(
            json.dumps(stack.settings), by_alias=True, by_name=False
        )
    except (ValidationError, TypeError) as error:
        lines = explain(error, Settings) if isinstance(error, ValidationError) else [str(error)]
        raise OperateError("; ".join([f"{stack.config_file.name} is not valid", *lines])) from None


def _wanted(agents: Agents, given: str) -> tuple[str, AgentHost]:
    """The host by its name or by its address; an OperateError where that is none or not one."""
    found = [(name, host) for name, host in agents.hosts.items() if given in {name, host.address}]
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(agents.hosts)) or "none"
    asked = f"there is no host {given!r}" if given else "say which: HOST=name"
    raise OperateError(f"{asked}; hosts under agents.hosts in the settings: {known}")


def _asked(name: str) -> bool:
    return os.environ.get(name, "") not in {"", "0"}
