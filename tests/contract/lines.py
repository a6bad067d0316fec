"""Lines through the real Promtail, and what would come out of it in Loki."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from components import log_agent
from settings.logs import LogAgent
from tests.e2e.eventually import eventually
from toolchain.cache import tool

SECONDS = 15
LAST = "2000-01-01 the last line"  # it begins an entry, where they have several lines
ENTRY = re.compile(r"^(\d{4}-[^\s{]+?)(?:\.(\d+))?([+-]\d{4})\t*(\{.*?\})\t*", re.MULTILINE)
LABEL = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*")')


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line or several, as they would stand in Loki."""

    time: datetime
    labels: Mapping[str, str]
    text: str


def config(settings: Mapping[str, object], tmp_path: Path) -> dict[str, Any]:
    """Promtail's config under these settings, with its own files in `tmp_path` and a free port."""
    agent = LogAgent.model_validate_json(json.dumps(settings))
    rendered = log_agent.render(agent, labels={"host": "test", "env": "test"})
    read: dict[str, Any] = yaml.safe_load(rendered["promtail.yaml"])
    read["positions"]["filename"] = str(tmp_path / "positions.yaml")
    read["server"]["http_listen_port"] = 0
    return read


def through(
    lines: Sequence[str],
    *,
    source: str,
    tmp_path: Path,
    file: str = "/var/log/app.log",
    settings: Mapping[str, object] | None = None,
) -> list[Entry]:
    """What becomes of these lines of a file that `source` reads."""
    read = config(settings or {}, tmp_path)
    (job,) = (job for job in read["scrape_configs"] if job["job_name"] == source)
    # From its standard input, Promtail takes neither path nor name of the file.
    labels = job["static_configs"][0]["labels"]
    kept = {name: text for name, text in labels.items() if not name.startswith("__")}
    job["static_configs"] = [{"labels": {**kept, "filename": file}}]
    read["scrape_configs"] = [job]
    # At the end of its input it may stop before all is printed, so it is left open until then.
    with running(read, tmp_path) as agent:
        agent.write("\n".join([*lines, LAST]) + "\n")
        seen = agent.entries(lambda seen: seen[-1].text == LAST)
    return seen[:-1]


@dataclass(frozen=True, kw_only=True)
class Agent:
    """A Promtail that runs and prints its entries instead of sending them."""

    write: Callable[[str], object]
    output: Path

    def entries(self, enough: Callable[[list[Entry]], bool]) -> list[Entry]:
        """Its entries, as soon as there are enough."""
        return eventually(
            lambda: seen if (seen := entries(self.output.read_text())) and enough(seen) else [],
            deadline=SECONDS,
            describe=self.output.read_text,
        )


@contextmanager
def running(read: Mapping[str, Any], tmp_path: Path, *options: str) -> Iterator[Agent]:
    """Promtail under this config; by default it reads what is written to it."""
    path, output = tmp_path / "promtail.yaml", tmp_path / "output"
    path.write_text(yaml.safe_dump(dict(read)))
    with output.open("w") as out, (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [tool("promtail"), f"-config.file={path}", "-dry-run", *(options or ["-stdin"])],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=log,
            text=True,
            bufsize=1,
        )
    with process:
        try:
            assert process.stdin
            yield Agent(write=process.stdin.write, output=output)
        finally:
            process.kill()


def entries(printed: str) -> list[Entry]:
    """The entries in Promtail's output, which aligns at tabs: in the lines, none is left."""
    found = list(ENTRY.finditer(printed))
    ends = [each.start() for each in found[1:]]
    return [
        Entry(
            time=datetime.strptime(
                f"{each[1]}.{(each[2] or '0')[:6]}{each[3]}", "%Y-%m-%dT%H:%M:%S.%f%z"
            ),
            labels={name: json.loads(text) for name, text in LABEL.findall(each[4])},
            text=printed[each.end() : end].rstrip("\n"),
        )
        for each, end in zip_longest(found, ends)
    ]
