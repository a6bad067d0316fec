"""The Proxmox Backup Server that a stack watches, and with more rights changes."""

from typing import Self

from pydantic import Field, model_validator

from settings.errors import ContradictionError
from settings.pve import ApiUrl, Fingerprint
from settings.sections import Model, Secret
from settings.types import Certificate


class Pbs(Model):
    """One Proxmox Backup Server."""

    endpoint: ApiUrl = Field(
        description="Address of its API, such as `https://pbs.example:8007`, as the machine that "
        "runs `make` reaches it."
    )
    fingerprint: Fingerprint | None = Field(
        default=None,
        description="SHA-256 fingerprint of its certificate, as `proxmox-backup-manager cert info` "
        "shows it. It has to be changed with the certificate.",
    )
    ca: Certificate | None = Field(
        default=None,
        description="The authority of its certificate in PEM. Without it and a `fingerprint`, the "
        "usual authorities are trusted.",
    )
    token: Secret = Field(
        description="API token of the program's own with role Admin on `/`, as "
        "`user@realm!name=uuid`; its user needs that role too."
    )

    @model_validator(mode="after")
    def _one_trust(self) -> Self:
        if self.fingerprint and self.ca:
            raise ContradictionError({"fingerprint": "is there beside ca: give one of them"})
        return self
