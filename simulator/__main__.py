"""Wires the simulator's parts together; each lies in a folder of its own."""

import pulumi
import pulumi_docker as docker
from pulumi import ResourceOptions

from components.networks import network
from components.services_image import ServicesImage, ServicesImageArgs, find_context
from settings import STACK_SECRET, read_secrets
from settings.loading import load
from simulator.configuration import Settings
from simulator.demo import data_services
from simulator.demo.estate import Estate, EstateArgs
from simulator.demo.place import NETWORK, DemoPlace
from simulator.pve import names
from simulator.pve_service import SimulatedProxmox, SimulatedProxmoxArgs
from toolchain import images
from toolchain.services_context import SIMULATOR


def main() -> None:
    """All that the stack of the same name watches."""
    settings, stack = load(Settings), f"{pulumi.get_stack()}-sim"
    of_pve = () if settings.pve_port is None else names.SECRETS
    secrets = read_secrets({STACK_SECRET, *data_services.SECRETS, *of_pve})
    context = find_context()
    pve_context = find_context(SIMULATOR)

    on_host = ResourceOptions(providers=[docker.Provider("docker", host=settings.docker_host)])
    references = images.references(settings.images.source)
    own_image = ServicesImageArgs(context=context, base=references["python"])
    place = DemoPlace(
        stack=stack,
        images=references,
        services_image=ServicesImage("services", own_image, on_host).reference,
        network=network("demo-network", stack, NETWORK, internal=True, opts=on_host).name,
        digest_key=secrets[STACK_SECRET],
        secrets=secrets,
    )
    Estate("demo", EstateArgs(place=place), on_host)
    if settings.pve_port is not None:
        pve_image = ServicesImageArgs(
            context=pve_context, base=references["python"], image="simulator"
        )
        simulated = SimulatedProxmoxArgs(place=place, image=pve_image, port=settings.pve_port)
        pulumi.export("pve-port", SimulatedProxmox("pve", simulated, on_host).port)


main()
