"""The shop of the services image: web, worker, their load, and what fills the small disk."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_docker as docker

from components.service import CONFIG_PATH, ServiceArgs, SharedVolume
from components.services_image import USER
from simulator.demo import data_services, disk
from simulator.demo.place import DemoPlace

PORT = 8000
INCIDENTS = "worker"
"""The service in whose container `make incident` runs its command: what that needs is there."""

DATABASE_PASSWORD = "database-password"  # noqa: S105 (the name of a file)
REDIS_PASSWORD = "redis-password"  # noqa: S105 (the name of a file)
TO_DATABASE = (
    "--database=postgresql://demo@postgresql/demo",
    f"--database-password-file={CONFIG_PATH}/{DATABASE_PASSWORD}",
)
TO_REDIS = (
    "--redis=redis://redis:6379/0",
    f"--redis-password-file={CONFIG_PATH}/{REDIS_PASSWORD}",
)


def web(place: DemoPlace) -> ServiceArgs:
    """The shop's pages."""
    command = [*TO_DATABASE, *TO_REDIS]
    return _service(place, "web", command, memory_mib=128, secret_files=_both(place))


def worker(place: DemoPlace) -> ServiceArgs:
    """Works on the orders."""
    command = [*TO_DATABASE, *TO_REDIS]
    return _service(place, INCIDENTS, command, memory_mib=128, secret_files=_both(place))


def load(place: DemoPlace) -> ServiceArgs:
    """The shop's visitors."""
    return _service(place, "load", [f"--target=http://web:{PORT}"], memory_mib=128)


def filler(place: DemoPlace, small_disk: docker.Volume) -> ServiceArgs:
    """What fills the disk of `demo-host` in the incident `full-disk`."""
    return _service(
        place,
        "disk",
        [f"--disk={disk.PATH}", *TO_REDIS],
        # What lies on the disk lies in memory, and counts as that of who has written it.
        memory_mib=128 + disk.SIZE_MIB,
        secret_files={REDIS_PASSWORD: place.secrets[data_services.REDIS_DEFAULT]},
        shared_volumes=[SharedVolume(name=small_disk.name, path=disk.PATH)],
    )


def _service(place: DemoPlace, name: str, command: Sequence[str], **own: Any) -> ServiceArgs:
    return place.service(
        name,
        image=place.services_image,
        user=USER,
        command=["python", "-m", f"services.demo.{name}", *command],
        health_check=["python", "-m", "services.check"],
        **own,
    )


def _both(place: DemoPlace) -> Mapping[str, pulumi.Output[str]]:
    return {
        DATABASE_PASSWORD: place.secrets[data_services.POSTGRESQL_DEMO],
        REDIS_PASSWORD: place.secrets[data_services.REDIS_DEFAULT],
    }
