"""Which image each service runs, and the making of local ones where no registry can be reached.

`references` is what the Pulumi program asks; `ensure` is what `make` runs before it.
"""

import os
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from toolchain import debian, targets
from toolchain.cache import CHECKOUT, SetupError, digest, root
from toolchain.say import run_step, say

Source = Literal["upstream", "local"]

FOLDER = CHECKOUT / "toolchain" / "images"
DEBIAN_RELEASE = "bookworm"
PULL_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Image:
    """One row of images.toml: upstream's reference and the recipe of the local one."""

    service: str
    upstream: str
    tag: str
    # Empty where there is no local image.
    folder: str = ""
    target: str = ""
    packages: Sequence[str] = ()
    release: str = ""
    base: str = ""

    @property
    def version(self) -> str:
        """Version of the program in the local image, or the Debian that it is made from."""
        if self.target:
            return targets.all_targets()[self.target].version
        return self.release or DEBIAN_RELEASE

    @property
    def local(self) -> str:
        """Reference of the local image; its hash changes with anything that goes in."""
        if not self.base:
            return _base_reference(self.folder)
        programs = [targets.all_targets()[self.target].key] if self.target else self.packages
        sources = [FOLDER / self.folder]
        if self.base != "scratch":
            sources.append(FOLDER / self.base)
        return f"obs-local/{self.folder}:{self.version}-{digest(sources, programs)}"

    @property
    def differs_from_upstream(self) -> bool:
        """Whether the local image holds another version of one of our servers than upstream's pin.

        What is made of Debian's packages stands for whatever a site has.
        """
        return bool(self.target) and self.tag.removeprefix("v") != self.version


@cache
def catalogue() -> dict[str, Image]:
    """The rows of images.toml by service."""
    rows: dict[str, dict[str, Any]] = tomllib.loads((CHECKOUT / "images.toml").read_text())
    return {service: _image(service, row) for service, row in rows.items()}


def _image(service: str, row: dict[str, Any]) -> Image:
    pinned = f"@{row['digest']}" if "digest" in row else ""
    upstream = f"{row['image']}:{row['tag']}{pinned}"
    return Image(service=service, upstream=upstream, tag=row["tag"], **row.get("local", {}))


def references(source: Source) -> dict[str, str]:
    """Image reference of every service that the source has one for."""
    if source == "local":
        return {service: image.local for service, image in _with_local().items()}
    return {service: image.upstream for service, image in catalogue().items()}


def _with_local() -> dict[str, Image]:
    return {service: image for service, image in catalogue().items() if image.folder}


def decide_source() -> Source:
    """`upstream` where the daemon has or can pull upstream's images, else `local`."""
    smallest = catalogue()["node-exporter"].upstream
    if _present(smallest):
        return "upstream"
    if _present(*references("local").values()):
        return "local"
    try:
        pull = subprocess.run(
            ["docker", "pull", "--quiet", smallest],
            capture_output=True,
            check=False,
            timeout=PULL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "local"
    return "upstream" if pull.returncode == 0 else "local"


def ensure(source: Source) -> None:
    """Make the local images that are missing; nothing to do for upstream's, which `up` pulls."""
    if source == "upstream":
        return
    if _present(*references("local").values()):
        return
    say("No image registry can be reached: images are made here from what toolchain/ builds.")
    for image in _with_local().values():
        if not _present(image.local):
            _make(image)


def differences() -> list[str]:
    """One line for each local image whose version isn't upstream's pin."""
    return [
        f"{image.service} {image.version} runs here, upstream's pin is {image.tag}"
        for image in _with_local().values()
        if image.differs_from_upstream
    ]


def _present(*references: str) -> bool:
    """Whether the daemon has every one of these images."""
    command = ["docker", "image", "inspect", "--format", "{{.Id}}", *references]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _make(image: Image) -> None:
    if not image.base:
        _base(image.folder)
        return
    base = "scratch" if image.base == "scratch" else _base(image.base)
    given = ["--build-arg", f"BASE={base}"]
    with tempfile.TemporaryDirectory(prefix="image-", dir=root()) as scratch:
        context = Path(scratch)
        if image.target:
            programs = targets.provide(targets.all_targets()[image.target], from_path=False)
            shutil.copytree(programs, context, dirs_exist_ok=True)
        else:
            given += ["--build-arg", f"PACKAGES={' '.join(image.packages)}"]
        shutil.copytree(FOLDER / image.folder, context, dirs_exist_ok=True)
        (context / "data").mkdir()
        run_step(
            f"making the image {image.local}",
            ["docker", "build", *given, "--tag", image.local, context],
            log=root() / "logs" / f"image-{image.folder}.log",
            env=os.environ | _builder(),
        )


def _builder() -> dict[str, str]:
    """The classic builder where the client has no BuildKit plugin, as with Debian's docker.io."""
    found = subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False)
    return {} if found.returncode == 0 else {"DOCKER_BUILDKIT": "0"}


def _base_reference(name: str) -> str:
    return f"obs-local/{name}:{DEBIAN_RELEASE}-{digest([FOLDER / name])}"


def _base(name: str) -> str:
    reference = _base_reference(name)
    if _present(reference):
        return reference
    if not debian.may_install():
        raise SetupError(
            "no image registry can be reached, and local images can only be made as root on Debian"
        )
    if name != "busybox" and shutil.which("debootstrap") is None:
        debian.install("debootstrap", why="local images stand on a small Debian")
    with tempfile.TemporaryDirectory(prefix="base-", dir=root()) as scratch:
        out, work = Path(scratch) / "out", Path(scratch) / "work"
        out.mkdir(mode=0o755)
        work.mkdir()
        log = root() / "logs" / f"image-{name}.log"
        run_step(
            f"making the base image {reference}",
            [FOLDER / name / "make.sh"],
            log=log,
            env=os.environ | {"OUT": str(out), "WORK": str(work), "VERSION": DEBIAN_RELEASE},
        )
        packed = work / "root.tar"
        pack: list[str | Path] = [
            "tar",
            "--numeric-owner",
            "--create",
            "--file",
            packed,
            "--directory",
            out,
            ".",
        ]
        run_step(f"packing {name}", pack, log=log)
        run_step(f"importing {name}", ["docker", "import", packed, reference], log=log)
    return reference
