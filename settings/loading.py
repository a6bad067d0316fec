"""Reads a program's settings from the stack file."""

from typing import TypeVar

import pulumi
from pydantic import ValidationError

from settings.errors import explain
from settings.sections import Model

Read = TypeVar("Read", bound=Model)


def load(model: type[Read]) -> Read:
    """The project's `stack` object; stops the run with a line for each mistake if it is wrong."""
    config = pulumi.Config()
    file = f"Pulumi.{pulumi.get_stack()}.yaml"
    raw = config.get("stack")
    if raw is None:
        raise pulumi.RunError(f"{file} has no `{config.full_key('stack')}` object")
    if pulumi.runtime.is_config_secret(config.full_key("stack")):
        raise pulumi.RunError(
            f"{file}: {config.full_key('stack')} must hold no secret; a setting names its "
            "secret, which is a config key of its own"
        )
    try:
        # `make` reads the same file by these names, so a snake_case twin may not pass here.
        return model.model_validate_json(raw, by_alias=True, by_name=False)
    except ValidationError as error:
        lines = [f"{file} is not valid:", *explain(error, model)]
        raise pulumi.RunError("\n  ".join(lines)) from None
