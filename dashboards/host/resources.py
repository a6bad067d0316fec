"""What the first screen's numbers are made of: each resource over time."""

from dashboards import colours
from dashboards.host.texts import NO_EXPORTER, NO_PRESSURE, NO_RULES
from dashboards.panels import PERCENT, About, Panel, graph
from dashboards.queries import Query
from dashboards.selectors import DISK, HOST, NIC
from dashboards.thresholds import CPU, DISK_SPACE


def cpu_modes() -> Panel:
    return graph(
        About(
            id=7,
            title="CPU time by mode",
            description="What the CPUs do, as shares of all their time. `iowait` points at the "
            "disks, `steal` at a busy hypervisor. The dashed line is where CpuHigh warns.",
            no_data=NO_EXPORTER,
        ),
        Query(
            f'avg by (mode) (rate(node_cpu_seconds_total{{{HOST}, mode!="idle"}}'
            "[$__rate_interval]))",
            "{{mode}}",
        ),
        unit=PERCENT,
        top=1,
        limits=CPU,
        stacked=True,
        names={
            "user": colours.SKY,
            "system": colours.BLUE,
            "iowait": colours.ORANGE,
            "steal": colours.VERMILION,
            "softirq": colours.GREEN,
            "irq": colours.YELLOW,
            "nice": colours.GREY,
        },
    )


def pressure() -> Panel:
    def waiting(resource: str) -> str:
        return f"rate(node_pressure_{resource}_waiting_seconds_total{{{HOST}}}[$__rate_interval])"

    return graph(
        About(
            id=8,
            title="Pressure: time in which something waited",
            description="Share of time in which at least one task had to wait for the CPU, for "
            "memory or for a disk. This is what users feel; a busy resource that nobody waits "
            "for is just well used.",
            no_data=NO_PRESSURE,
        ),
        Query(waiting("cpu"), "CPU", colours.SKY),
        Query(waiting("memory"), "memory", colours.PURPLE),
        Query(waiting("io"), "disk", colours.ORANGE),
        unit=PERCENT,
    )


def memory() -> Panel:
    available = f"node_memory_MemAvailable_bytes{{{HOST}}}"
    free = f"node_memory_MemFree_bytes{{{HOST}}}"
    return graph(
        About(
            id=9,
            title="Memory",
            description="All of the memory in three parts: in use, cache that the kernel gives "
            "back when asked, and never touched. Only the first one can run out.",
            no_data=NO_EXPORTER,
        ),
        Query(f"node_memory_MemTotal_bytes{{{HOST}}} - {available}", "used", colours.SKY),
        Query(f"{available} - {free}", "cache, can be given back", colours.GREEN),
        Query(free, "free", colours.GREY),
        unit="bytes",
        stacked=True,
    )


def disk_space() -> Panel:
    return graph(
        About(
            id=10,
            title="Disk space used",
            description="Share of each file system that is taken. The dashed lines are where "
            "DiskSpaceWarning and DiskSpaceCritical fire.",
            no_data=NO_RULES,
        ),
        Query(f"instance:fs_used:ratio{{{HOST}}}", "{{mountpoint}}", colours.SKY),
        unit=PERCENT,
        top=1,
        limits=DISK_SPACE,
    )


def disk_traffic() -> Panel:
    def bytes_per_second(direction: str) -> str:
        metric = f"node_disk_{direction}_bytes_total"
        return f"rate({metric}{{{HOST}, {DISK}}}[$__rate_interval])"

    return graph(
        About(
            id=11,
            title="Disk traffic",
            description="Bytes read from and written to each disk. Steady writes without a "
            "reason: look for a log that grows or a machine that swaps.",
            no_data=NO_EXPORTER,
        ),
        Query(bytes_per_second("read"), "{{device}} read", colours.SKY),
        Query(bytes_per_second("written"), "{{device}} write", colours.ORANGE),
        unit="binBps",
    )


def network() -> Panel:
    def bits_per_second(direction: str) -> str:
        metric = f"node_network_{direction}_bytes_total"
        return f"8 * rate({metric}{{{HOST}, {NIC}}}[$__rate_interval])"

    return graph(
        About(
            id=12,
            title="Network traffic",
            description="Bits per second through each physical interface; bridges and tunnels "
            "are left out, since they carry the same bytes again.",
            no_data=NO_EXPORTER,
        ),
        Query(bits_per_second("receive"), "{{device}} in", colours.SKY),
        Query(bits_per_second("transmit"), "{{device}} out", colours.ORANGE),
        unit="bps",
    )
