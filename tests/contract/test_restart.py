"""A real Prometheus, started as its container is, remembers for how long an alert is pending."""

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from components.prometheus import DATA_PATH, Prometheus, PrometheusArgs
from components.service import CONFIG_PATH
from settings import Settings
from tests.e2e.eventually import eventually
from tests.unit.components.recorder import deploy
from tests.unit.components.samples import place
from toolchain.cache import tool

CONFIG = """\
global: {evaluation_interval: 200ms}
rule_files: [rules.yml]
"""
RULES = """\
groups:
  - name: pending
    rules: [{alert: Pending, expr: vector(1), for: 5m}]
"""
PENDING_SECONDS = 6


def command() -> list[str]:
    """The arguments that the program gives the container."""
    seen = deploy(
        lambda: Prometheus(
            "prometheus",
            PrometheusArgs(place=place(), settings=Settings().prometheus, hosts={}),
        )
    )
    return [str(a) for a in seen.inputs("Container", "prometheus-container")["command"]]


@contextmanager
def running(folder: Path, port: int) -> Iterator[str]:
    """Prometheus on its data in this folder; ended as Docker ends it."""
    moved = [
        argument.replace(CONFIG_PATH, str(folder)).replace(f"={DATA_PATH}", f"={folder}/data")
        for argument in command()
    ]
    program: list[str] = [str(tool("prometheus")), *moved, f"--web.listen-address=127.0.0.1:{port}"]
    with (folder / "log").open("a") as log, subprocess.Popen(program, stderr=log) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def active_at(url: str) -> float:
    """Unix time since which the alert is pending."""
    with urllib.request.urlopen(f"{url}/api/v1/alerts", timeout=5) as answer:  # noqa: S310
        (alert,) = json.load(answer)["data"]["alerts"] or [None]
    assert alert
    return datetime.fromisoformat(alert["activeAt"]).timestamp()


def test_pending_alerts_outlive_a_restart(tmp_path: Path) -> None:
    """An alert that has waited doesn't wait anew, though its `for` is below Prometheus' default."""
    (tmp_path / "prometheus.yml").write_text(CONFIG)
    (tmp_path / "rules.yml").write_text(RULES)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]

    with running(tmp_path, port) as url:
        since = eventually(lambda: active_at(url), deadline=20)
        eventually(lambda: time.time() - since > PENDING_SECONDS, deadline=2 * PENDING_SECONDS)
    stopped = time.time()
    with running(tmp_path, port) as url:
        restored = eventually(lambda: active_at(url) < stopped and active_at(url), deadline=20)

    # Whole seconds are kept; it may be later by the time in which Prometheus was away.
    assert since - 1 < restored < stopped - PENDING_SECONDS / 2
