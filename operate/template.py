"""The user's own stack file, made from the template of its stack."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from toolchain import images
from toolchain.cache import SetupError
from toolchain.say import say

HEAD = "  observability:stack:\n"
USUAL_DAEMON = "unix:///var/run/docker.sock"
USUAL_DATA_ROOT = "/var/lib/docker"


def copy(template: Path, to: Path) -> None:
    """Copy the template, with what is different on this machine; readable by its owner only."""
    if not template.exists():
        known = ", ".join(sorted(path.stem for path in template.parent.glob("*.yaml")))
        raise SetupError(f"there is no stack {template.stem!r}: write {to.name}, or take {known}")
    write(template.read_text(), to)
    say(f"{to.name} is your copy of stacks/{template.name}: edit it as you like.")


def write(content: str, to: Path) -> None:
    """Write a stack file with what is different on this machine; readable by its owner only."""
    content = with_lines(content, [*_daemon(), *_images()])
    to.touch(mode=0o600)
    to.write_text(content)


def with_lines(content: str, lines: Sequence[str]) -> str:
    """The template with these lines first under `observability:stack`."""
    if content.count(HEAD) != 1:
        raise SetupError(f"the template has no line {HEAD.strip()!r}")
    return content.replace(HEAD, HEAD + "".join(f"    {line}\n" for line in lines))


def _daemon() -> list[str]:
    """The daemon that `docker` talks to here, where it isn't the usual one."""
    daemon = _ask("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    root = _ask("docker", "info", "--format", "{{.DockerRootDir}}")
    lines = []
    if daemon not in {"", USUAL_DAEMON}:
        lines.append(f"docker-host: {daemon}  # what `docker` talked to when this file was made")
    if root not in {"", USUAL_DATA_ROOT}:
        lines.append(f"docker-data-root: {root}")
    return lines


def _ask(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _images() -> list[str]:
    if images.decide_source() == "upstream":
        return []
    return [
        "# No registry could be reached when this file was made: locally made images.",
        "images:",
        "  source: local",
    ]
