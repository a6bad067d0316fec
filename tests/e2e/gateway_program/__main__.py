"""The gateway alone, with nothing behind it."""

import pulumi

from components import configs
from components.gateway import Gateway, GatewayArgs
from components.networks import Networks, NetworksArgs
from components.place import Place
from settings import STACK_SECRET, Settings, read_secrets
from toolchain import images


def main() -> None:
    """Its networks and its container."""
    settings, stack = Settings.load(), pulumi.get_stack()
    if settings.gateway is None:
        raise AssertionError("these tests are about a gateway")
    names = settings.secret_names - {settings.grafana.admin_password.secret}
    secrets = read_secrets(names, configs.secret_checks(settings))
    networks = Networks("networks", NetworksArgs(stack=stack))
    place = Place(
        stack=stack,
        images=images.references(settings.images.source),
        backend=networks.backend,
        front=networks.front,
        joined=(),
        digest_key=secrets[STACK_SECRET],
        secrets=secrets,
        files=configs.render(settings, stack=stack, rules={}),
        referred={},
    )
    Gateway("gateway", GatewayArgs(place=place, settings=settings.gateway))


main()
