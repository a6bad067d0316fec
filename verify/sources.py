"""The data sources that a Grafana offers, as every viewer may see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from verify.grafana import Grafana
from verify.window import milliseconds

# What Grafana itself takes for a Prometheus whose scrape interval nobody has told it.
SCRAPE_INTERVAL = "15s"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One data source; asking it for values closer together than `finest` is no use."""

    uid: str
    name: str
    kind: str
    is_default: bool
    finest: int


def sources(grafana: Grafana) -> list[Source]:
    """All data sources, the default one first; the list proper is for administrators only."""
    known = grafana.get("/api/frontend/settings")["datasources"].values()
    found = [
        Source(
            uid=entry["uid"],
            name=entry["name"],
            kind=entry["type"],
            is_default=bool(entry.get("isDefault")),
            finest=_finest(entry["type"], entry.get("jsonData") or {}),
        )
        for entry in known
        if entry.get("uid")
    ]
    return sorted(found, key=lambda source: (not source.is_default, source.name))


def finest_of(known: Iterable[Source], uid: str) -> int:
    """Milliseconds below which the data source with this uid has nothing more to say."""
    return next((source.finest for source in known if source.uid == uid), 1000)


def _finest(kind: str, settings: dict[str, str]) -> int:
    if kind == "prometheus":
        return milliseconds(settings.get("timeInterval") or SCRAPE_INTERVAL)
    return 1000
