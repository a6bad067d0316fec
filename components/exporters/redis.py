"""The Redis exporters: one for each server, since user and authority hold for all of one."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.labels import of_located
from components.place import Place
from components.rendering import ScrapeJob, Target
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.databases import Redis

PORT = 9121
CA_FILE = "ca.pem"
PASSWORDS_FILE = "passwords.json"


def service(name: str) -> str:
    """The exporter of this server, as it is called on the networks."""
    return f"redis-exporter-{name}"


def jobs(servers: Mapping[str, Redis], *, env: str) -> list[ScrapeJob]:
    """One job, in which each exporter goes by the address of its server."""
    targets = [
        Target(
            address=f"{service(name)}:{PORT}",
            labels=of_located(server, host=server.address.rpartition(":")[0], env=env)
            | {"instance": server.address},
        )
        for name, server in servers.items()
    ]
    return [ScrapeJob(name="redis", others=targets)] if targets else []


@dataclass(frozen=True, kw_only=True)
class RedisExporterArgs:
    place: Place
    server: str
    """Its name in the settings."""
    settings: Redis


class RedisExporter(pulumi.ComponentResource):
    """Measures one Redis server from inside."""

    def __init__(
        self, name: str, args: RedisExporterArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:RedisExporter", name, {}, opts)
        settings = args.settings

        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service=service(args.server),
                image=args.place.images["redis-exporter"],
                user="59000:59000",
                memory_mib=settings.memory.mib,
                command=_flags(settings),
                health_check=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/"],
                files={CA_FILE: settings.ca} if settings.ca else {},
                secret_files=_passwords(settings, args.place),
                digest_key=args.place.digest_key,
                networks=[args.place.backend, args.place.front, *args.place.joined],
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})


def _flags(settings: Redis) -> list[str]:
    flags = [
        f"-redis.addr={_url(settings)}",
        # It may show passwords, so our user may not ask for it.
        "-config-command=-",
    ]
    if settings.user:
        flags.append(f"-redis.user={settings.user}")
    if settings.password:
        flags.append(f"-redis.password-file={CONFIG_PATH}/{PASSWORDS_FILE}")
    if settings.ca:
        flags.append(f"-tls-ca-cert-file={CONFIG_PATH}/{CA_FILE}")
    return flags


def _passwords(settings: Redis, place: Place) -> dict[str, pulumi.Output[str]]:
    """The password in the form that the exporter reads: by address.

    Some releases look it up with the user in the address and some without: hence both.
    """
    if settings.password is None:
        return {}
    url = _url(settings)
    addresses = {url, url.replace("://", f"://{settings.user}@")} if settings.user else {url}
    password = place.secrets[settings.password.secret]
    return {PASSWORDS_FILE: pulumi.Output.json_dumps(dict.fromkeys(sorted(addresses), password))}


def _url(settings: Redis) -> str:
    return f"{'rediss' if settings.tls else 'redis'}://{settings.address}"
