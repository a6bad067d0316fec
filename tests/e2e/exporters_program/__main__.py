"""Prometheus and the exporters that the stack's settings ask for, and nothing else."""

import pulumi
from pulumi import ResourceOptions

from components import checks, configs
from components.exporters import all as exporters
from components.networks import Networks, NetworksArgs
from components.place import Place
from components.prometheus import Prometheus, PrometheusArgs
from settings import STACK_SECRET, Settings, read_secrets
from toolchain import images


def main() -> None:
    """All of them."""
    settings, stack = Settings.load(), pulumi.get_stack()
    names = settings.secret_names - {settings.grafana.admin_password.secret}
    secrets = read_secrets(names)
    files = configs.render(settings, stack=stack, rules={})
    checks.check(files)
    networks = Networks("networks", NetworksArgs(stack=stack))
    place = Place(
        stack=stack,
        images=images.references(settings.images.source),
        backend=networks.backend,
        front=networks.front,
        joined=settings.networks,
        digest_key=secrets[STACK_SECRET],
        secrets=secrets,
        files=files,
        referred={},
    )
    args = PrometheusArgs(place=place, settings=settings.prometheus, hosts={})
    Prometheus("prometheus", args)
    exporters.create(settings, place, gateway=networks.gateway, opts=ResourceOptions())


main()
