"""What Promtail makes of real lines: their text, their time and their few labels."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.contract.lines import config, running, through

CONTAINER = f"/var/lib/docker/containers/{'ab' * 32}/{'ab' * 32}-json.log"
TRACE = [
    "2026-03-04 05:06:07.125 ERROR [main] Order failed",
    "java.lang.IllegalStateException: no stock",
    "    at shop.Order.place(Order.java:12)",
    "Caused by: java.io.IOException: timeout",
    "    ... 3 more",
]
NEXT = "2026-03-04 05:06:08.250 INFO [main] Next order"
JAVA = {
    "files": [
        {
            "path": "/var/log/app.log",
            "format": "multiline",
            "first-line": r"^\d{4}-\d{2}-\d{2} ",
            "timestamp": {"regex": r"^(?P<time>\S+ \S+)", "format": "2006-01-02 15:04:05.000"},
            "labels": {"service": "shop"},
        }
    ]
}


def of_docker(text: str, **more: object) -> str:
    """A line as Docker writes it into a container's file."""
    return json.dumps(
        {"log": f"{text}\n", "stream": "stderr", "time": "2026-03-04T05:06:07Z"} | more
    )


@pytest.mark.parametrize(
    ("more", "container"), [({"attrs": {"tag": "obs-web"}}, "obs-web"), ({}, "abababababab")]
)
def test_container(more: dict[str, object], container: str, tmp_path: Path) -> None:
    """A container's line has Docker's time, and the container's name or else its ID."""
    line = of_docker("all is well", **more)
    (entry,) = through([line], source="containers", file=CONTAINER, tmp_path=tmp_path)

    assert "all is well" == entry.text
    assert datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC) == entry.time
    assert {"job": "containers", "container": container, "stream": "stderr"} == entry.labels


def test_json_of_a_container_stays_as_it_is(tmp_path: Path) -> None:
    """What an application logs as JSON can be taken apart by a query."""
    text = json.dumps({"level": "info", "msg": "order 7"})
    (entry,) = through([of_docker(text)], source="containers", file=CONTAINER, tmp_path=tmp_path)

    assert text == entry.text


def test_syslog(tmp_path: Path) -> None:
    """Plain lines pass, under the name of their file."""
    lines = [
        "Mar  4 05:06:07 pve sshd[812]: Accepted publickey for root",
        "2026-03-04T05:06:07.123456+00:00 pve pvedaemon[1]: starting task",
    ]
    seen = through(lines, source="files", file="/var/log/syslog", tmp_path=tmp_path)

    assert lines == [entry.text for entry in seen]
    assert {"job": "files", "filename": "/var/log/syslog"} == seen[0].labels


def test_stack_trace_is_one_entry(tmp_path: Path) -> None:
    """All lines of a trace are one entry, at the time of its first line; the next is another."""
    trace, following = through([*TRACE, NEXT], source="files_1", settings=JAVA, tmp_path=tmp_path)

    assert "\n".join(TRACE) == trace.text
    assert datetime(2026, 3, 4, 5, 6, 7, 125000, tzinfo=UTC) == trace.time
    assert NEXT == following.text
    assert datetime(2026, 3, 4, 5, 6, 8, 250000, tzinfo=UTC) == following.time
    assert {"job": "files", "filename": "/var/log/app.log", "service": "shop"} == trace.labels


@pytest.mark.parametrize(
    ("field", "layout", "line"),
    [
        ("time", "RFC3339Nano", {"time": "2026-03-04T06:06:07.125+01:00"}),
        ("@timestamp", "RFC3339", {"@timestamp": "2026-03-04T05:06:07.125Z"}),
        ("event.at", "UnixMs", {"event": {"at": 1772600767125}}),
        ("ts", "Unix", {"ts": 1772600767.125}),
    ],
)
def test_json_file_has_its_own_time(
    field: str, layout: str, line: dict[str, object], tmp_path: Path
) -> None:
    """The named field gives the time, wherever it stands; the line stays JSON."""
    time = {"field": field, "format": layout}
    file = {"path": "/var/log/app.log", "format": "json", "timestamp": time}
    text = json.dumps(line)
    (entry,) = through([text], source="files_1", settings={"files": [file]}, tmp_path=tmp_path)

    assert text == entry.text
    assert datetime(2026, 3, 4, 5, 6, 7, 125000, tzinfo=UTC) == entry.time


def test_plain_file_has_its_own_time(tmp_path: Path) -> None:
    """An expression finds the time in a line of text."""
    time = {"regex": r"\[(?P<time>[^\]]+)\]", "format": "02/Jan/2006:15:04:05 -0700"}
    file = {"path": "/var/log/app.log", "timestamp": time}
    line = '10.0.0.1 - - [04/Mar/2026:07:06:07 +0200] "GET / HTTP/1.1" 200'
    (entry,) = through([line], source="files_1", settings={"files": [file]}, tmp_path=tmp_path)

    assert datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC) == entry.time


def test_line_without_its_time_is_kept(tmp_path: Path) -> None:
    """A time that can't be read loses no line."""
    (entry,) = through(["no time here"], source="files_1", settings=JAVA, tmp_path=tmp_path)

    assert "no time here" == entry.text


def test_file_of_its_own_is_not_read_twice(tmp_path: Path) -> None:
    """What an object speaks of is left out of the pattern that fits it as well."""
    files = [
        "/var/log/*.log",
        *({"path": f"/var/log/{n}.log", "labels": {"service": n}} for n in "ab"),
    ]
    settings = {"files": files, "journal": {"enabled": False}}
    read = json.loads(json.dumps(config(settings, tmp_path)).replace("/var/log/", f"{tmp_path}/"))
    read["scrape_configs"] = [j for j in read["scrape_configs"] if j["job_name"] != "containers"]
    for name in "abc":
        (tmp_path / f"{name}.log").write_text(f"line of {name}\n")
    with running(read, tmp_path, "-log.level=error") as agent:
        seen = agent.entries(lambda seen: 3 <= len(seen))

    assert [("line of a", "a"), ("line of b", "b"), ("line of c", None)] == sorted(
        (entry.text, entry.labels.get("service")) for entry in seen
    )
