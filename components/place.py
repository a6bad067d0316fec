"""What all services of a stack share."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a service runs and what it is made with."""

    stack: str
    images: Mapping[str, str]
    """Image reference by the names of images.toml."""
    backend: pulumi.Output[str]
    """The network without a way out, on which the services find each other."""
    digest_key: pulumi.Output[str]
