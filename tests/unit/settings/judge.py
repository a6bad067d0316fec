"""What `Settings.load` would say of a stack object, without Pulumi."""

import json

from pydantic import ValidationError

from settings import Settings
from settings.errors import explain


def judge(text: str) -> Settings | list[str]:
    """The settings that the JSON text stands for, or a line for each mistake in it."""
    try:
        return Settings.model_validate_json(text, by_alias=True, by_name=False)
    except ValidationError as error:
        return explain(error, Settings)


def accepted(config: object) -> Settings:
    """The settings that a right object gives."""
    judged = judge(json.dumps(config))
    if isinstance(judged, Settings):
        return judged
    raise AssertionError(judged)


def mistakes(config: object) -> list[str]:
    """The lines that a wrong object gives; none where it is right."""
    judged = judge(json.dumps(config))
    return judged if isinstance(judged, list) else []
