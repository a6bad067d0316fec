"""The simulated Proxmox VE and nothing else."""

import pulumi

from components.networks import network
from components.services_image import ServicesImageArgs, find_context
from settings import STACK_SECRET, read_secrets
from simulator.demo.place import NETWORK, DemoPlace
from simulator.pve import names
from simulator.pve_service import SimulatedProxmox, SimulatedProxmoxArgs
from toolchain import images
from toolchain.services_context import SIMULATOR


def main() -> None:
    """On a free port."""
    context = find_context(SIMULATOR)
    secrets = read_secrets({STACK_SECRET, *names.SECRETS})
    references = images.references(images.decide_source())
    stack = pulumi.get_stack()
    demo = network("demo-network", stack, NETWORK, internal=True, opts=pulumi.ResourceOptions())
    place = DemoPlace(
        stack=stack,
        images=references,
        services_image="unused",
        network=demo.name,
        digest_key=secrets[STACK_SECRET],
        secrets=secrets,
    )
    image = ServicesImageArgs(context=context, base=references["python"], image="simulator")
    made = SimulatedProxmox("pve", SimulatedProxmoxArgs(place=place, image=image, port=0))
    pulumi.export("port", made.port)


main()
