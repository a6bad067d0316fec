"""A Loki alone, under the config that we render: which lines it keeps, and which it refuses."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from components import loki, service
from components.service import CONFIG_PATH
from settings.loki import Loki as Settings
from tests.e2e.debian_host import run
from tests.e2e.eventually import eventually
from toolchain import images

DAY = 24 * 60 * 60
SETTINGS = {
    "compaction-interval": "5s",
    "delete-delay": "1s",
    "retention": "7d",
    "streams": [{"selector": '{job="short"}', "retention": "24h"}],
    "limits": {
        "stream-rate-mb": 3,
        "stream-burst-mb": 3,
        "ingestion-rate-mb": 100,
        "ingestion-burst-mb": 100,
    },
}


@dataclass(frozen=True)
class Loki:
    """A running container."""

    container: str

    def ask(self, path: str, body: object = None, method: str | None = None) -> str:
        """Its answer, whether it is content or not."""
        # Each start gives it another port.
        address = run("docker", "port", self.container, "3100/tcp").split()[0]
        request = urllib.request.Request(
            f"http://{address}{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def wait(self) -> None:
        """Return as soon as it takes lines."""
        eventually(lambda: self.ask("/ready").strip() == "ready", deadline=60)

    def push(self, streams: Mapping[str, list[str]], *, at: float) -> None:
        """Send lines from a given Unix time on, a nanosecond apart, to streams by their job."""
        start = int(at * 1e9)
        body = [
            {
                "stream": {"job": job},
                "values": [[str(start + n), line] for n, line in enumerate(lines)],
            }
            for job, lines in streams.items()
        ]
        self.ask("/loki/api/v1/push", {"streams": body})

    def lines(self) -> dict[str, int]:
        """How many lines of the last three days it finds in each stream, by their job."""
        query = urllib.parse.urlencode(
            {"query": 'sum by (job) (count_over_time({job=~".+"}[3d]))', "time": time.time()}
        )
        found = json.loads(self.ask(f"/loki/api/v1/query?{query}"))["data"]["result"]
        return {stream["metric"]["job"]: int(stream["value"][1]) for stream in found}

    def refused(self) -> float:
        """How many lines it has refused because their stream was too fast."""
        values = [
            float(line.rsplit(" ", 1)[1])
            for line in self.ask("/metrics").splitlines()
            if line.startswith("loki_discarded_samples_total{") and "per_stream_rate_limit" in line
        ]
        return sum(values)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loki]:
    """A Loki under `SETTINGS`, confined as in a stack, that takes lines."""
    folder = tmp_path_factory.mktemp("loki")
    for name, text in loki.render(Settings.model_validate_json(json.dumps(SETTINGS))).items():
        (folder / name).write_text(text)
    # It isn't root, and the folder of a test is its owner's alone.
    folder.chmod(0o755)
    image = images.references(images.decide_source())["loki"]
    mounts = ("--volume", f"{folder}:{CONFIG_PATH}:ro", "--volume", loki.DATA_PATH)
    scratch = f"/tmp:{service._scratch_options('10001:10001')}"  # noqa: S108 (in the container)
    options = ("--detach", "--publish", "127.0.0.1::3100", "--read-only", "--tmpfs", scratch)
    config = f"-config.file={CONFIG_PATH}/loki.yaml"
    container = run("docker", "run", *options, *mounts, image, config).strip()
    try:
        found = Loki(container)
        found.wait()
        yield found
    finally:
        run("docker", "rm", "--force", "--volumes", container)


def test_too_fast_a_stream_is_cut(server: Loki) -> None:
    """What is beyond the limit of a stream is refused and counted; other streams go through."""
    loud = [f"{number} {'x' * 100_000}" for number in range(40)]
    server.push({"loud": loud, "quiet": ["all is well"]}, at=time.time())

    kept = eventually(server.lines, deadline=30)
    assert 1 == kept["quiet"]
    assert 0 < kept["loud"] < len(loud)
    assert len(loud) - kept["loud"] == server.refused()


def test_loud_stream_over_time_is_cut(server: Loki) -> None:
    """A stream isn't split into several that stay below the limit each."""
    before = server.refused()

    def too_much() -> bool:
        server.push({"steady": ["x" * 100_000] * 24}, at=time.time())
        return server.refused() > before

    eventually(too_much, deadline=20)


def test_stream_has_its_own_retention(server: Loki) -> None:
    """Lines of two days are deleted where the stream is kept for one, and stay elsewhere."""
    server.push({"short": ["a"], "long": ["b"]}, at=time.time() - 2 * DAY)
    # Retention works on what is stored: chunks by a flush, their index when Loki starts.
    server.ask("/flush", method="POST")
    eventually(lambda: {"short", "long"} <= server.lines().keys(), deadline=30)
    run("docker", "restart", server.container)
    server.wait()

    eventually(lambda: "short" not in server.lines(), deadline=240, describe=server.lines)
    assert 1 == server.lines()["long"]
