"""Config secrets: keys of their own beside the settings, which name them."""

from collections.abc import Callable, Collection, Iterator, Mapping
from types import MappingProxyType

import pulumi
from pydantic import BaseModel

from settings.sections import Secret

SHORTEST = 8  # Grafana, for one, refuses a password below 4 and doesn't start
STACK_SECRET = "stack-secret"  # noqa: S105 (the name of a secret, not its value)

Check = Callable[[str], str]
"""What is wrong with a value, without the value; nothing where it is right."""
NO_CHECKS: Mapping[str, Check] = MappingProxyType({})


def secrets_in(section: BaseModel, prefix: str = "") -> Iterator[tuple[str, Secret]]:
    """Every secret that the settings name, with the path of the setting that names it."""
    for name, field in type(section).model_fields.items():
        yield from _secrets_at(f"{prefix}{field.alias}", getattr(section, name))


def _secrets_at(path: str, value: object) -> Iterator[tuple[str, Secret]]:
    if isinstance(value, Secret):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from secrets_in(value, f"{path}.")
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _secrets_at(f"{path}.{name}", entry)
    elif isinstance(value, tuple):
        for number, entry in enumerate(value):
            yield from _secrets_at(f"{path}.{number}", entry)


def read_secrets(
    names: Collection[str], checks: Mapping[str, Check] = NO_CHECKS
) -> dict[str, pulumi.Output[str]]:
    """The named config secrets; stops the run with a line for each that isn't there or right.

    `checks`, by name, are of those that have to be more than long enough.
    """
    config = pulumi.Config()
    mistakes = [
        line
        for name in sorted(names)
        if (line := _mistake_in_secret(config, name, checks.get(name)))
    ]
    if mistakes:
        raise pulumi.RunError("\n  ".join(["secrets are not right:", *mistakes]))
    return {name: config.require_secret(name) for name in names}


def _mistake_in_secret(config: pulumi.Config, name: str, check: Check | None) -> str | None:
    key = config.full_key(name)
    value = config.get(name)
    command = f"`pulumi config set --secret --stack {pulumi.get_stack()} {key}`"
    if not value:
        return f"{key}: missing; {command} asks for it"
    if not pulumi.runtime.is_config_secret(key):
        return f"{key}: stands in the stack file in plain text; {command} encrypts it"
    if len(value) < SHORTEST:
        return f"{key}: has fewer than {SHORTEST} characters; {command} sets another"
    if value != value.strip():
        return f"{key}: begins or ends with a blank, which servers cut off; {command} sets another"
    if check and (problem := check(value)):
        return f"{key}: {problem}; {command} sets another"
    return None
