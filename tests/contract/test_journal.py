"""What the real Promtail makes of a real journal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.contract import journal
from tests.contract.lines import Agent, Entry, config, running

LOGIN = {
    "MESSAGE": "Accepted publickey for root",
    "PRIORITY": "6",
    "_SYSTEMD_UNIT": "ssh.service",
    "_TRANSPORT": "syslog",
}
OOM = {"MESSAGE": "Out of memory: Killed process 7", "PRIORITY": "2", "_TRANSPORT": "kernel"}
GUEST = {
    "MESSAGE": "it failed\nwith password=hunter2",
    "PRIORITY": "3",
    "_SYSTEMD_UNIT": "pve-container@101.service",
    "_TRANSPORT": "stdout",
}
BARE = {"MESSAGE": "no more is known", "_SYSTEMD_UNIT": "session-7.scope"}
SILENT = {"_SYSTEMD_UNIT": "silent.service", "PRIORITY": "6"}


@contextmanager
def following(
    tmp_path: Path, settings: Mapping[str, object] | None = None
) -> Iterator[tuple[Agent, Path]]:
    """A Promtail that reads the journal in a folder, and nothing else."""
    folder = tmp_path / "journal"
    folder.mkdir(exist_ok=True)
    read = config(settings or {}, tmp_path)
    (job,) = (job for job in read["scrape_configs"] if job["job_name"] == "journal")
    job["journal"]["path"] = str(folder)
    read["scrape_configs"] = [job]
    with running(read, tmp_path, "-log.level=error") as agent:
        yield agent, folder


def seen(agent: Agent, number: int) -> list[Entry]:
    return agent.entries(lambda entries: number <= len(entries))


def test_labels_and_lines(tmp_path: Path) -> None:
    """An entry has its message, few labels, and no secret; one without a message isn't sent."""
    journal.write([LOGIN, SILENT, OOM, GUEST, BARE], tmp_path / "journal")
    with following(tmp_path) as (agent, _):
        entries = seen(agent, 4)

    assert [
        (LOGIN["MESSAGE"], {"job": "journal", "unit": "ssh.service", "level": "info"}),
        (OOM["MESSAGE"], {"job": "journal", "transport": "kernel", "level": "critical"}),
        (
            "it failed\nwith password=[redacted]",
            {"job": "journal", "unit": "pve-container.service", "level": "error"},
        ),
        (BARE["MESSAGE"], {"job": "journal"}),
    ] == [(entry.text, entry.labels) for entry in entries]


def test_time_is_the_journals(tmp_path: Path) -> None:
    """An entry has the time at which it was written, not that of reading."""
    before = datetime.now(UTC)
    journal.write([LOGIN], tmp_path / "journal", age=1800)
    with following(tmp_path) as (agent, _):
        (entry,) = seen(agent, 1)

    assert timedelta(0) <= entry.time - before + timedelta(seconds=1800) < timedelta(seconds=30)


def test_old_entries_stay_where_they_are(tmp_path: Path) -> None:
    """From `max-age` on, an entry isn't read."""
    journal.write([OOM], tmp_path / "journal", age=2 * 3600)
    journal.write([LOGIN], tmp_path / "journal")
    with following(tmp_path, {"journal": {"max-age": "1h"}}) as (agent, _):
        entries = seen(agent, 1)

    assert [LOGIN["MESSAGE"]] == [entry.text for entry in entries]


def test_what_comes_later_is_read(tmp_path: Path) -> None:
    """What is added to the journal is followed, and so is one that begins under an empty folder."""
    with following(tmp_path) as (agent, folder):
        journal.write([LOGIN], folder)
        first = [entry.text for entry in seen(agent, 1)]
        journal.write([OOM], folder, age=1)
        both = [entry.text for entry in seen(agent, 2)]

    assert [LOGIN["MESSAGE"]] == first
    assert [LOGIN["MESSAGE"], OOM["MESSAGE"]] == both
