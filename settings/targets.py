"""What Prometheus reads beside the stack's own services: targets, and where to find more."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.addresses import HostAndPort, HttpUrl, UrlPath
from settings.errors import ContradictionError
from settings.labelled import Labelled, Located
from settings.sections import Model, Secret
from settings.types import (
    AbsolutePath,
    Certificate,
    Duration,
    HostName,
    between,
    not_empty,
)

# Jobs of the program itself: their metrics are what our rules and dashboards ask for.
OWN_JOBS = {
    "alertmanager", "alloy", "blackbox-dns", "blackbox-http", "blackbox-icmp", "blackbox-tcp",
    "blackbox-tls", "cadvisor", "docker", "file", "gateway", "grafana", "loki", "node",
    "postgresql", "prometheus", "promtail", "redis",
}  # fmt: skip


class Scraped(Labelled):
    """How a target is asked, whoever names it."""

    scheme: Literal["http", "https"] = Field(
        default="http", description="`https` checks the certificate: against `ca`, or as usual."
    )
    path: UrlPath = Field(default="/metrics", description="Path of the metrics.")
    interval: Annotated[Duration, between("5s", "2m")] | None = Field(
        default=None, description="How often it is read, if not `prometheus.scrape-interval`."
    )
    user: HostName | None = Field(
        default=None, description="Name that Prometheus logs in with, by `password`."
    )
    password: Secret | None = Field(default=None, description="Password of `user`.")
    token: Secret | None = Field(
        default=None, description="Bearer token that Prometheus shows instead of a login."
    )
    ca: Certificate | None = Field(
        default=None,
        description="Certificate (PEM) of the authority that the target's own is checked against.",
    )

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        problems = {}
        if (self.user is None) != (self.password is None):
            missing, there = ("user", "password") if self.password else ("password", "user")
            problems[missing] = f"is needed with {there}"
        if self.token and self.user:
            problems["token"] = "can't be used with user: one login is enough"  # noqa: S105
        if self.ca is not None and self.scheme != "https":
            problems["ca"] = "needs scheme https"
        if problems:
            raise ContradictionError(problems)
        return self


class Targets(Located, Scraped):
    """Targets of one kind: an exporter on other hosts, or applications with metrics."""

    addresses: Annotated[
        tuple[HostAndPort, ...], Field(max_length=500), AfterValidator(not_empty)
    ] = Field(
        description="Where they answer: `10.0.0.5:9187`, or a container's name with `networks`."
    )


class HttpDiscovery(Scraped):
    """A list of targets that another program serves, in the format of Prometheus' HTTP SD."""

    url: HttpUrl = Field(description="Where the list is.")
    list_token: Secret | None = Field(
        default=None, description="Bearer token for the list itself, where it wants one."
    )
    refresh: Annotated[Duration, between("10s", "1d")] = Field(
        default=Duration("1m"), description="How often the list is read."
    )


class Discovery(Model):
    """Targets that are found at run time; labels that they don't bring are filled in."""

    folder: AbsolutePath | None = Field(
        default=None,
        description="Folder of the Docker host with target files of other programs (`*.yml`, "
        "`*.yaml`, `*.json`, in the format of Prometheus' file SD), in job `file`. A changed "
        "file is seen at once.",
    )
    http: dict[HostName, HttpDiscovery] = Field(
        default={}, description="Lists over HTTP by the name of their job."
    )
