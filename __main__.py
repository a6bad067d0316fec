"""Wires settings, components and content together; everything else lies in their folders."""

from pathlib import Path

import pulumi
import pulumi_docker as docker
import pulumiverse_grafana as grafana_provider
from pulumi import ResourceOptions

import dashboards
from components import checks, configs, scraping, servers
from components.exporters import all as exporters
from components.free_port import FreePort
from components.gateway import Gateway, GatewayArgs
from components.grafana import Grafana, GrafanaArgs
from components.grafana_access import GrafanaAccess, GrafanaAccessArgs
from components.grafana_content import GrafanaContent, GrafanaContentArgs
from components.networks import Networks, NetworksArgs
from components.place import Place
from settings import STACK_SECRET, Settings, read_secrets
from settings.grafana import ADMIN
from toolchain import images

HERE = Path(__file__).parent


def main() -> None:
    """The whole stack."""
    settings, stack = Settings.load(), pulumi.get_stack()
    secrets = read_secrets(settings.secret_names, configs.secret_checks(settings))
    password = secrets[settings.grafana.admin_password.secret]
    rules = {path.name: path.read_text() for path in (HERE / "rules").glob("*.rules.yaml")}
    site = scraping.of_site(HERE / "site" / "scrape", env=stack)
    files = configs.render(settings, stack=stack, rules=rules, site=site)
    referred = configs.secret_names(settings)
    checks.check(files, configs.stand_ins(settings))

    on_host = ResourceOptions(providers=[docker.Provider("docker", host=settings.docker_host)])
    networks = Networks("networks", NetworksArgs(stack=stack), on_host)
    place = Place(
        stack=stack,
        images=images.references(settings.images.source),
        backend=networks.backend,
        front=networks.front,
        joined=settings.networks,
        digest_key=secrets[STACK_SECRET],
        secrets=secrets,
        files=files,
        referred=referred,
    )
    servers.create(settings, place, gateway=networks.gateway, opts=on_host)
    exporters.create(settings, place, gateway=networks.gateway, opts=on_host)
    door = None
    if settings.gateway:
        way_in = GatewayArgs(place=place, settings=settings.gateway)
        door = Gateway("gateway", way_in, on_host).door
        pulumi.export("gateway-ca", door.ca)
    grafana = Grafana(
        "grafana",
        GrafanaArgs(
            place=place,
            settings=settings.grafana,
            secrets=secrets,
            port=settings.grafana.port or FreePort("grafana-port", settings.grafana.bind).port,
            docker_host=settings.docker_host,
            door=door,
            tunnel=settings.tunnel,
        ),
        on_host,
    )
    login = pulumi.Output.concat(ADMIN, ":", password)
    ca = door.ca if door else None
    server = grafana_provider.Provider("grafana", url=grafana.url, auth=login, ca_cert=ca)
    in_grafana = ResourceOptions(providers=[server])
    content = GrafanaContentArgs(
        dashboards=dashboards.catalogue(), scrape_interval=settings.prometheus.scrape_interval
    )
    GrafanaContent("grafana-content", content, in_grafana)
    access = GrafanaAccessArgs(
        settings=settings.grafana, secrets=secrets, url=grafana.url, ca=ca or ""
    )
    tokens = GrafanaAccess("grafana-access", access, in_grafana).tokens
    pulumi.export("grafana-url", grafana.url)
    pulumi.export("grafana-user", ADMIN)
    pulumi.export("service-account-tokens", tokens)


main()
