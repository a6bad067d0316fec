"""`make record`: stores which series the real servers have, for the contract tests."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from dashboards import uids
from operate.report import grafana_of
from operate.stack import OperateError, Stack
from operate.tunnel import open_tunnel
from toolchain.cache import CHECKOUT
from verify.grafana import Grafana, GrafanaError

FOLDER = CHECKOUT / "tests" / "contract" / "recorded"
PROXY = f"/api/datasources/proxy/uid/{uids.PROMETHEUS}/api/v1"
# What names this machine or this run; the contract is about which labels there are.
NAMING = re.compile(
    r"host|instance|nodename|domainname|address|broadcast|wwn|.*serial.*|.*uuid.*|.*asset_tag.*"
)
# What names the containers that run here.
OF_CONTAINERS = re.compile(r"id|name|image|container_label_observability_.*")
# Made by Prometheus out of other series, not exported by anything.
DERIVED = re.compile(r"ALERTS(_FOR_STATE)?|.*:.*")
# Interfaces of containers come and go under random names.
FLEETING = re.compile(r"(veth|br-|tap).*")
# Mount points that other machines have too; what else is mounted is nobody's business.
COMMON_MOUNT = re.compile(r"/|/(boot|dev|etc|proc|run|sys|tmp|var)(/.*)?")

Labels = Mapping[str, str]


def record(stack: Stack) -> int:
    """Ask Prometheus for the series of each job and write one file a job."""
    try:
        with open_tunnel(stack):
            grafana = grafana_of(stack)
            jobs: list[str] = grafana.get(f"{PROXY}/label/job/values", {"match[]": "up"})["data"]
            found = {job: _series(grafana, job) for job in jobs}
    except GrafanaError as error:
        raise OperateError(str(error)) from None
    for job, series in sorted(found.items()):
        path = write(FOLDER, job, series)
        print(f"{path.relative_to(CHECKOUT)}: {len(path.read_text().splitlines())} series")
    return 0


def _series(grafana: Grafana, job: str) -> list[dict[str, str]]:
    answer = grafana.get(f"{PROXY}/series", {"match[]": f'{{job="{job}"}}'})
    series: list[dict[str, str]] = answer["data"]
    return series


def write(folder: Path, job: str, series: Iterable[Labels]) -> Path:
    """Write a job's series, one a line and sorted, so that a new recording shows what changed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{job}.txt"
    lines = {line(labels) for labels in series if is_lasting(labels)}
    path.write_text("".join(f"{line}\n" for line in sorted(lines)))
    return path


def is_lasting(labels: Labels) -> bool:
    """Whether another machine, or this one tomorrow, would have the series too."""
    return not (
        DERIVED.fullmatch(labels["__name__"])
        or FLEETING.fullmatch(labels.get("device", ""))
        or not COMMON_MOUNT.fullmatch(labels.get("mountpoint", "/"))
        or labels.get("le", "+Inf") != "+Inf"  # one bucket of a histogram tells of all
    )


def line(labels: Labels) -> str:
    """The series as PromQL writes it; values that name the machine become the label's own name."""
    shown = {name: name if _is_naming(name, labels) else value for name, value in labels.items()}
    name = shown.pop("__name__")
    return f"{name}{{{', '.join(f'{k}={_quoted(v)}' for k, v in sorted(shown.items()))}}}"


def _is_naming(name: str, labels: Labels) -> bool:
    of_container = labels.get("job") == "cadvisor" and OF_CONTAINERS.fullmatch(name)
    return bool(of_container or NAMING.fullmatch(name))


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
