"""Everything that a stack file can say, checked before anything is done with it."""

from settings.secrets import STACK_SECRET, read_secrets
from settings.stack import Settings

__all__ = ["STACK_SECRET", "Settings", "read_secrets"]
