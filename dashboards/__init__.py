"""The dashboards, as data: nothing here knows of Pulumi or needs a network."""

from dashboards import host
from dashboards.spec import DashboardSpec

__all__ = ["DashboardSpec", "catalogue"]


def catalogue() -> list[DashboardSpec]:
    """Every dashboard that we deploy."""
    return [host.build()]
