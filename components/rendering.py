"""Config files as text: what every renderer of them shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import yaml

Files = Mapping[str, str]
"""The config files of one service, by their path below its config folder."""
SECRETS_FOLDER = "secrets"
"""Where, below its config folder, a service finds the values of its secrets, one file each."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """Something at host:port that isn't on the stack's own host, so it has labels of its own."""

    address: str
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ScrapeJob:
    """One job of Prometheus: targets that answer on `path`.

    `target` is the stack's own, at host:port, if it has one.
    """

    name: str
    target: str = ""
    path: str = "/metrics"
    others: Sequence[Target] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    """Further keys of Prometheus' scrape config, as it names them."""


def secret_file(name: str) -> str:
    """Path below a service's config folder of the secret of this name."""
    return f"{SECRETS_FOLDER}/{name}"


def as_yaml(content: Mapping[str, object]) -> str:
    """YAML in the order that the content is written in, which is how people read it."""
    return yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=100)
