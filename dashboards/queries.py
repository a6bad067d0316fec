"""What a panel asks: PromQL or LogQL, over the time range or for this moment."""

from dataclasses import dataclass

from grafana_foundation_sdk.builders import loki, prometheus
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from dashboards.selectors import LOGS, METRICS

Target = prometheus.Dataquery | loki.Dataquery


@dataclass(frozen=True)
class Query:
    """PromQL over the dashboard's time range; `colour` is for all series that it returns."""

    expr: str
    legend: str = ""
    colour: str = ""

    source = METRICS

    def target(self) -> Target:
        """The query in the words of the data source, still without its letter."""
        return self._metrics().range()

    def _metrics(self) -> prometheus.Dataquery:
        query = prometheus.Dataquery().expr(self.expr).legend_format(self.legend)
        return query.datasource(self.source)


class Now(Query):
    """PromQL for the newest value only, one row for each series: what a table shows."""

    def target(self) -> Target:
        return self._metrics().instant().format(PromQueryFormat.TABLE)


class LogQuery(Query):
    """LogQL that counts lines over the dashboard's time range."""

    source = LOGS

    def target(self) -> Target:
        query = loki.Dataquery().expr(self.expr).legend_format(self.legend)
        return query.query_type("range").datasource(self.source)


class LogLines(LogQuery):
    """LogQL for the newest lines of the time range, as many as a person may want to read."""

    def target(self) -> Target:
        query = loki.Dataquery().expr(self.expr).max_lines(100)
        return query.query_type("range").datasource(self.source)
