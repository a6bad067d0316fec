"""A Debian in a container with a real sshd, and an ssh that knows it."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.eventually import eventually
from toolchain import images

FOLDER = Path(__file__).parent / "agents_host"
NAME = "agents-host"
EXPORTER = "/usr/bin/prometheus-node-exporter"
SSH_CONFIG = """\
Host {name}
  HostName 127.0.0.1
  Port {port}
  User root
  IdentityFile {folder}/key
  IdentitiesOnly yes
  UserKnownHostsFile {folder}/known_hosts
  StrictHostKeyChecking yes
  BatchMode yes
"""


def run(*command: str | Path) -> str:
    """What the command prints; an AssertionError with its message where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class DebianHost:
    """A running container, and the folder of its key and of the ssh that finds it."""

    container: str
    folder: Path

    def sh(self, text: str) -> str:
        """What shell commands print inside."""
        return run("docker", "exec", self.container, "sh", "-euc", text)

    def everything(self) -> set[str]:
        """Every path on which something of ours could be left, and every package."""
        folders = "/etc /usr/local /usr/lib/systemd /var/lib/prometheus /var/lib/observability"
        paths = self.sh(f"find {folders} || true")
        packages = self.sh("dpkg-query --show --showformat='${Package} ${db:Status-Status}\\n'")
        return set((paths + packages).splitlines())

    def start_exporter(self, drop_in: str) -> None:
        """Do what systemd would with the command that a drop-in gives the package's unit."""
        command = self.sh(f"cat {drop_in}").splitlines()[-1].removeprefix("ExecStart=")
        assert command.startswith(f"{EXPORTER} ")
        run("docker", "exec", "--detach", self.container, "sh", "-c", f"exec {command}")

    def stop_exporter(self) -> None:
        """End it; the image has no pkill, but /proc tells what each process runs."""
        self.sh(
            "for p in /proc/[0-9]*; do "
            f'[ "$(readlink "$p/exe")" != {EXPORTER} ] || kill "${{p#/proc/}}"; done'
        )

    def metrics(self, port: int) -> str:
        """What an exporter inside answers."""
        return self.sh(f"curl -fsS http://127.0.0.1:{port}/metrics")

    def prepare_ssh(self) -> None:
        """Exchange keys both ways, without a word over the network."""
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / "key")
        keys = "/etc/ssh/authorized_keys"
        run("docker", "cp", self.folder / "key.pub", f"{self.container}:{keys}")
        self.sh(f"chown root:root {keys} && chmod 600 {keys}")
        port = run("docker", "port", self.container, "22/tcp").rsplit(":", 1)[1].strip()
        key = self.sh("cat /etc/ssh/ssh_host_ed25519_key.pub")
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {key}")
        config = SSH_CONFIG.format(name=NAME, port=port, folder=self.folder)
        (self.folder / "config").write_text(config)
        ssh = shutil.which("ssh")
        wrapper = self.folder / "bin" / "ssh"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nexec {ssh} -F "{self.folder}/config" "$@"\n')
        wrapper.chmod(0o755)
        eventually(lambda: run(wrapper, NAME, "echo up"), deadline=30)


@contextmanager
def debian_host(folder: Path) -> Iterator[DebianHost]:
    """The host, made anew and gone afterwards."""
    tag = f"obs-test/agents-host:{secrets.token_hex(3)}"
    upstream = images.decide_source() == "upstream"
    base = "debian:bookworm-slim" if upstream else images._base("debian")
    build = ("docker", "build", "--quiet", "--network", "host", "--build-arg", f"BASE={base}")
    environment = os.environ | images._builder()
    subprocess.run([*build, "--tag", tag, FOLDER], env=environment, check=True)
    container = ""
    try:
        container = run("docker", "run", "--detach", "--publish", "127.0.0.1::22", tag).strip()
        host = DebianHost(container, folder)
        host.prepare_ssh()
        yield host
    finally:
        if container:
            run("docker", "rm", "--force", "--volumes", container)
        run("docker", "rmi", "--force", tag)
