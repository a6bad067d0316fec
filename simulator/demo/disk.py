"""The small disk of the host `demo-host`, and the exporter that measures it."""

import pulumi_docker as docker
from pulumi import ResourceOptions

from components.naming import STACK_LABEL, docker_name, labels
from components.service import CONFIG_PATH, ServiceArgs, SharedVolume
from simulator.demo.place import DemoPlace

SIZE_MIB = 64
PATH = "/srv/data"
HOST = "demo-host"
# Memory that is mounted as a disk. To the exporter it is an ordinary disk's file system: rules and
# dashboards rightly leave out what lies in memory. Sizes are asked of the file system itself.
MOUNTS = f"36 1 253:16 / {PATH} rw,relatime - ext4 /dev/vdb rw\n"


def volume(stack: str, owner: str, opts: ResourceOptions) -> docker.Volume:
    """The file system, empty whenever no container has it mounted; `owner` is UID:GID."""
    uid, gid = owner.split(":")
    return docker.Volume(
        "disk",
        name=docker_name(stack, "disk"),
        driver="local",
        driver_opts={
            "type": "tmpfs",
            "device": "tmpfs",
            "o": f"size={SIZE_MIB}m,uid={uid},gid={gid},mode=0755",
        },
        labels=labels({STACK_LABEL: stack}),
        opts=opts,
    )


def exporter(place: DemoPlace, disk: docker.Volume) -> ServiceArgs:
    """A node exporter that sees the disk and nothing else, so that all it says is true."""
    return place.service(
        HOST,
        image=place.images["node-exporter"],
        user="65534:65534",
        memory_mib=32,
        command=[
            "--web.listen-address=:9100",
            "--collector.disable-defaults",
            "--collector.filesystem",
            f"--path.procfs={CONFIG_PATH}/proc",
        ],
        health_check=["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:9100/"],
        files={"proc/1/mountinfo": MOUNTS},
        shared_volumes=[SharedVolume(name=disk.name, path=PATH, read_only=True)],
    )
