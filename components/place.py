"""What all services of a stack share."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.rendering import Files, secret_file


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a service runs and what it is made with."""

    stack: str
    images: Mapping[str, str]
    """Image reference by the names of images.toml."""
    backend: pulumi.Output[str]
    """The network without a way out, on which the services find each other."""
    front: pulumi.Output[str]
    """The network with a way out, for what reaches other machines or is reached from there."""
    joined: Sequence[str] = ()
    """The user's own networks."""
    digest_key: pulumi.Output[str]
    secrets: Mapping[str, pulumi.Output[str]]
    """The value of each secret by its name."""

    files: Mapping[str, Files]
    """The rendered config files of each service."""
    referred: Mapping[str, Collection[str]]
    """The names of the secrets that these files refer to, by service."""

    def secret_files(self, service: str) -> dict[str, pulumi.Output[str]]:
        """The files in which a service finds the secrets that its config refers to."""
        return {secret_file(name): self.secrets[name] for name in self.referred.get(service, ())}
