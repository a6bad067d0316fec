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
MOUNTS = Path("/proc/self/mountinfo")


def ensure() -> None:
    """Return once a daemon answers; a SetupError with one line on what to do otherwise."""
    if not answers():
        _provide()
    _share_mounts()


def _provide() -> None:
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


def _share_mounts() -> None:
    """Containers that watch the host see what it mounts later only where `/` is a shared mount.

    systemd makes it one when it boots; a machine without it is left with a private one, on which
    Docker refuses to start the node exporter.
    """
    if os.environ.get("DOCKER_HOST") or not MOUNTS.exists() or root_is_shared(MOUNTS.read_text()):
        return
    command = ["mount", "--make-rshared", "/"]
    if os.geteuid() != 0:
        say(f"`/` isn't a shared mount, which the node exporter needs: sudo {' '.join(command)}")
        return
    say("`/` is made a shared mount, as systemd does at boot: the node exporter needs it.")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        say(f"  that didn't work: {done.stderr.strip()}")


def root_is_shared(mounts: str) -> bool:
    """Whether /proc/self/mountinfo (man 5 proc) says that mounts below `/` are passed on."""
    rows = [line.split() for line in mounts.splitlines()]
    optional = [row[6 : row.index("-")] for row in rows if row[4] == "/"]
    return bool(optional) and any(field.startswith("shared:") for field in optional[-1])
