"""Makes sure of a Docker daemon: the running one, else one that is installed and started here."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from toolchain import debian
from toolchain.cache import SetupError, root
from toolchain.say import say

START_SECONDS = 60


def ensure() -> None:
    """Return once a daemon answers; a SetupError with one line on what to do otherwise."""
    if answers():
        return
    if os.environ.get("DOCKER_HOST"):
        raise SetupError(f"no Docker daemon answers at DOCKER_HOST={os.environ['DOCKER_HOST']}")
    if os.geteuid() != 0:
        raise SetupError(
            "no Docker daemon answers: install Docker, start it, and add yourself to its group"
        )
    if shutil.which("dockerd") is None or shutil.which("docker") is None:
        debian.install("docker.io", why="no Docker daemon answers and none is installed")
    if not answers():
        _start()


def answers() -> bool:
    """Whether the docker client is there and reaches a daemon."""
    if shutil.which("docker") is None:
        return False
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _start() -> None:
    debian.confirm("The Docker daemon doesn't run and will be started.")
    log = root() / "logs" / "dockerd.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    if Path("/run/systemd/system").exists():
        subprocess.run(["systemctl", "start", "docker"], check=False)
        child = None
    else:
        with log.open("ab") as out:
            child = subprocess.Popen(
                ["dockerd"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if answers():
            say("  the Docker daemon runs")
            return
        if child is not None and child.poll() is not None:
            break
        time.sleep(0.5)
    tail = " / ".join(log.read_text(errors="replace").splitlines()[-3:]) if child else ""
    raise SetupError(f"the Docker daemon doesn't start, see {log}: {tail}")
