"""The estate as one component."""

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.service import Service
from components.services_image import USER
from simulator.demo import data_services, disk, shop
from simulator.demo.place import DemoPlace


@dataclass(frozen=True, kw_only=True)
class EstateArgs:
    place: DemoPlace


class Estate(pulumi.ComponentResource):
    """Something true to watch: nothing in it publishes a port."""

    def __init__(self, name: str, args: EstateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("observability:index:Estate", name, {}, opts)

        own = ResourceOptions(parent=self)
        small_disk = disk.volume(args.place.stack, USER, own)
        for service in (
            data_services.postgresql(args.place),
            data_services.redis(args.place),
            shop.web(args.place),
            shop.worker(args.place),
            shop.load(args.place),
            shop.filler(args.place, small_disk),
            disk.exporter(args.place, small_disk),
        ):
            Service(service.service, service, own)

        self.register_outputs({})
