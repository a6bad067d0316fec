"""Hashed passwords of those who push logs: dynamic provider and resource.

This module's path is stored in users' states: it must not move.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import bcrypt
import pulumi
from pulumi import ResourceOptions
from pulumi.dynamic import (
    Config,
    ConfigureRequest,
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

    _config: Config

    def configure(self, req: ConfigureRequest) -> None:
        """The config has the passwords: so that none is an input, which the state would hold."""
        self._config = req.config

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult("logins", self._outputs(props["passwords"], {}))

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=olds.get("passwords") != news["passwords"])

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """They lie nowhere but in the state."""
        return ReadResult(id_, props, inputs={"passwords": props.get("passwords")})

    def update(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(self._outputs(news["passwords"], olds))

    def _outputs(
        self, passwords: Mapping[str, Mapping[str, str]], olds: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The hash of each password; one that was hashed before keeps its hash."""
        before = olds.get("passwords", {})
        known = {
            host: olds["hashes"][host]
            for host, password in passwords.items()
            if before.get(host, {}).get("digest") == password["digest"]
        }
        new = {
            host: self._config.require(password["secret"])
            for host, password in sorted(passwords.items())
            if host not in known
        }
        for host, password in new.items():
            if len(password.encode()) > MOST_BYTES:
                raise ValueError(f"the password of gateway.log-push.hosts.{host} exceeds 72 bytes")
        with ThreadPoolExecutor() as pool:
            made = dict(zip(new, pool.map(_hashed, new.values()), strict=True))
        return {"passwords": dict(passwords), "hashes": known | made}


def _hashed(password: str) -> str:
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(ROUNDS)).decode()


@dataclass(frozen=True, kw_only=True)
class Password:
    """A password as the state may know it."""

    secret: str
    """The config key of its value."""
    digest: pulumi.Input[str]
    """Another one for any other value."""


class PushLogins(Resource, module="observability", name="PushLogins"):
    """The logins of the hosts that push logs."""

    hashes: pulumi.Output[Mapping[str, str]]
    """By the name of the host; a secret."""

    def __init__(
        self, name: str, passwords: Mapping[str, Password], opts: ResourceOptions | None = None
    ) -> None:
        kept_secret = ResourceOptions(additional_secret_outputs=["hashes"])
        inputs = {host: dict(vars(password)) for host, password in passwords.items()}
        given = {"passwords": inputs, "hashes": None}
        super().__init__(
            PushLoginsProvider(), name, given, ResourceOptions.merge(opts, kept_secret)
        )
        self.hashes = pulumi.Output.secret(self.hashes)
