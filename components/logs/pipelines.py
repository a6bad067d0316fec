"""What a log agent does under given settings, for no agent in particular."""

from collections.abc import Iterator, Mapping, Sequence

from components.exceptions import CONTAINER_LOGS
from components.logs import redaction
from components.logs.model import (
    DropLabels,
    Files,
    Journal,
    Json,
    Labels,
    Multiline,
    Output,
    Pipelines,
    Regex,
    Relabel,
    Stage,
    Target,
    Template,
    Timestamp,
)
from settings.logs import LogAgent, LogFile

LOKI_URL = "http://loki:3100/loki/api/v1/push"
JOURNAL_PATH = "/var/log/journal"
ID_IN_PATH = r"/(?P<id>[0-9a-f]{12})[0-9a-f]*-json\.log$"
LINES_OF_AN_ENTRY = 500
# Whoever starts a session or a scope gets a unit of its own: as labels they would never end.
UNITS: Sequence[Relabel] = (
    # An instance counts as its template: pve-container@101.service as pve-container.service.
    Relabel(
        field="__journal__systemd_unit",
        expression=r"([^@]+)(@.*)?\.service",
        label="unit",
        value="${1}.service",
    ),
    Relabel(
        field="__journal__systemd_unit",
        expression=r"run-[a-z]?[0-9a-f-]+\.service",
        label="unit",
        value="run.service",
    ),
    Relabel(
        field="__journal__transport",
        expression="kernel",
        label="unit",
        value="kernel",
    ),
)


def pipelines(settings: LogAgent, *, labels: Mapping[str, str]) -> Pipelines:
    """The containers' logs, the files and the journal, with `labels` on every line."""
    redact = tuple(redaction.stages(settings))
    journals = [_journal(redact)] if settings.journal else []
    return Pipelines(
        url=LOKI_URL,
        labels=labels,
        files=[_containers(redact), *_files(settings.files, redact)],
        journals=journals,
    )


def _containers(redact: Sequence[Stage]) -> Files:
    """Docker's own log files, so that the agent needs no access to Docker's socket."""
    fields = {"line": "log", "stream": "stream", "time": "time", "tag": "attrs.tag"}
    return Files(
        name="containers",
        targets=[Target(path=f"{CONTAINER_LOGS}/*/*-json.log", labels={"job": "containers"})],
        stages=[
            Regex(source="filename", expression=ID_IN_PATH),
            Json(expressions=fields),
            # Ours log under their names; of a container without that option, only the ID is known.
            Template(
                source="container", template="{{ if .tag }}{{ .tag }}{{ else }}{{ .id }}{{ end }}"
            ),
            Timestamp(source="time", format="RFC3339Nano"),
            Labels(names=["container", "stream"]),
            DropLabels(names=["filename"]),
            Output(source="line"),
            *redact,
        ],
    )


def _files(files: Sequence[LogFile], redact: Sequence[Stage]) -> Iterator[Files]:
    """One source for all plain patterns, and one for each file that is said more of."""
    special = [file.path for file in files if not file.is_simple]
    simple = [_target(file, special) for file in files if file.is_simple]
    if simple:
        yield Files(name="files", targets=simple, stages=redact)
    for number, file in enumerate((file for file in files if not file.is_simple), 1):
        yield Files(
            name=f"files_{number}",
            targets=[_target(file, special[: number - 1])],
            stages=[*_reading(file), *redact],
        )


def _target(file: LogFile, others: Sequence[str]) -> Target:
    """The file's pattern, without what is read by `others`: no line is to be sent twice."""
    service = {"service": file.labels.service} if file.labels.service else {}
    exclude = f"{{{','.join(others)}}}" if len(others) > 1 else "".join(others)
    return Target(path=file.path, labels={"job": "files", **service}, exclude=exclude)


def _reading(file: LogFile) -> Iterator[Stage]:
    """How lines of the file become entries with their time."""
    if file.first_line:
        yield Multiline(first_line=file.first_line, max_lines=LINES_OF_AN_ENTRY, max_wait="3s")
    if file.timestamp:
        if file.timestamp.field:
            # Quoted, a name may have any character: "@timestamp".
            path = ".".join(f'"{name}"' for name in file.timestamp.field.split("."))
            yield Json(expressions={"time": path})
        elif file.timestamp.regex:
            yield Regex(expression=file.timestamp.regex)
        yield Timestamp(source="time", format=file.timestamp.format)


def _journal(redact: Sequence[Stage]) -> Journal:
    return Journal(
        name="journal",
        path=JOURNAL_PATH,
        # What was written longer ago, before the agent came, isn't sent.
        max_age="7h",
        labels={"job": "journal"},
        relabel=UNITS,
        stages=redact,
    )
