"""The PostgreSQL exporters: one for each server, since each has a login of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.labels import of_located
from components.place import Place
from components.rendering import ScrapeJob, Target, secret_file
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings.databases import PostgreSQL

PORT = 9187
CA_FILE = "ca.pem"


def service(name: str) -> str:
    """The exporter of this server, as it is called on the networks."""
    return f"postgresql-exporter-{name}"


def jobs(servers: Mapping[str, PostgreSQL], *, env: str) -> list[ScrapeJob]:
    """One job, in which each exporter goes by the address of its server."""
    targets = [
        Target(
            address=f"{service(name)}:{PORT}",
            labels=of_located(server, host=server.address.rpartition(":")[0], env=env)
            | {"instance": server.address},
        )
        for name, server in servers.items()
    ]
    return [ScrapeJob(name="postgresql", others=targets)] if targets else []


@dataclass(frozen=True, kw_only=True)
class PostgreSQLExporterArgs:
    place: Place
    server: str
    """Its name in the settings."""
    settings: PostgreSQL


class PostgreSQLExporter(pulumi.ComponentResource):
    """Measures one PostgreSQL server from inside."""

    def __init__(
        self, name: str, args: PostgreSQLExporterArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:PostgreSQLExporter", name, {}, opts)
        settings, secret = args.settings, args.settings.password.secret
        authority = f"&sslrootcert={CONFIG_PATH}/{CA_FILE}" if settings.ca else ""

        Service(
            name,
            ServiceArgs(
                stack=args.place.stack,
                service=service(args.server),
                image=args.place.images["postgres-exporter"],
                user="65534:65534",
                memory_mib=settings.memory.mib,
                environment={
                    "DATA_SOURCE_URI": f"{settings.address}/{settings.database}"
                    f"?sslmode={settings.tls}{authority}",
                    "DATA_SOURCE_USER": settings.user,
                    "DATA_SOURCE_PASS_FILE": f"{CONFIG_PATH}/{secret_file(secret)}",
                },
                health_check=["wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{PORT}/"],
                files={CA_FILE: settings.ca} if settings.ca else {},
                secret_files={secret_file(secret): args.place.secrets[secret]},
                digest_key=args.place.digest_key,
                networks=[args.place.backend, args.place.front, *args.place.joined],
            ),
            ResourceOptions(parent=self),
        )
        self.register_outputs({})
