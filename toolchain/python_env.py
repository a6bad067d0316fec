"""The virtual environment that requirements.lock describes, made with uv."""

import shutil
import subprocess
import sys
from pathlib import Path

from toolchain import debian
from toolchain.cache import CHECKOUT, digest, root
from toolchain.say import run_step

LOCK = CHECKOUT / "requirements.lock"
UV_PIN = CHECKOUT / "toolchain" / "uv.txt"


def folder() -> Path:
    """Where the environment for this lock file and this Python lies."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return root() / "venvs" / f"{python}-{digest([LOCK])}"


def ready() -> bool:
    """Whether the environment has been made, to the end."""
    return (folder() / "complete").exists()


def provide() -> Path:
    """The environment's folder; made where there is none yet."""
    venv = folder()
    if not ready():
        log = root() / "logs" / "venv.log"
        uv = provide_uv()
        run_step(
            "making the Python environment",
            [uv, "venv", "--clear", "--python", sys.executable, venv],
            log=log,
        )
        install: list[str | Path] = [uv, "pip", "sync", "--require-hashes", "--compile-bytecode"]
        run_step(
            "installing the locked packages",
            [*install, "--python", venv / "bin" / "python", LOCK],
            log=log,
        )
        (venv / "complete").touch()
    return venv


def provide_uv() -> Path:
    """The user's own uv, or the pinned one from the package index."""
    if found := shutil.which("uv"):
        return Path(found)
    home = root() / "uv" / digest([UV_PIN])
    if not (home / "bin" / "uv").exists():
        if subprocess.run([sys.executable, "-c", "import ensurepip"], check=False).returncode:
            debian.install("python3-venv", why="a virtual environment needs it")
        log = root() / "logs" / "venv.log"
        run_step("getting uv", [sys.executable, "-m", "venv", "--clear", home], log=log)
        pip: list[str | Path] = [
            home / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
        ]
        run_step("installing uv", [*pip, "-r", UV_PIN], log=log)
    return home / "bin" / "uv"
