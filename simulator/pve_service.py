"""The container of the simulated Proxmox VE."""

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.free_port import FreePort
from components.networks import network
from components.service import CONFIG_PATH, PublishedPort, Service, ServiceArgs
from components.services_image import DATA_PATH, USER, ServicesImage, ServicesImageArgs
from simulator.demo.place import DemoPlace
from simulator.pve import names

ADDRESS = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class SimulatedProxmoxArgs:
    place: DemoPlace
    image: ServicesImageArgs
    port: int
    """On the loopback address; 0 is a free one, picked once."""


class SimulatedProxmox(pulumi.ComponentResource):
    """`pve:8006` for containers of the demo network, and a port for who makes guests."""

    port: pulumi.Output[int]

    def __init__(
        self, name: str, args: SimulatedProxmoxArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:SimulatedProxmox", name, {}, opts)

        own = ResourceOptions(parent=self)
        place = args.place
        # An internal network's ports can't be published.
        front = network("pve-network", place.stack, names.SERVICE, internal=False, opts=own)
        port = args.port or FreePort("pve-port", ADDRESS, own).port
        service = ServiceArgs(
            stack=place.stack,
            service=names.SERVICE,
            image=ServicesImage("pve", args.image, own).reference,
            user=USER,
            memory_mib=192,
            command=[
                *("python", "-m", "simulator.pve.serve"),
                *(f"--folder={DATA_PATH}", f"--secrets={CONFIG_PATH}"),
            ],
            health_check=["python", "-m", "simulator.pve.check"],
            digest_key=place.digest_key,
            secret_files={name: place.secrets[name] for name in names.SECRETS},
            # What is changed on the site lasts.
            data_path=DATA_PATH,
            networks=[place.network, front.name],
            port=PublishedPort(address=ADDRESS, external=port, internal=names.PORT),
        )
        Service(service.service, service, own)

        self.port = pulumi.Output.from_input(port)
        self.register_outputs({"port": self.port})
