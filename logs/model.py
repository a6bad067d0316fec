"""A log agent's work in terms that belong to no agent: sources, and the stages of their lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Json:
    """Take values out of JSON; `expressions` are JMESPath by the name of the value."""

    expressions: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Regex:
    """Take the named groups out of the line, or out of a value that was taken before."""

    expression: str
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class Template:
    """Make a value out of others, in the language of Go's templates."""

    source: str
    template: str


@dataclass(frozen=True, kw_only=True)
class Timestamp:
    """Make a value the time of the line."""

    source: str
    format: str


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Make values labels, under their names."""

    names: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class DropLabels:
    """Take labels away."""

    names: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Output:
    """Make a value the line."""

    source: str


@dataclass(frozen=True, kw_only=True)
class Multiline:
    """Join a line with those that follow, up to the next that `first_line` fits."""

    first_line: str
    max_lines: int
    max_wait: str


@dataclass(frozen=True, kw_only=True)
class Replace:
    """Put a text in the place of what each group of the expression has caught."""

    expression: str
    text: str


Stage = Json | Regex | Template | Timestamp | Labels | DropLabels | Output | Multiline | Replace


@dataclass(frozen=True, kw_only=True)
class Target:
    """Files by a pattern, those that `exclude` fits left out."""

    path: str
    labels: Mapping[str, str]
    exclude: str = ""


@dataclass(frozen=True, kw_only=True)
class Files:
    """Log files that go through the same stages."""

    name: str
    targets: Sequence[Target]
    stages: Sequence[Stage]


@dataclass(frozen=True, kw_only=True)
class Relabel:
    """Give a label a value where the expression fits a field of the journal."""

    field: str
    expression: str
    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Journal:
    """The journal of systemd; an empty path stands for the folders where systemd keeps it."""

    name: str
    path: str
    max_age: str
    labels: Mapping[str, str]
    relabel: Sequence[Relabel]
    stages: Sequence[Stage]


@dataclass(frozen=True, kw_only=True)
class Login:
    """How an agent logs in; the password stands in a file on its host."""

    user: str
    password_file: str


@dataclass(frozen=True, kw_only=True)
class Pipelines:
    """All that an agent does: `labels` stand on every line that goes to `url`."""

    url: str
    labels: Mapping[str, str]
    login: Login | None = None
    ca_file: str = ""
    """Certificates that the server's is checked against; the usual ones where it is empty."""
    files: Sequence[Files] = ()
    journals: Sequence[Journal] = ()
