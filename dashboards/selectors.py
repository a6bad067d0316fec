"""Label selectors and variables that panels share, each written once."""

from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from dashboards import uids

# A panel names a variable instead of a data source, so that an export works in any Grafana.
METRICS = DataSourceRef(type_val="prometheus", uid="${metrics}")
LOGS = DataSourceRef(type_val="loki", uid="${logs}")

HOST = 'job="node", host="$host"'
# Whole disks: the traffic of a partition or a mapped device is its disk's, counted once more.
DISK = 'device=~"(sd|vd|xvd)[a-z]+|nvme[0-9]+n[0-9]+|mmcblk[0-9]+"'
# Physical interfaces: bridges, bonds and taps carry the same bytes a second time.
NIC = 'device!~"lo|(ifb|veth|tap|fwbr|fwln|fwpr|vmbr|docker|bond|wg|cni).*|br-.*"'

HOST_LOGS = '{job=~".+", host="$host"}'


def metrics_variable() -> DatasourceVariable:
    """Choice of the Prometheus that the panels ask."""
    return _source_variable("metrics", "Metrics", "prometheus", uids.PROMETHEUS)


def logs_variable() -> DatasourceVariable:
    """Choice of the Loki that the panels ask."""
    return _source_variable("logs", "Logs", "loki", uids.LOKI)


def host_variable() -> QueryVariable:
    """Choice of one machine; `up` lists those that are down as well."""
    return (
        QueryVariable("host")
        .label("Host")
        .query({"query": 'label_values(up{job="node"}, host)', "refId": "hosts"})
        .datasource(METRICS)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )


def _source_variable(name: str, label: str, kind: str, preferred: str) -> DatasourceVariable:
    chosen = VariableOption(text=preferred, value=preferred, selected=True)
    return DatasourceVariable(name).label(label).type(kind).current(chosen)
