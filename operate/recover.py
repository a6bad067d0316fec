"""Puts right what an interrupted `up` left: its lock, its pending operations, its orphans."""

import contextlib
import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from operate import logins
from operate.docker import Docker, Kind
from operate.stack import OperateError, Stack
from toolchain.say import say

KIND_OF_TYPE: dict[str, Kind] = {
    "docker:index/container:Container": "container",
    "docker:index/network:Network": "network",
    "docker:index/volume:Volume": "volume",
}
DATA_SUFFIX = "-data"
FIRST_ORGANISATION = 1  # Grafana's own; the provider's IDs begin with it


def recover(stack: Stack) -> None:
    """Make the stack fit for the next operation; says what it did, silent where all is well."""
    cancel_dead_lock(stack)
    deployment = json.loads(stack.ask("stack", "export"))
    if pending := deployment["deployment"].get("pending_operations"):
        resolve_pending(stack, deployment, pending)
    remove_orphans(stack, deployment)


def cancel_dead_lock(stack: Stack) -> None:
    """Cancel the lock of a process of this machine that no longer lives.

    `pulumi cancel` takes every lock away, so one that may be in use is an OperateError.
    """
    holders = []
    for lock in _locks(stack):
        with contextlib.suppress(FileNotFoundError):  # its holder has just ended
            holders.append(json.loads(lock.read_text()))
    if not holders:
        return
    for holder in holders:
        if _may_be_in_use(holder):
            raise OperateError(
                f"stack {stack.name} is in use: process {holder['pid']} on {holder['hostname']} "
                "has locked it. If that is long gone, `pulumi cancel` in `make shell` unlocks it"
            )
    pids = ", ".join(str(holder["pid"]) for holder in holders)
    say(f"An earlier run (process {pids}) was interrupted; its lock is cancelled.")
    stack.ask("cancel", "--yes")


def _may_be_in_use(holder: dict[str, Any]) -> bool:
    return holder.get("hostname") != socket.gethostname() or _alive(int(holder["pid"]))


def _locks(stack: Stack) -> list[Path]:
    """Lock files of a file backend; other backends tell of a lock themselves."""
    url = urlsplit(stack.environment.get("PULUMI_BACKEND_URL", ""))
    if url.scheme != "file":
        return []
    folder = Path(unquote(url.netloc + url.path)).expanduser() / ".pulumi" / "locks"
    return sorted(folder.glob(f"organization/{stack.project}/{stack.name}/*.json"))


def _alive(pid: int) -> bool:
    """Whether this process lives and is a Pulumi (process IDs are used again)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    name, _, rest = stat.partition("(")[2].rpartition(")")
    # Dead, though its parent hasn't asked for its status yet.
    return name == "pulumi" and rest.split()[0] not in "ZX"


def resolve_pending(
    stack: Stack, deployment: dict[str, Any], pending: list[dict[str, Any]]
) -> None:
    """Forget operations whose outcome is unknown: refresh and `remove_orphans` find out.

    What was being made in Grafana is taken for made. The refresh that follows asks Grafana, and
    forgets what isn't there; unknown to the state, it could never be made again under its name.
    """
    say(f"An earlier run left {len(pending)} unfinished operations; they are resolved now.")
    resources = deployment["deployment"].setdefault("resources", [])
    known = {resource["urn"] for resource in resources}
    for operation in pending:
        resource = operation["resource"]
        made = _as_made(stack, resource) if operation["type"] == "creating" else None
        if made and resource["urn"] not in known:
            resources.append(made)
    del deployment["deployment"]["pending_operations"]
    _import(stack, deployment)


def _as_made(stack: Stack, resource: dict[str, Any]) -> dict[str, Any] | None:
    """A resource of Grafana's as the state would hold it; nothing for the others."""
    if not resource["type"].startswith("grafana:"):
        return None
    inputs = resource["inputs"]
    if resource["type"] in logins.TYPES:
        number = logins.settle(stack, resource)
        return resource | {"id": number, "outputs": inputs | {"id": number}} if number else None
    uid = inputs.get("uid") or json.loads(inputs["configJson"])["uid"]
    id_ = f"{FIRST_ORGANISATION}:{uid}"
    return resource | {"id": id_, "outputs": inputs | {"id": id_, "uid": uid}}


def _import(stack: Stack, deployment: dict[str, Any]) -> None:
    handle, name = tempfile.mkstemp(suffix=".json")
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(deployment, file)
        stack.ask("stack", "import", "--file", name)
    finally:
        Path(name).unlink()


def remove_orphans(stack: Stack, deployment: dict[str, Any]) -> None:
    """Remove containers, networks and config volumes with our label that the state doesn't know.

    Data volumes are never touched. A state that knows nothing at all may not be the one that these
    were made with: somebody else's `local`, or a state that was lost.
    """
    resources = deployment["deployment"].get("resources", [])
    known = {r["id"] for r in resources if r["type"] in KIND_OF_TYPE and "id" in r}
    docker = Docker(stack)
    if not resources and docker.ids("container") and os.environ.get("CONFIRM") != stack.name:
        raise OperateError(
            f"containers of a stack {stack.name} are here that this state knows nothing of. Are "
            f"they another user's? CONFIRM={stack.name} replaces them and keeps their data"
        )
    for kind in ("container", "network", "volume"):
        orphans = sorted(
            id_ for id_ in docker.ids(kind) - known if kind != "volume" or not _holds_data(id_)
        )
        if orphans:
            say(f"Removing {len(orphans)} {kind}s of this stack that its state doesn't know.")
            docker.remove(kind, *orphans)


def _holds_data(volume: str) -> bool:
    return volume.endswith(DATA_SUFFIX)
