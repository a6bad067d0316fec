"""What one host gets, as the script's renderer is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class LogPush:
    """Where a log agent sends the journal, and how it logs in."""

    url: str
    user: str | None
    password_file: str
    """A file on the host; what is in it is never sent there by us."""
    ca: str | None = None
    """Certificates in PEM that the server's is checked against; the usual ones where None."""


@dataclass(frozen=True, kw_only=True)
class HostSpec:
    """One host: what is measured on it and where that can be read."""

    name: str
    listen: str
    collectors: Sequence[str] = ()
    systemd: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    """Put on log lines; on metrics Prometheus puts them."""
    logs: LogPush | None = None
