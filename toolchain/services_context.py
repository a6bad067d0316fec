"""The folder that the services image is built from: sources and the wheels they need.

`ensure` is what `make` runs; `version` and `prepared` are what the Pulumi program asks.
"""

import os
import shutil
import tempfile
from pathlib import Path

from toolchain.cache import CHECKOUT, digest, profile, root
from toolchain.say import run_step

SERVICES = CHECKOUT / "services"
RECIPE = CHECKOUT / "toolchain" / "images" / "services"
LOCK = CHECKOUT / "requirements-services.lock"
CONTEXT = CHECKOUT / ".services"
# Python of the image, and what its libc can load; Debian bookworm and all that is newer.
PYTHON = "3.11"
MANYLINUX = ("manylinux_2_28", "manylinux2014")


def version() -> str:
    """What the context would be made of now: another one for any change of its sources."""
    return digest([SERVICES, RECIPE, LOCK])


def prepared() -> str:
    """The version of the context that is there; empty where there is none."""
    marker = _marker(CONTEXT)
    return marker.read_text() if marker.is_file() else ""


def ensure() -> None:
    """Prepare the context, unless it is there and as it should be."""
    wanted = version()
    if prepared() == wanted:
        return
    wheels = _wheels()
    with tempfile.TemporaryDirectory(prefix=".services-", dir=CHECKOUT) as scratch:
        new = Path(scratch) / "context"
        shutil.copytree(RECIPE, new, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(SERVICES, new / "services", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(wheels, new / "wheels")
        shutil.copy(LOCK, new)
        _marker(new).write_text(wanted)
        if CONTEXT.exists():
            CONTEXT.rename(Path(scratch) / "old")
        new.rename(CONTEXT)


def _marker(context: Path) -> Path:
    return context / "version"


def _wheels() -> Path:
    """The locked wheels for the image's Python on this machine's architecture."""
    machine = os.uname().machine
    folder = root() / "wheels" / f"{machine}-{digest([LOCK], [PYTHON, *MANYLINUX])}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="wheels-", dir=root()) as scratch:
            fetched = Path(scratch) / "wheels"
            run_step(
                "getting the wheels of the services image",
                [*_download(machine), "--dest", fetched, "--requirement", LOCK],
                log=root() / "logs" / "wheels.log",
            )
            fetched.rename(folder)
    return folder


def _download(machine: str) -> list[str | Path]:
    platforms = [f"--platform={name}_{machine}" for name in MANYLINUX]
    abis = [f"--abi={abi}" for abi in (f"cp{PYTHON.replace('.', '')}", "abi3", "none")]
    return [
        *(profile() / "venv" / "bin" / "python", "-m", "pip", "download", "--quiet"),
        *("--require-hashes", "--only-binary=:all:", "--no-deps"),
        *(f"--python-version={PYTHON}", "--implementation=cp", *abis, *platforms),
    ]
