"""The Proxmox VE site that a stack watches, and with more rights changes."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from settings.errors import ContradictionError
from settings.sections import Model, Secret
from settings.types import Certificate, matching


def _port(url: str) -> str:
    """a port from 1 to 65535"""
    if not 1 <= int(url.rpartition(":")[2]) <= 65535:
        raise ValueError("must have a port from 1 to 65535")
    return url


ApiUrl = Annotated[
    str,
    matching(r"https://[A-Za-z0-9][\w.-]*:\d{1,5}", "be like https://pve.example:8006"),
    AfterValidator(_port),
]


def _fingerprint(text: str) -> str:
    """a SHA-256 fingerprint"""
    digits = text.replace(":", "").lower()
    if len(digits) != 64 or set(digits) - set("0123456789abcdef"):
        raise ValueError("must be a SHA-256 fingerprint: 32 pairs of hexadecimal digits with `:`")
    return digits


Fingerprint = Annotated[str, AfterValidator(_fingerprint)]


class Pve(Model):
    """One cluster, or one node without a cluster, over the API of any of its nodes."""

    endpoint: ApiUrl = Field(
        description="Address of its API, as the machine that runs `make` and "
        "the Docker host reach it."
    )
    endpoint_inside: ApiUrl | None = Field(
        default=None,
        description="The same, as the stack's containers reach it, where that is another address.",
    )
    fingerprint: Fingerprint | None = Field(
        default=None,
        description="SHA-256 fingerprint of its certificate, as `pvenode cert info` shows it. It "
        "has to be changed with the certificate; `ca` has not.",
    )
    ca: Certificate | None = Field(
        default=None,
        description="The authority of its certificate in PEM: `/etc/pve/pve-root-ca.pem` of a "
        "node. Without it and a `fingerprint`, the usual authorities are trusted.",
    )
    audit_token: Secret = Field(
        description="API token that only reads (role PVEAuditor on `/`), as "
        "`user@realm!name=uuid`: for metrics, discovery and checks."
    )
    token: Secret | None = Field(
        default=None,
        description="API token of the program's own, as `user@realm!name=uuid`; needed as soon as "
        "the stack has `guests` or makes users and backup jobs.",
    )

    @model_validator(mode="after")
    def _one_trust(self) -> Self:
        if problems := dict(self._contradictions()):
            raise ContradictionError(problems)
        return self

    def _contradictions(self) -> Iterator[tuple[str, str]]:
        if self.fingerprint and self.ca:
            yield "fingerprint", "is there beside ca: give one of them"
