"""Puts right what an interrupted `up` left: its lock, its pending operations, its orphans."""

import json
import os
import socket
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from operate.docker import Docker, Kind
from operate.stack import PROJECT, Stack
from toolchain.say import say

KIND_OF_TYPE: dict[str, Kind] = {
    "docker:index/container:Container": "container",
    "docker:index/network:Network": "network",
    "docker:index/volume:Volume": "volume",
}
DATA_SUFFIX = "-data"


def recover(stack: Stack) -> None:
    """Make the stack fit for the next operation; says what it did, silent where all is well."""
    cancel_dead_lock(stack)
    deployment = json.loads(stack.ask("stack", "export"))
    if pending := deployment["deployment"].get("pending_operations"):
        resolve_pending(stack, deployment, pending)
    remove_orphans(stack, deployment)


def cancel_dead_lock(stack: Stack) -> None:
    """Cancel the lock of a process of this machine that no longer lives."""
    for lock in _locks(stack):
        holder = json.loads(lock.read_text())
        if holder.get("hostname") != socket.gethostname() or _alive(int(holder["pid"])):
            continue
        say(f"An earlier run (process {holder['pid']}) was interrupted; its lock is cancelled.")
        stack.ask("cancel", "--yes")
        return


def _locks(stack: Stack) -> list[Path]:
    """Lock files of a file backend; other backends tell of a lock themselves."""
    url = urlsplit(stack.environment.get("PULUMI_BACKEND_URL", ""))
    if url.scheme != "file":
        return []
    folder = Path(unquote(url.netloc + url.path)).expanduser() / ".pulumi" / "locks"
    return sorted(folder.glob(f"organization/{PROJECT}/{stack.name}/*.json"))


def _alive(pid: int) -> bool:
    """Whether this process lives and is a Pulumi (process IDs are used again)."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip() == "pulumi"
    except FileNotFoundError:
        return False


def resolve_pending(
    stack: Stack, deployment: dict[str, Any], pending: list[dict[str, Any]]
) -> None:
    """Forget operations whose outcome is unknown: refresh and `remove_orphans` find out."""
    say(f"An earlier run left {len(pending)} unfinished operations; they are resolved now.")
    creating = [op["resource"] for op in pending if op["type"] == "creating"]
    _forget_in_grafana(stack, deployment, creating)
    del deployment["deployment"]["pending_operations"]
    _import(stack, deployment)


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

    Data volumes are never touched.
    """
    known = {
        resource["id"]
        for resource in deployment["deployment"].get("resources", [])
        if resource["type"] in KIND_OF_TYPE and "id" in resource
    }
    docker = Docker(stack)
    for kind in ("container", "network", "volume"):
        orphans = sorted(
            id_ for id_ in docker.ids(kind) - known if kind != "volume" or not _holds_data(id_)
        )
        if orphans:
            say(f"Removing {len(orphans)} {kind}s of this stack that its state doesn't know.")
            docker.remove(kind, *orphans)


def _holds_data(volume: str) -> bool:
    return volume.endswith(DATA_SUFFIX)
