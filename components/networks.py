"""The two networks of a stack: one without a way out for all, one for what publishes a port."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker
from pulumi import ResourceOptions

from components.naming import STACK_LABEL, docker_name, labels


@dataclass(frozen=True, kw_only=True)
class NetworksArgs:
    stack: str


class Networks(pulumi.ComponentResource):
    """Networks on which the services find each other by name."""

    backend: pulumi.Output[str]
    front: pulumi.Output[str]
    gateway: pulumi.Output[str]
    """The Docker host's own address on the backend network."""

    def __init__(self, name: str, args: NetworksArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:Networks", name, {}, opts)

        own = ResourceOptions(parent=self)
        backend = network(f"{name}-backend", args.stack, "backend", internal=True, opts=own)
        front = network(f"{name}-front", args.stack, "front", internal=False, opts=own)

        self.backend = backend.name
        self.front = front.name
        self.gateway = backend.ipam_configs.apply(_gateway)
        self.register_outputs({"backend": self.backend, "front": self.front})


def network(
    name: str, stack: str, part: str, *, internal: bool, opts: ResourceOptions
) -> docker.Network:
    """One network of a stack; from an internal one, no way leads out."""
    return docker.Network(
        name,
        name=docker_name(stack, part),
        driver="bridge",
        internal=internal,
        labels=labels({STACK_LABEL: stack}),
        # Its name fits one network only: the old one has to go first.
        opts=ResourceOptions.merge(opts, ResourceOptions(delete_before_replace=True)),
    )


def _gateway(configs: Sequence[docker.outputs.NetworkIpamConfig]) -> str:
    for config in configs or ():
        if config.gateway:
            return config.gateway
    raise pulumi.RunError("Docker gave the backend network no gateway address")
