"""The recorded series of the real servers, as `make record` stored them."""

from functools import cache
from pathlib import Path

from tests.contract.promql import selectors
from toolchain.cache import CHECKOUT

FOLDER = Path(__file__).with_name("recorded")
JOBS = (
    "alertmanager", "blackbox-http", "blackbox-icmp", "blackbox-tcp", "cadvisor", "grafana", "load",
    "loki", "node", "postgresql", "prometheus", "promtail", "redis", "web", "worker",
)  # fmt: skip

Labels = dict[str, str]


class MissingRecordingError(AssertionError):
    """There is nothing to compare with."""


@cache
def recorded(job: str) -> tuple[Labels, ...]:
    """The labels of each series that the job had, `__name__` among them."""
    path = FOLDER / f"{job}.txt"
    if not path.exists():
        raise MissingRecordingError(
            f"{path.relative_to(CHECKOUT)} is missing: run `make up`, then `make record`"
        )
    return tuple(labels(line) for line in path.read_text().splitlines())


def labels(line: str) -> Labels:
    """The labels in one recorded line."""
    (series,) = selectors(line)
    return {"__name__": series.name} | {m.label: m.value for m in series.matchers}


@cache
def everything() -> tuple[Labels, ...]:
    """The series of all jobs."""
    return tuple(series for job in JOBS for series in recorded(job))
