"""The folders that our own images are built from: sources and the wheels they need.

`ensure` is what `make` runs; `version` and `prepared` are what the Pulumi programs ask.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import CHECKOUT, digest, profile, root
from toolchain.say import run_step

RECIPE = "toolchain/images/services"
# Python of the images, and what its libc can load; Debian bookworm and all that is newer.
PYTHON = "3.11"
MANYLINUX = ("manylinux_2_28", "manylinux2014")


@dataclass(frozen=True, kw_only=True)
class Context:
    """What one image is built from; its paths are relative to the checkout."""

    name: str
    """What `make` calls it."""
    folder: str
    sources: tuple[str, ...]
    """Folders and files, which lie below /opt in the image."""
    lock: str
    checkout: Path = CHECKOUT

    @property
    def path(self) -> Path:
        """The folder, which is there once it is prepared."""
        return self.checkout / self.folder

    def version(self) -> str:
        """What it would be made of now: another one for any change of its sources."""
        return digest([self.checkout / part for part in (*self.sources, RECIPE, self.lock)])

    def prepared(self) -> str:
        """The version that is there; empty where there is none."""
        marker = _marker(self.path)
        return marker.read_text() if marker.is_file() else ""

    def ensure(self) -> None:
        """Prepare it, unless it is there and as it should be."""
        wanted = self.version()
        if self.prepared() == wanted:
            return
        wheels = self._wheels()
        with tempfile.TemporaryDirectory(prefix=f"{self.folder}-", dir=self.checkout) as scratch:
            new = Path(scratch) / "context"
            _copy(self.checkout / RECIPE, new)
            for source in self.sources:
                _copy(self.checkout / source, new / "sources" / source)
            shutil.copytree(wheels, new / "wheels")
            shutil.copy(self.checkout / self.lock, new / "requirements.lock")
            _marker(new).write_text(wanted)
            if self.path.exists():
                self.path.rename(Path(scratch) / "old")
            new.rename(self.path)

    def _wheels(self) -> Path:
        """The locked wheels for the image's Python on this machine's architecture."""
        lock, machine = self.checkout / self.lock, os.uname().machine
        folder = root() / "wheels" / f"{machine}-{digest([lock], [PYTHON, *MANYLINUX])}"
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="wheels-", dir=root()) as scratch:
                fetched = Path(scratch) / "wheels"
                run_step(
                    f"getting the wheels of the {self.name} image",
                    [*_download(machine), "--dest", fetched, "--requirement", lock],
                    log=root() / "logs" / "wheels.log",
                )
                fetched.rename(folder)
        return folder


SERVICES = Context(
    name="services",
    folder=".services",
    sources=("services",),
    lock="requirements-services.lock",
)
SIMULATOR = Context(
    name="simulator",
    folder=".simulator",
    sources=(
        "simulator/pve",
        "simulator/__init__.py",
        "components/__init__.py",
        "components/x509.py",
    ),
    lock="requirements-simulator.lock",
)
"""Apart from the services': what it needs is under a licence of its own."""


def _copy(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, to)


def _marker(context: Path) -> Path:
    return context / "version"


def _download(machine: str) -> list[str | Path]:
    platforms = [f"--platform={name}_{machine}" for name in MANYLINUX]
    abis = [f"--abi={abi}" for abi in (f"cp{PYTHON.replace('.', '')}", "abi3", "none")]
    return [
        *(profile() / "venv" / "bin" / "python", "-m", "pip", "download", "--quiet"),
        *("--require-hashes", "--only-binary=:all:", "--no-deps"),
        *(f"--python-version={PYTHON}", "--implementation=cp", *abis, *platforms),
    ]
