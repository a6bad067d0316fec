"""Dashboard: is this machine OK? Utilisation, saturation and errors of each of its resources."""

from dashboards import uids
from dashboards.host import logs, now, resources
from dashboards.selectors import host_variable, logs_variable, metrics_variable
from dashboards.spec import DashboardSpec, Row, specify


def build() -> DashboardSpec:
    """The dashboard: on the first screen the answer, below it what it is made of."""
    return specify(
        uid=uids.HOST,
        title="Host",
        question="Is this machine OK? How much of its CPU, memory, disks and network is used, "
        "what has to wait, and what its logs say.",
        folder=uids.INFRASTRUCTURE,
        variables=[metrics_variable(), logs_variable(), host_variable()],
        rows=[
            Row(
                panels=[
                    now.reachable(),
                    now.uptime(),
                    now.cpu(),
                    now.memory(),
                    now.root_disk(),
                    now.load(),
                ]
            ),
            Row(
                id=101,
                title="CPU and memory",
                panels=[resources.cpu_modes(), resources.pressure(), resources.memory()],
            ),
            Row(
                id=102,
                title="Disks and network",
                panels=[resources.disk_space(), resources.disk_traffic(), resources.network()],
            ),
            Row(id=103, title="Logs", panels=[logs.volume(), logs.newest_lines()]),
        ],
    )
