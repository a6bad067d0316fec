"""A long-running, locked-down container with its image, data volume and config files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_docker as docker
from pulumi import ResourceOptions

from components.exceptions import EXCEPTIONS, Exemption
from components.naming import (
    CONFIG_LABEL,
    SERVICE_LABEL,
    STACK_LABEL,
    digest,
    docker_name,
    labels,
)

CONFIG_PATH = "/etc/observability"
# Go's garbage collector works harder near this share of the limit, before the kernel kills.
GO_MEMORY_SHARE = 0.9
STOP_SECONDS = 30
LOG_OPTIONS = {"max-size": "10m", "max-file": "3", "tag": "{{.Name}}", "labels": STACK_LABEL}


@dataclass(frozen=True, kw_only=True)
class PublishedPort:
    """A port that is open on an address of the Docker host."""

    address: str
    external: pulumi.Input[int]
    internal: int


@dataclass(frozen=True, kw_only=True)
class SharedVolume:
    """A volume that several services mount, and that none of them owns."""

    name: pulumi.Input[str]
    path: str
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class ServiceArgs:
    """`service` names the container and is the name that others find it by on the networks."""

    stack: str
    service: str
    image: pulumi.Input[str]
    user: str
    memory_mib: int
    health_check: Sequence[pulumi.Input[str]]
    """Command inside the container; the image's own holds where it is empty."""
    health_seconds: int = 10
    """Time between two checks: more where a check is dear."""
    digest_key: pulumi.Output[str]
    entry_point: Sequence[str] = ()
    command: Sequence[pulumi.Input[str]] = ()
    working_folder: str | None = None
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    secret_files: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    data_path: str | None = None
    shared_volumes: Sequence[SharedVolume] = ()
    scratch_paths: Sequence[str] = ()
    networks: Sequence[pulumi.Input[str]] = ()
    first_name: str | None = None
    """A further name, on the first of the networks only: who listens on it, listens there."""
    hosts: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    port: PublishedPort | None = None
    moved_mounts: Mapping[str, str] = field(default_factory=dict)
    """Where a mount of the table of exceptions lies on this Docker host, if elsewhere."""


