"""The one door of a stack: its external address, its certificate, and who may push logs."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from settings.addresses import Email, ExternalAddress, HttpsUrl
from settings.errors import ContradictionError
from settings.sections import Model, Secret
from settings.types import Address, Certificate, FixedPort, HostName, Size, at_least

USUAL_PORTS = {"http": 80, "https": 443}
PUSH_PATH = "/loki/api/v1/push"


class Acme(Model):
    """A certificate that an authority issues over ACME, and that is renewed in time."""

    email: Email = Field(description="Where the authority writes to when something is wrong.")
    directory: HttpsUrl = Field(
        default="https://acme-v02.api.letsencrypt.org/directory",
        description="The authority's directory; an ACME server of your own has another one.",
    )
    ca: Certificate | None = Field(
        default=None,
        description="Certificates in PEM that such a server, and what it issues, is checked "
        "against.",
    )


class OwnCa(Model):
    """An authority of the stack's own, made by the program; browsers have to be told of it."""


class Given(Model):
    """A certificate from elsewhere, which you renew yourself."""

    certificate: Certificate = Field(
        description="The certificate in PEM, followed by those of the authorities between."
    )
    key: Secret = Field(description="The certificate's private key in PEM.")


class Tls(Model):
    """Where the certificate comes from: exactly one of the three."""

    acme: Acme | None = Field(
        default=None,
        description="From an authority, over ACME: `email` and, with an ACME server of your own, "
        "`directory` and `ca`.",
    )
    own_ca: OwnCa | None = Field(
        default=None,
        description="`{}` has the program make an authority of the stack's own; its certificate is "
        "the stack's output `gateway-ca`.",
    )
    given: Given | None = Field(
        default=None, description="Yours: `certificate` and the secret that holds its `key`."
    )


class PushHost(Model):
    """A host that pushes logs; its login is its name."""

    password: Secret = Field(
        description="Password that it logs in with. `make up` makes one where there is none."
    )


class LogPush(Model):
    """Logs from other hosts."""

    hosts: dict[HostName, PushHost] = Field(
        default={}, description="Who may push to Loki, by the name that it logs in with."
    )


class Gateway(Model):
    """The only way in, where it is set: Caddy, in front of Grafana and of Loki's push."""

    address: ExternalAddress = Field(
        description="What people type and what stands in every link. `http://` only where `bind` "
        "is a loopback address.",
    )
    bind: Address = Field(
        default="0.0.0.0",  # noqa: S104 (one door is there to be open)
        description="IPv4 address of the Docker host that the port is published on.",
    )
    port: FixedPort | None = Field(
        default=None,
        description="Port of the Docker host, where it isn't the one of `address`: behind a "
        "router that maps one to the other.",
    )
    tls: Tls = Field(default=Tls(), description="Where the certificate comes from.")
    log_push: LogPush = Field(default=LogPush(), description="Logs from other hosts.")
    memory: Annotated[Size, at_least("48MiB")] = Field(
        default=Size("128MiB"), description="Memory limit of the container."
    )

    @property
    def is_https(self) -> bool:
        """Whether the way in is encrypted."""
        return self.address.startswith("https://")

    @property
    def host(self) -> str:
        """The name or the IPv4 address in the external address."""
        return urlsplit(self.address).hostname or ""

    @property
    def has_ip_address(self) -> bool:
        """Whether the external address has an IPv4 address instead of a name."""
        return self.host.replace(".", "").isdigit()

    @property
    def published_port(self) -> int:
        """The port of the Docker host."""
        parts = urlsplit(self.address)
        return self.port or parts.port or USUAL_PORTS[parts.scheme]

    @property
    def push_url(self) -> str:
        """Where other hosts push logs to."""
        return self.address + PUSH_PATH

    @property
    def trusted(self) -> str | None:
        """Certificates to trust beside the usual ones, as far as the settings know them."""
        if self.tls.given:
            return self.tls.given.certificate
        return self.tls.acme.ca if self.tls.acme else None

    @model_validator(mode="after")
    def _all_fit_together(self) -> Self:
        if problems := dict(self._contradictions()):
            raise ContradictionError(problems)
        return self

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        kinds = [kind for kind in (self.tls.acme, self.tls.own_ca, self.tls.given) if kind]
        if self.is_https and len(kinds) != 1:
            yield "tls", "must be exactly one of acme, own-ca and given, for an https address"
        if not self.is_https and kinds:
            yield "tls", "needs an https address"
        if not self.is_https and not IPv4Address(self.bind).is_loopback:
            yield "address", "must be https where gateway.bind is no loopback address"
        if self.tls.acme and self.has_ip_address:
            yield "tls.acme", "needs a name in gateway.address: there is none to certify"
