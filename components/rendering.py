"""Config files as text: what every renderer of them shares."""

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

Files = Mapping[str, str]
"""The config files of one service, by their path below its config folder."""


@dataclass(frozen=True, kw_only=True)
class ScrapeJob:
    """One job of Prometheus: a target that answers on `path` at host:port."""

    name: str
    target: str
    path: str = "/metrics"


def as_yaml(content: Mapping[str, object]) -> str:
    """YAML in the order that the content is written in, which is how people read it."""
    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=100)
