"""Installs Debian packages where we may: as root, asking first where somebody can answer."""

import os
import shutil
import sys
from pathlib import Path

from toolchain.cache import SetupError, root
from toolchain.say import run_step, say


def may_install() -> bool:
    """Whether this is a Debian (or a descendant) and we are root."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(*packages: str, why: str) -> None:
    """Install `packages`; a SetupError that says what to do where that isn't ours to do."""
    names = " ".join(packages)
    if not may_install():
        raise SetupError(f"{names} missing ({why}): install with `apt-get install {names}` as root")
    confirm(f"Debian's {names} will be installed: {why}.")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    log = root() / "logs" / "apt.log"
    if not any(Path("/var/lib/apt/lists").glob("*_Packages*")):
        run_step("apt-get update", ["apt-get", "update", "-q"], log=log, env=environment)
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    try:
        run_step(f"installing {names}", command, log=log, env=environment)
    except SetupError:
        # Package lists of yesterday name files that are gone.
        run_step("apt-get update", ["apt-get", "update", "-q"], log=log, env=environment)
        run_step(f"installing {names}", command, log=log, env=environment)


def confirm(text: str) -> None:
    """Ask where there is a terminal; say it and go on where there is none."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        say(text)
        return
    say(f"{text} Go on? [y/N] ")
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise SetupError("stopped, nothing was changed")
