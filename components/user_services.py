"""The containers that a user adds: hardened and scraped like our own."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions

from components.labels import of_docker_host
from components.place import Place
from components.rendering import ScrapeJob, Target, secret_file
from components.service import CONFIG_PATH, Service, ServiceArgs
from settings import Settings
from settings.services import Scrape, UserService


def jobs(settings: Settings, *, env: str) -> list[ScrapeJob]:
    """A job for each of them that serves metrics."""
    where = of_docker_host(settings, env=env)
    return [
        _job(name, scrape, {**where, "role": service.role})
        for name, service in settings.services.items()
        if (scrape := service.scrape)
    ]


def _job(name: str, scrape: Scrape, labels: Mapping[str, str]) -> ScrapeJob:
    target = Target(address=f"{name}:{scrape.port}", labels=labels)
    options = {"scrape_interval": str(scrape.interval)} if scrape.interval else {}
    return ScrapeJob(name=name, path=scrape.path, others=[target], options=options)


@dataclass(frozen=True, kw_only=True)
class UserServicesArgs:
    place: Place
    services: Mapping[str, UserService]


class UserServices(pulumi.ComponentResource):
    """Runs them. What isn't in their settings they can't have: the table of exceptions is ours."""

    def __init__(
        self, name: str, args: UserServicesArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("observability:index:UserServices", name, {}, opts)
        for service, settings in args.services.items():
            given = _service(service, settings, args.place)
            Service(f"{name}-{service}", given, ResourceOptions(parent=self))
        self.register_outputs({})


def _service(name: str, settings: UserService, place: Place) -> ServiceArgs:
    secrets = {variable: secret.secret for variable, secret in settings.secrets.items()}
    paths = {var: f"{CONFIG_PATH}/{secret_file(secret)}" for var, secret in secrets.items()}
    return ServiceArgs(
        stack=place.stack,
        service=name,
        image=settings.image,
        user=settings.user,
        memory_mib=settings.memory.mib,
        entry_point=settings.entry_point,
        command=settings.command,
        environment={**settings.environment, **paths},
        health_check=settings.health_check,
        files=settings.files,
        secret_files={secret_file(secret): place.secrets[secret] for secret in secrets.values()},
        data_path=settings.data_path,
        scratch_paths=settings.scratch_paths,
        networks=[
            place.backend,
            *([place.front] if settings.reaches_out else []),
            *settings.networks,
        ],
        digest_key=place.digest_key,
    )
