"""Names and labels of Docker objects; permanent, since data is found again by them."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import pulumi

STACK_LABEL = "observability.stack"
SERVICE_LABEL = "observability.service"
CONFIG_LABEL = "observability.config"
DIGEST_LENGTH = 12


def docker_name(stack: str, part: str) -> str:
    """Name of a container, network or volume."""
    return f"obs-{stack}-{part}"


def labels(values: Mapping[str, pulumi.Input[str]]) -> list[Any]:
    """Labels in the shape that the docker provider takes; each resource has a type of its own."""
    return [{"label": label, "value": value} for label, value in sorted(values.items())]


def digest(
    files: Mapping[str, str],
    secret_files: Mapping[str, pulumi.Output[str]],
    key: pulumi.Output[str],
) -> pulumi.Input[str]:
    """What names a set of config files: another one for any other name or content.

    Secret files count by an HMAC under `key`. The digest ends up in names and labels that everybody
    can read, and a bare hash would let them try out passwords.
    """
    if not secret_files:
        return _digest(files, {}, b"")
    contents = pulumi.Output.all(key=key, files=pulumi.Output.from_input(dict(secret_files)))
    made = contents.apply(lambda all_: _digest(files, all_["files"], all_["key"].encode()))
    return pulumi.Output.unsecret(made)


def secret_digest(value: pulumi.Output[str], key: pulumi.Output[str]) -> pulumi.Output[str]:
    """What changes with a secret and doesn't give it away: an HMAC under `key`."""
    made = pulumi.Output.all(value, key).apply(lambda both: _hmac(both[1].encode(), both[0]))
    return pulumi.Output.unsecret(made)


def _digest(files: Mapping[str, str], secret_files: Mapping[str, str], key: bytes) -> str:
    total = hashlib.sha256()
    for path, content in sorted(files.items()):
        total.update(f"{path} {hashlib.sha256(content.encode()).hexdigest()}\n".encode())
    for path, content in sorted(secret_files.items()):
        total.update(f"{path} {_hmac(key, content)}\n".encode())
    return total.hexdigest()[:DIGEST_LENGTH]


def _hmac(key: bytes, content: str) -> str:
    return hmac.new(key, content.encode(), "sha256").hexdigest()
