"""The first screen: six numbers that say whether the machine is OK."""

from dashboards import colours
from dashboards.host.texts import NO_EXPORTER, NO_RULES
from dashboards.panels import PERCENT, About, Panel, number, state
from dashboards.queries import Query
from dashboards.selectors import HOST
from dashboards.thresholds import CPU, DISK_SPACE, MEMORY


def reachable() -> Panel:
    return state(
        About(
            id=1,
            title="Node exporter",
            description="Whether Prometheus reaches the exporter on this host. Down: is the "
            "machine itself down, or only the exporter? All other numbers are then old. None "
            "yet: it has never answered; make agents brings one to the host.",
            no_data=NO_EXPORTER,
        ),
        Query(
            f"(up{{{HOST}}} == 0 unless on (host) host:node_up:latched) - 1 or up{{{HOST}}}",
        ),
        words={
            "-1": ("None yet", colours.WARNING),
            "0": ("Down", colours.CRITICAL),
            "1": ("Up", colours.OK),
        },
    )


def uptime() -> Panel:
    return number(
        About(
            id=2,
            title="Uptime",
            description="Time since the last boot. Shorter than you thought: look into the logs "
            "below for what came before it.",
            no_data=NO_EXPORTER,
        ),
        Query(f"node_time_seconds{{{HOST}}} - node_boot_time_seconds{{{HOST}}}"),
        unit="s",
    )


def cpu() -> Panel:
    return number(
        About(
            id=3,
            title="CPU used",
            description="Share of all CPU time that was busy over five minutes; waiting for "
            "disks and time that the hypervisor took don't count. High for long: see which "
            "mode it is below, then which process.",
            no_data=NO_RULES,
        ),
        Query(f"instance:cpu_util:ratio_rate5m{{{HOST}}}"),
        unit=PERCENT,
        limits=CPU,
    )


def memory() -> Panel:
    return number(
        About(
            id=4,
            title="Memory used",
            description="Share of memory that can't be had without swapping; cache that can be "
            "given back counts as free. Near 100 %, the kernel starts to kill processes.",
            no_data=NO_RULES,
        ),
        Query(f"instance:memory_used:ratio{{{HOST}}}"),
        unit=PERCENT,
        limits=MEMORY,
    )


def root_disk() -> Panel:
    return number(
        About(
            id=5,
            title="Root disk used",
            description="Share of the root file system that ordinary users can't write to any "
            "more. Full, and services stop in odd ways: free space, then find what grew.",
            no_data=NO_RULES,
        ),
        Query(f'instance:fs_used:ratio{{{HOST}, mountpoint="/"}}'),
        unit=PERCENT,
        limits=DISK_SPACE,
    )


def load() -> Panel:
    return number(
        About(
            id=6,
            title="Load per core",
            description="Tasks that run or wait, per core, over one minute. Well above 1 for "
            "long means that work queues up: the pressure graph says for what.",
            no_data=NO_EXPORTER,
        ),
        Query(
            f"node_load1{{{HOST}}} / on (host, instance) "
            f'count by (host, instance) (node_cpu_seconds_total{{{HOST}, mode="idle"}})'
        ),
        unit="none",
    ).decimals(2)
