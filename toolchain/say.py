"""Tells the user what is going on, above all on steps that take minutes."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain.cache import SetupError

HEARTBEAT_SECONDS = 20


def say(text: str) -> None:
    """One line on standard error, so that a command's own output stays clean."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def run_step(
    title: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a long command: its output goes to `log`, a sign of life to the user.

    Raises SetupError with the end of the log where the command fails.
    """
    say(f"  {title} ...")
    start = time.monotonic()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        child = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        while (status := _wait(child)) is None:
            say(f"  {title} ... {time.monotonic() - start:.0f} s")
    if status != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise SetupError(f"{title} failed (status {status}); the end of {log}:\n{tail}")
    say(f"  {title}: done in {time.monotonic() - start:.0f} s")


def _wait(child: subprocess.Popen[bytes]) -> int | None:
    try:
        return child.wait(timeout=HEARTBEAT_SECONDS)
    except subprocess.TimeoutExpired:
        return None
