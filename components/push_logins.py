"""Hashed passwords of those who push logs: dynamic provider and resource.

This module's path is stored in users' states: it must not move.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import bcrypt
import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

# 0.06 s a password, once; Caddy remembers who has logged in.
ROUNDS = 10
MOST_BYTES = 72  # bcrypt's own bound


class PushLoginsProvider(ResourceProvider):
    """Hashes each password with a salt of its own, when it is new or changed, and not before."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult("logins", _outputs(props["passwords"], {}))

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=olds.get("passwords") != news["passwords"])

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """They lie nowhere but in the state."""
        return ReadResult(id_, props, inputs={"passwords": props.get("passwords")})

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(_outputs(news["passwords"], olds))


def _outputs(passwords: Mapping[str, str], olds: Mapping[str, Any]) -> dict[str, Any]:
    """The hash of each password; one that was hashed before keeps its hash."""
    known = {
        name: olds["hashes"][name]
        for name, password in passwords.items()
        if olds.get("passwords", {}).get(name) == password
    }
    new = sorted(passwords.keys() - known.keys())
    for name in new:
        if len(passwords[name].encode()) > MOST_BYTES:
            raise ValueError(f"the password of gateway.log-push.hosts.{name} exceeds 72 bytes")
    with ThreadPoolExecutor() as pool:
        made = dict(zip(new, pool.map(_hashed, [passwords[name] for name in new]), strict=True))
    return {"passwords": dict(passwords), "hashes": known | made}


def _hashed(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()


class PushLogins(Resource, module="observability", name="PushLogins"):
    """The logins of the hosts that push logs."""

    hashes: pulumi.Output[Mapping[str, str]]
    """By the name of the host; a secret."""

    def __init__(
        self,
        name: str,
        passwords: Mapping[str, pulumi.Output[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        kept_secret = ResourceOptions(additional_secret_outputs=["passwords", "hashes"])
        given = {"passwords": dict(passwords), "hashes": None}
        super().__init__(
            PushLoginsProvider(), name, given, ResourceOptions.merge(opts, kept_secret)
        )
        self.hashes = pulumi.Output.secret(self.hashes)
