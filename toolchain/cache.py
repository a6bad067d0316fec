"""Where this user's builds, downloads and state lie, and how what is in there is keyed.

Nothing here depends on where the checkout is: a fresh clone finds what an earlier one built.
Standard library only, since `toolchain/run` uses it before there is a virtual environment.
"""

import hashlib
import os
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
NAME = "observability"


class SetupError(Exception):
    """A mistake that the user can mend; its text is the one line that is shown."""


def _user_folder(override: str, xdg: str, fallback: str) -> Path:
    if own := os.environ.get(override):
        return Path(own)
    base = os.environ.get(xdg)
    return (Path(base) if base else Path.home() / fallback) / NAME


def root() -> Path:
    """Folder of everything that can be built or downloaded again."""
    return _user_folder("OBSERVABILITY_CACHE", "XDG_CACHE_HOME", ".cache")


def data() -> Path:
    """Folder of what can't: the state of the stacks and their passphrases."""
    return _user_folder("OBSERVABILITY_DATA", "XDG_DATA_HOME", ".local/share")


def digest(paths: Iterable[Path], extra: Iterable[str] = ()) -> str:
    """First 12 hex digits of a SHA-256 over names and contents of files, and over strings.

    A folder counts with every file below it but byte code. Names are taken relative to the
    folder, so that the digest is the same in every clone.
    """
    total = hashlib.sha256()
    for path in paths:
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            if "__pycache__" in file.parts:
                continue
            name = file.name if file == path else str(file.relative_to(path))
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            mode = "x" if os.access(file, os.X_OK) else "-"
            total.update(f"{name}\0{mode}\0{content}\n".encode())
    for text in extra:
        total.update(f"{text}\n".encode())
    return total.hexdigest()[:12]


@cache
def profile() -> Path:
    """Folder with this checkout's set of tools: links to them in `bin`, the venv in `venv`."""
    sources = [CHECKOUT / "toolchain" / "targets", CHECKOUT / "toolchain" / "targets.toml"]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return root() / "profiles" / digest([*sources, CHECKOUT / "requirements.lock"], [python])


def tool(name: str) -> Path:
    """The executable `name` that `make setup` chose; a SetupError where it hasn't run."""
    found = profile() / "bin" / name
    if not found.exists():
        raise SetupError(f"{name} is missing from the tool cache: run `make setup`")
    return found
