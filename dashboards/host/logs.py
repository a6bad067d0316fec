"""What the machine and its containers write."""

from dashboards import colours
from dashboards.host.texts import NO_LOGS
from dashboards.panels import About, Panel, bars, lines
from dashboards.queries import LogLines, LogQuery
from dashboards.selectors import HOST_LOGS

# Loki reads the level out of each line; these are its words.
LEVELS = {
    "critical": colours.PURPLE,
    "fatal": colours.PURPLE,
    "error": colours.VERMILION,
    "warn": colours.ORANGE,
    "info": colours.SKY,
    "debug": colours.BLUE,
    "trace": colours.BLUE,
    "unknown": colours.GREY,
}


def volume() -> Panel:
    return bars(
        About(
            id=13,
            title="Log lines by level",
            description="How many lines this host and its containers write, by the level that "
            "Loki reads in them. A sudden wall of errors has a beginning: zoom in on it.",
            no_data=NO_LOGS,
        ),
        LogQuery(
            f"sum by (detected_level) (count_over_time({HOST_LOGS}[$__interval]))",
            "{{detected_level}}",
        ),
        unit="short",
        names=LEVELS,
    )


def newest_lines() -> Panel:
    return lines(
        About(
            id=14,
            title="Newest log lines",
            description="The last lines of this host's log files and containers, newest first.",
            no_data=NO_LOGS,
        ),
        LogLines(HOST_LOGS),
    )
