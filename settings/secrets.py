"""Config secrets: keys of their own beside the settings, which name them."""

from collections.abc import Sequence

import pulumi

SHORTEST = 8  # Grafana, for one, refuses a password below 4 and doesn't start
STACK_SECRET = "stack-secret"  # noqa: S105 (the name of a secret, not its value)


def read_secrets(names: Sequence[str]) -> dict[str, pulumi.Output[str]]:
    """The named config secrets; stops the run with a line for each that isn't there."""
    config = pulumi.Config()
    mistakes = [line for name in names if (line := _mistake_in_secret(config, name))]
    if mistakes:
        raise pulumi.RunError("\n  ".join(["secrets are not right:", *mistakes]))
    return {name: config.require_secret(name) for name in names}


def _mistake_in_secret(config: pulumi.Config, name: str) -> str | None:
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
    return None
