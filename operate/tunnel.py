"""The SSH tunnel to a Grafana that only its own machine reaches, for as long as a command runs."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from operate.stack import OperateError, Stack
from operate.validated import settings_of
from settings.tunnel import HERE
from toolchain.say import say

SECONDS = 30.0
PAUSE_SECONDS = 0.1


def command(stack: Stack) -> tuple[str, ...] | None:
    """The tunnel's command; None where none is needed, or where settings are wrong anyway."""
    settings = settings_of(stack)
    return settings.tunnel if settings else None


@contextmanager
def open_tunnel(stack: Stack) -> Iterator[None]:
    """Hold the tunnel open, unless it isn't needed or the port answers already."""
    line = command(stack)
    port = int(line[3].partition(":")[0]) if line else 0
    if not line or _answers(port):
        yield
        return
    say(f"Opening {' '.join(line)} for this run ...")
    opened = [line[0], "-o", "ExitOnForwardFailure=yes", *line[1:]]
    with subprocess.Popen(opened, stdin=subprocess.DEVNULL) as child:
        try:
            _wait(child, port, " ".join(line))
            yield
        finally:
            child.terminate()


def _wait(child: "subprocess.Popen[bytes]", port: int, line: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not _answers(port):
        if child.poll() is not None or time.monotonic() >= deadline:
            raise OperateError(f"`{line}` failed: try it by hand")
        time.sleep(PAUSE_SECONDS)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HERE, port)) == 0