class Service(pulumi.ComponentResource):
    """Runs one container; a changed config file replaces this container and no other."""

    container_id: pulumi.Output[str]

    def __init__(self, name: str, args: ServiceArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:Service", name, {}, opts)

        image = docker.RemoteImage(
            f"{name}-image",
            name=args.image,
            keep_locally=True,
            opts=ResourceOptions(parent=self),
        )
        mounts = host_mounts(args)
        own_labels: dict[str, pulumi.Input[str]] = {
            STACK_LABEL: args.stack,
            SERVICE_LABEL: args.service,
        }
        before: list[pulumi.Resource] = []
        if args.data_path:
            volume = self._data_volume(name, args)
            mounts.append({"type": "volume", "source": volume.name, "target": args.data_path})
        mounts += [
            {
                "type": "volume",
                "source": volume.name,
                "target": volume.path,
                "read_only": volume.read_only,
            }
            for volume in args.shared_volumes
        ]
        if args.files or args.secret_files:
            version = digest(args.files, args.secret_files, args.digest_key)
            own_labels[CONFIG_LABEL] = version
            holder = self._config_holder(name, args, image, version)
            before.append(holder)
            mounts.append(_config_mount(holder.name, read_only=True))

        container = docker.Container(
            f"{name}-container",
            name=docker_name(args.stack, args.service),
            image=image.image_id,
            mounts=mounts,
            labels=labels(own_labels),
            **_process(args),
            **_confinement(args),
            **_network(args),
            opts=ResourceOptions(
                parent=self,
                depends_on=before,
                # Its name and port fit one container only: the old one has to go first.
                delete_before_replace=True,
                # The docker provider says that it updates these, and does nothing.
                replace_on_changes=["healthcheck", "tmpfs"],
            ),
        )

        self.container_id = container.id
        self.register_outputs({"container_id": self.container_id})

    def _data_volume(self, name: str, args: ServiceArgs) -> docker.Volume:
        return docker.Volume(
            f"{name}-data",
            name=docker_name(args.stack, f"{args.service}-data"),
            labels=labels({STACK_LABEL: args.stack, SERVICE_LABEL: args.service}),
            # Data outlives its service: only `make purge` deletes it.
            opts=ResourceOptions(parent=self, retain_on_delete=True),
        )

    def _config_holder(
        self,
        name: str,
        args: ServiceArgs,
        image: docker.RemoteImage,
        version: pulumi.Input[str],
    ) -> docker.Container:
        """A container that is never started: files can only be uploaded to one whose root isn't
        read-only, and what it mounts is the volume that the server reads them from."""
        full_name = pulumi.Output.concat(docker_name(args.stack, args.service), "-config-", version)
        marks = labels({STACK_LABEL: args.stack, SERVICE_LABEL: args.service})
        volume = docker.Volume(
            f"{name}-config",
            name=full_name,
            labels=marks,
            opts=ResourceOptions(parent=self),
        )
        files: dict[str, pulumi.Input[str]] = {**args.files, **args.secret_files}
        return docker.Container(
            f"{name}-config-holder",
            name=volume.name,
            image=image.image_id,
            # Docker insists on one, which not every image has.
            command=["-"],
            start=False,
            must_run=False,
            network_mode="none",
            mounts=[_config_mount(volume.name, read_only=False)],
            uploads=[
                {"file": f"{CONFIG_PATH}/{path}", "content": content}
                for path, content in sorted(files.items())
            ],
            labels=marks,
            # With another image it is another container under the same name.
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )


def host_mounts(args: ServiceArgs) -> list[docker.ContainerMountArgsDict]:
    """Folders of the host that the table of exceptions grants to this service."""
    return [
        {
            "type": "bind",
            "source": args.moved_mounts.get(source, source),
            "target": mount.target or args.moved_mounts.get(source, source),
            "read_only": True,
            # File systems that the host mounts later are seen as well; for a mount from its own
            # folder, Docker insists on it.
            "bind_options": {"propagation": "rslave"},
        }
        for source, mount in sorted(_granted(args).mounts.items())
        if source in args.moved_mounts or not mount.optional
    ]


def _granted(args: ServiceArgs) -> Exemption:
    return EXCEPTIONS.get(args.service, Exemption())


def _config_mount(volume: pulumi.Input[str], *, read_only: bool) -> docker.ContainerMountArgsDict:
    return {"type": "volume", "source": volume, "target": CONFIG_PATH, "read_only": read_only}


def _process(args: ServiceArgs) -> dict[str, Any]:
    """What runs, how it is watched, and how it is stopped."""
    go_limit = f"{int(args.memory_mib * GO_MEMORY_SHARE)}MiB"
    environment = {"GOMEMLIMIT": go_limit, **args.environment}
    return {
        "entrypoints": list(args.entry_point) or None,
        "command": list(args.command),
        "working_dir": args.working_folder,
        "envs": [pulumi.Output.concat(k, "=", v) for k, v in sorted(environment.items())],
        "restart": "unless-stopped",
        "destroy_grace_seconds": STOP_SECONDS,
        "log_driver": "json-file",
        "log_opts": LOG_OPTIONS,
        "healthcheck": _health_check(args) if args.health_check else None,
    }


def _health_check(args: ServiceArgs) -> Mapping[str, object]:
    return {
        "tests": ["CMD", *args.health_check],
        "interval": f"{args.health_seconds}s",
        "timeout": "5s",
        "start_period": "30s",
        "retries": 3,
    }


def _confinement(args: ServiceArgs) -> dict[str, Any]:
    """What the process may do; more only by the table of exceptions."""
    granted = _granted(args)
    if args.user.split(":")[0] in {"0", "root"} and not granted.root:
        raise ValueError(f"{args.service} has no exception to run as root")
    capabilities: dict[str, list[str]] = {"drops": ["ALL"]}
    if granted.capabilities:
        capabilities["adds"] = sorted(granted.capabilities)
    # Docker adds this to what sees the host's processes; unsaid, it would be a change at each `up`.
    added_by_docker = ["label=disable"] if granted.host_pid else []
    return {
        "user": args.user,
        "read_only": True,
        "capabilities": capabilities,
        "security_opts": ["no-new-privileges", *added_by_docker],
        "pid_mode": "host" if granted.host_pid else None,
        "memory": args.memory_mib,
        # Swap on top of the limit would slow the host down instead of ending a leak.
        "memory_swap": args.memory_mib,
        "tmpfs": dict.fromkeys(args.scratch_paths, _scratch_options(args.user)) or None,
    }


def _scratch_options(user: str) -> str:
    # The owner, because a mode doesn't last: from a restart on, runc 1.1 gives the mount that of
    # the folder it hides, which in an image without this folder is root's.
    uid, gid = user.split(":")
    return f"rw,noexec,nosuid,nodev,size=64m,uid={uid},gid={gid}"


def _network(args: ServiceArgs) -> dict[str, Any]:
    if _granted(args).host_network:
        return {"network_mode": "host"}
    first = [args.first_name] if args.first_name else []
    connections = {
        "networks_advanced": [
            {"name": net, "aliases": [args.service, *([] if place else first)]}
            for place, net in enumerate(args.networks)
        ],
        "hosts": [{"host": host, "ip": ip} for host, ip in sorted(args.hosts.items())],
    }
    if args.port is None:
        return connections
    port = {
        "ip": args.port.address,
        "external": args.port.external,
        "internal": args.port.internal,
    }
    return {**connections, "ports": [port]}
