"""The tunnel is open while a command runs, and only where it is needed."""

import os
import socket
from pathlib import Path

import pytest
import yaml

from operate.stack import OperateError, Stack
from operate.tunnel import open_tunnel

SSH = """\
#!/usr/bin/env python3
import os, signal, socket, sys
with open(os.environ["SEEN"], "a") as seen:
    seen.write(" ".join(sys.argv[1:]) + "\\n")
if "refused" in sys.argv[-1]:
    sys.exit(255)
server = socket.create_server(("127.0.0.1", int(sys.argv[sys.argv.index("-L") + 1].split(":")[0])))
signal.pause()
"""


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where an `ssh` that only listens writes down how it was called."""
    fake = tmp_path / "bin" / "ssh"
    fake.parent.mkdir()
    fake.write_text(SSH)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    return tmp_path / "seen"


def stack(folder: Path, docker_host: str, port: int) -> Stack:
    settings = {"docker-host": docker_host, "grafana": {"port": port}}
    config = {"config": {"observability:stack": settings}}
    (folder / "Pulumi.test.yaml").write_text(yaml.safe_dump(config))
    return Stack("test", folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_tunnel_lasts_as_long_as_the_command(seen: Path, tmp_path: Path) -> None:
    """It ends with it."""
    port = free_port()

    with open_tunnel(stack(tmp_path, "ssh://root@docker", port)):
        assert answers(port)

    assert not answers(port)
    forward = f"-L {port}:127.0.0.1:{port}"
    assert f"-o ExitOnForwardFailure=yes -N {forward} root@docker\n" == seen.read_text()


def test_none_is_opened_where_the_port_answers(seen: Path, tmp_path: Path) -> None:
    """The user has one already."""
    with socket.create_server(("127.0.0.1", 0)) as own:
        found = stack(tmp_path, "ssh://root@docker", own.getsockname()[1])
        with open_tunnel(found):
            assert answers(own.getsockname()[1])

    assert not seen.exists()


def test_none_is_opened_on_this_machine(seen: Path, tmp_path: Path) -> None:
    """Its loopback address is at hand."""
    with open_tunnel(stack(tmp_path, "unix:///var/run/docker.sock", free_port())):
        pass

    assert not seen.exists()


@pytest.mark.usefixtures("seen")
def test_one_that_fails_is_one_line(tmp_path: Path) -> None:
    """With the command to try by hand."""
    with (
        pytest.raises(OperateError, match=r"^`ssh -N -L .* root@refused` failed"),
        open_tunnel(stack(tmp_path, "ssh://root@refused", free_port())),
    ):
        pass
