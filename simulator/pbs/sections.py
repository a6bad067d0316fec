"""Config files of sections, with the digest that guards them against lost updates."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.pbs.errors import bad

Section = dict[str, Any]


@dataclass
class ConfigFile:
    """Sections by id, in the order in which they were written."""

    sections: dict[str, Section] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole file; that of nothing where it is empty, as on the server."""
        text = json.dumps(self.sections, sort_keys=True) if self.sections else ""
        return hashlib.sha256(text.encode()).hexdigest()

    def check(self, values: Mapping[str, Any]) -> None:
        """Refuse a change that was made for another state of the file."""
        if values.get("digest") not in (None, self.digest):
            raise bad("detected modified configuration - file changed by other user? Try again.")
