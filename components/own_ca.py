"""The stack's own certificate authority: dynamic provider and resource.

This module's path is stored in users' states: it must not move.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import (
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
)

from settings import STACK_SECRET

YEARS = 10
# Its clock may be behind ours.
EARLIER = timedelta(hours=1)


class OwnCaProvider(ResourceProvider):
    """Makes the authority's key out of the stack's secret, and a certificate for it.

    From the same secret and name comes an authority that is trusted wherever the first one was.
    """

    _seed: bytes

    def configure(self, req: ConfigureRequest) -> None:
        """The seed, from the config: so that it is no input, which the state would hold."""
        self._seed = _seed(req.config.require(STACK_SECRET))

    def create(self, props: dict[str, Any]) -> CreateResult:
        from components import x509  # noqa: PLC0415 (0.1 s, which other runs needn't spend)

        now = datetime.now(UTC)
        certificate, key = x509.authority(
            seed=self._seed,
            common_name=props["common_name"],
            since=now - EARLIER,
            until=now + timedelta(days=365 * YEARS),
        )
        made = {"common_name": props["common_name"], "certificate": certificate, "key": key}
        return CreateResult(props["common_name"], made)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Nothing replaces it: people have told their browsers to trust this one."""
        return DiffResult(changes=False)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """It lies nowhere but in the state."""
        return ReadResult(id_, props, inputs={"common_name": props.get("common_name")})


class OwnCa(Resource, module="observability", name="OwnCa"):
    """An authority that Caddy issues the gateway's certificates with."""

    certificate: pulumi.Output[str]
    """In PEM, for everybody to see."""
    key: pulumi.Output[str]
    """In PEM; a secret."""

    def __init__(self, name: str, *, common_name: str, opts: ResourceOptions | None = None) -> None:
        given = {"common_name": common_name, "certificate": None, "key": None}
        kept_secret = ResourceOptions(additional_secret_outputs=["key"])
        super().__init__(OwnCaProvider(), name, given, ResourceOptions.merge(opts, kept_secret))
        self.certificate = pulumi.Output.unsecret(self.certificate)
        self.key = pulumi.Output.secret(self.key)


def _seed(stack_secret: str) -> bytes:
    """What the key is made of: the stack's secret can't be told from it."""
    made = hashlib.sha256(b"gateway's own authority\0" + stack_secret.encode()).hexdigest()
    return made.encode()
