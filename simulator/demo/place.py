"""What all services of the demo estate share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from components.service import ServiceArgs

FILES = Path(__file__).parent / "files"
NETWORK = "demo"


@dataclass(frozen=True, kw_only=True)
class DemoPlace:
    """Where the estate runs and what it is made with."""

    stack: str
    """The name in its Docker objects and labels, which isn't that of the stack that watches it."""
    images: Mapping[str, str]
    """Image reference by the names of images.toml."""
    services_image: pulumi.Input[str]
    network: pulumi.Input[str]
    digest_key: pulumi.Output[str]
    secrets: Mapping[str, pulumi.Output[str]]
    """The value of each secret by its name."""

    def service(self, name: str, **own: Any) -> ServiceArgs:
        """A service on the estate's network; `own` is what it doesn't share with the others."""
        return ServiceArgs(
            stack=self.stack,
            service=name,
            networks=[self.network],
            digest_key=self.digest_key,
            **own,
        )


def read(name: str) -> str:
    """One of the estate's own files."""
    return (FILES / name).read_text()
