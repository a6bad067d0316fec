"""Provides the pinned tools: from PATH, else as official releases, else built from Go modules."""

import os
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from toolchain import debian, fetch
from toolchain.cache import CHECKOUT, SetupError, digest, root
from toolchain.say import run_step, say

FOLDER = CHECKOUT / "toolchain"
GO_NEEDED = (1, 26)


@dataclass(frozen=True, kw_only=True)
class Target:
    """One row of targets.toml."""

    name: str
    version: str
    minutes: int
    script: str
    commands: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    stamp: str = ""
    download: str = ""
    checksums: str = ""
    plugin: str = ""
    server: str = ""
    debian: Mapping[str, str] = field(default_factory=dict)
    """Debian packages that a build needs, each with a file of it."""
    sources: tuple[Path, ...] = field(default=(), repr=False)

    @property
    def key(self) -> str:
        """Name under which a build is cached: it changes with any of its sources."""
        settings = [self.version, self.stamp, *self.packages]
        return f"{self.name}-{self.version}-{digest(self.sources, settings)}"


@cache
def all_targets() -> dict[str, Target]:
    """The rows of targets.toml by name."""
    rows = tomllib.loads((FOLDER / "targets.toml").read_text())
    return {name: _target(name, row) for name, row in rows.items()}


def _target(name: str, row: dict[str, object]) -> Target:
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in row.items()}
    sources = (FOLDER / "targets" / name, FOLDER / "scripts" / f"{row['script']}.sh")
    return Target(name=name, sources=sources, **values)  # type: ignore[arg-type]


def provide(target: Target, *, from_path: bool = True) -> Path:
    """Folder whose `bin` holds the target; `from_path` allows one that the user has installed."""
    if from_path and (found := _on_path(target)):
        return found
    for kind in ("release", "build"):
        cached = root() / f"{kind}s" / target.key
        if cached.exists():
            return cached
    if target.download and (released := fetch.release(target.key, _urls(target))):
        say(f"  {target.name} {target.version}: official release downloaded")
        return released
    return _build(target)


def _urls(target: Target) -> fetch.Release:
    arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    words = {
        "version": target.version,
        "arch": arch,
        "pulumi-arch": arch.replace("amd64", "x64"),
    }

    def fill(text: str) -> str:
        return re.sub(r"\{([a-z-]+)\}", lambda match: words[match[1]], text)

    return fetch.Release(archive=fill(target.download), checksums=fill(target.checksums))


def _on_path(target: Target) -> Path | None:
    """A folder of links to the user's own commands, where they are new enough."""
    found = [path for name in target.commands if (path := _users_own(name, target.version))]
    if not found or len(found) < len(target.commands):
        return None
    links = root() / "on-path" / f"{target.name}-{digest([], map(str, found))}"
    (links / "bin").mkdir(parents=True, exist_ok=True)
    for path in found:
        link = links / "bin" / path.name
        if not link.is_symlink():
            link.symlink_to(path)
    return links


def _users_own(command: str, pinned: str) -> Path | None:
    ours = root().resolve()
    folders = [f for f in os.environ.get("PATH", "").split(os.pathsep) if f]
    outside = [f for f in folders if not Path(f).resolve().is_relative_to(ours)]
    found = shutil.which(command, path=os.pathsep.join(outside))
    if not found or Path(found).resolve().is_relative_to(ours):
        return None
    argument = "version" if command == "pulumi" else "--version"
    answer = subprocess.run([found, argument], capture_output=True, text=True, check=False)
    match = re.search(r"\d+\.\d+\.\d+", answer.stdout + answer.stderr)
    return Path(found) if match and new_enough(match[0], pinned) else None


def new_enough(version: str, pinned: str) -> bool:
    """Whether `version` is `pinned` or later, within the same major version."""
    have, want = (tuple(map(int, text.split("."))) for text in (version, pinned))
    return have[0] == want[0] and have >= want


def _build(target: Target) -> Path:
    _check_go(target)
    _install_missing(target)
    done = root() / "builds" / target.key
    done.parent.mkdir(parents=True, exist_ok=True)
    say(
        f"  {target.name} {target.version} can't be downloaded here and is built from its Go module"
    )
    with tempfile.TemporaryDirectory(prefix="build-", dir=root()) as scratch:
        out, work = Path(scratch) / "out", Path(scratch) / "work"
        (out / "bin").mkdir(parents=True)
        work.mkdir()
        run_step(
            f"building {target.name} (about {target.minutes} min from nothing)",
            [FOLDER / "scripts" / f"{target.script}.sh"],
            log=root() / "logs" / f"{target.key}.log",
            cwd=FOLDER / "targets" / target.name,
            env=_build_env(target, out, work),
        )
        out.rename(done)
    return done


def _build_env(target: Target, out: Path, work: Path) -> dict[str, str]:
    return os.environ | {
        "OUT": str(out),
        "WORK": str(work),
        "VERSION": target.version,
        "STAMP": target.stamp,
        "PACKAGES": " ".join(target.packages),
        "PLUGIN": target.plugin,
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        # Some versions are missing from the checksum database; our go.sum files hold the hashes.
        "GOSUMDB": "off",
        "GOWORK": "off",
    }


def _install_missing(target: Target) -> None:
    missing = [package for package, file in target.debian.items() if not Path(file).exists()]
    if missing:
        debian.install(*missing, why=f"{target.name} is built with it")


def _check_go(target: Target) -> None:
    go = shutil.which("go")
    wanted = ".".join(map(str, GO_NEEDED))
    if go is None:
        raise SetupError(f"{target.name} can't be downloaded here: install Go {wanted} or later")
    answer = subprocess.run([go, "version"], capture_output=True, text=True, check=False).stdout
    match = re.search(r"go(\d+)\.(\d+)", answer)
    if match and (int(match[1]), int(match[2])) < GO_NEEDED:
        raise SetupError(f"Go {match[1]}.{match[2]} is too old: {wanted} or later is needed")
