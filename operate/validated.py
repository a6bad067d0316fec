"""A stack's settings as the program will read them."""

import json

from pydantic import ValidationError

from operate.stack import Stack
from settings import Settings


def settings_of(stack: Stack) -> Settings | None:
    """None where they are wrong, which the program says in better words."""
    try:
        return Settings.model_validate_json(
            json.dumps(stack.settings, default=str), by_alias=True, by_name=False
        )
    except ValidationError:
        return None
