"""Downloads official releases, checked against the sums that the release itself publishes."""

import hashlib
import re
import tarfile
import tempfile
import urllib.error
import urllib.request
import zipfile
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from toolchain.cache import SetupError, root
from toolchain.say import say

CONNECT_SECONDS = 5


@dataclass(frozen=True, kw_only=True)
class Release:
    """Where a release's archive and its list of SHA-256 sums are."""

    archive: str
    checksums: str


def release(key: str, urls: Release) -> Path | None:
    """The unpacked release in the cache; None where it can't be downloaded from here.

    Raises SetupError where the archive doesn't match the published sum.
    """
    if not _reachable(urls.archive):
        return None
    name = urls.archive.rsplit("/", 1)[1]
    try:
        sums = _read(urls.checksums).decode()
        say(f"  downloading {name} ...")
        archive = _read(urls.archive)
    except (OSError, HTTPException) as error:
        say(f"  {urls.archive} can't be downloaded: {error}")
        return None
    _check(name, archive, sums)
    done = root() / "releases" / key
    done.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="release-", dir=root()) as scratch:
        packed, out = Path(scratch) / name, Path(scratch) / "out"
        packed.write_bytes(archive)
        _unpack(packed, Path(scratch) / "all")
        _collect_executables(Path(scratch) / "all", out / "bin")
        out.rename(done)
    return done


@cache
def _host_answers(scheme: str, host: str) -> bool:
    request = urllib.request.Request(f"{scheme}://{host}/", method="HEAD")  # noqa: S310 (our own https URLs)
    try:
        with urllib.request.urlopen(request, timeout=CONNECT_SECONDS):  # noqa: S310
            return True
    except urllib.error.HTTPError:
        return True  # it answered, if only that there is no such page
    except (OSError, HTTPException):
        return False


def _reachable(url: str) -> bool:
    parts = urlsplit(url)
    return _host_answers(parts.scheme, parts.netloc)


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 (our own https URLs)
        content: bytes = answer.read()
    return content


def _check(name: str, archive: bytes, sums: str) -> None:
    actual = hashlib.sha256(archive).hexdigest()
    published = re.search(rf"^([0-9a-f]{{64}})\s+\*?{re.escape(name)}$", sums, re.MULTILINE)
    if published is None:
        raise SetupError(f"{name} is not in its release's list of checksums")
    if published[1] != actual:
        raise SetupError(
            f"{name} was downloaded with SHA-256 {actual}, published is {published[1]}"
        )


def _unpack(packed: Path, into: Path) -> None:
    if packed.suffix == ".zip":
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(into)  # noqa: S202 (the archive's sum was checked)
    else:
        with tarfile.open(packed) as archive:
            # Debian 12's Python has no filters yet; the archive's sum was checked.
            safely: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(into, **safely)  # noqa: S202


def _collect_executables(unpacked: Path, bin_folder: Path) -> None:
    """Move the programs of an archive to `bin`, under their command's name."""
    bin_folder.mkdir(parents=True)
    for path in sorted(p for p in unpacked.rglob("*") if p.is_file()):
        zipped_program = re.fullmatch(r"(\w+)-linux-(amd64|arm64)", path.name)
        name = zipped_program[1] if zipped_program else path.name
        if zipped_program or path.stat().st_mode & 0o111:
            path.chmod(0o755)
            path.rename(bin_folder / name)
