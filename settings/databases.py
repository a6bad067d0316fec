"""The settings of databases that are measured, each by an exporter of its own."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from settings.addresses import HostAndPort
from settings.errors import ContradictionError
from settings.labelled import Located
from settings.sections import Secret
from settings.types import Certificate, HostName, Size, at_least

CA = "Certificate (PEM) of the authority that the server's own is checked against."


class PostgreSQL(Located):
    """A PostgreSQL server; docs/exporters.md has the SQL for a user that may do no more."""

    address: HostAndPort = Field(description="Host and port.")
    database: HostName = Field(default="postgres", description="Database that it connects to.")
    user: HostName = Field(default="observability", description="Role that it logs in as.")
    password: Secret = Field(description="Password of `user`.")
    tls: Literal["disable", "require", "verify-ca", "verify-full"] = Field(
        default="require",
        description="PostgreSQL's `sslmode`: `require` encrypts and believes any certificate, "
        "`verify-ca` checks it against `ca`, `verify-full` the name on it too.",
    )
    ca: Certificate | None = Field(default=None, description=CA)
    role: HostName = Field(default="database", description="What it is, as the label `role`.")
    memory: Annotated[Size, at_least("24MiB")] = Field(
        default=Size("64MiB"), description="Memory limit of its exporter."
    )

    @model_validator(mode="after")
    def _authority_is_used(self) -> Self:
        verifies = self.tls.startswith("verify-")
        if self.ca is not None and not verifies:
            raise ContradictionError({"ca": "needs tls verify-ca or verify-full"})
        if self.ca is None and verifies:
            raise ContradictionError({"ca": f"is needed with tls {self.tls}"})
        return self


class Redis(Located):
    """A Redis server; docs/exporters.md has the ACL for a user that may do no more."""

    address: HostAndPort = Field(description="Host and port.")
    user: HostName | None = Field(
        default=None, description="ACL user that it logs in as; `default` where it isn't set."
    )
    password: Secret | None = Field(default=None, description="Password of `user`.")
    tls: bool = Field(default=False, description="Whether it speaks TLS.")
    ca: Certificate | None = Field(default=None, description=CA)
    role: HostName = Field(default="database", description="What it is, as the label `role`.")
    memory: Annotated[Size, at_least("24MiB")] = Field(
        default=Size("64MiB"), description="Memory limit of its exporter."
    )

    @model_validator(mode="after")
    def _all_is_used(self) -> Self:
        problems = {}
        if self.user and self.password is None:
            problems["password"] = "is needed with user"  # noqa: S105 (a text)
        if self.ca is not None and not self.tls:
            problems["ca"] = "needs tls"
        if problems:
            raise ContradictionError(problems)
        return self


def same_addresses(
    section: str, servers: Mapping[str, PostgreSQL] | Mapping[str, Redis]
) -> Iterator[tuple[str, str]]:
    """Servers that are there twice: nothing would tell their metrics apart."""
    seen: dict[str, str] = {}
    for name, server in servers.items():
        first = seen.setdefault(server.address, name)
        if first != name:
            yield f"{section}.{name}.address", f"is also that of {section}.{first}"
