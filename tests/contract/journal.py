"""Journals as journald writes them, made by its own tool."""

import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from toolchain import debian

WRITER = Path("/lib/systemd/systemd-journal-remote")
MACHINE, BOOT = "a" * 32, "b" * 32

Fields = Mapping[str, str]


def write(entries: Iterable[Fields], folder: Path, *, age: int = 60) -> Path:
    """Add entries of `age` seconds, a microsecond apart, to the journal of a host in `folder`.

    Returns the journal's file. The writer is Debian's: where it is missing and can't be installed,
    that is a SetupError.
    """
    if not WRITER.exists():
        debian.install("systemd-journal-remote", why="tests write journals with it")
    file = folder / MACHINE / "system.journal"
    file.parent.mkdir(parents=True, exist_ok=True)
    start = time.time_ns() // 1000 - age * 1_000_000
    text = b"".join(_exported(fields, start + number) for number, fields in enumerate(entries))
    subprocess.run([WRITER, "-o", file, "-"], input=text, capture_output=True, check=True)
    return file


def _exported(fields: Fields, microseconds: int) -> bytes:
    """An entry in systemd's export format."""
    own = {
        "__REALTIME_TIMESTAMP": str(microseconds),
        "__MONOTONIC_TIMESTAMP": str(microseconds),
        "_BOOT_ID": BOOT,
        "_MACHINE_ID": MACHINE,
    }
    return b"".join(_field(name, text.encode()) for name, text in {**own, **fields}.items()) + b"\n"


def _field(name: str, value: bytes) -> bytes:
    if b"\n" in value:
        return name.encode() + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
    return name.encode() + b"=" + value + b"\n"
