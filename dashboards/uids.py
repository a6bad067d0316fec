"""Every uid that Grafana knows us by, in one place: links in alerts and bookmarks rely on them."""

from dataclasses import dataclass

# Data sources
PROMETHEUS = "prometheus"
LOKI = "loki"
ALERTMANAGER = "alertmanager"


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder in Grafana: its uid never changes, its title may."""

    uid: str
    title: str


# Folders
INFRASTRUCTURE = Folder(uid="infrastructure", title="Infrastructure")

# Dashboards
HOST = "host-use"
