"""What a log agent does under given settings, for no agent in particular."""

from collections.abc import Iterator, Mapping, Sequence

from components.exceptions import CONTAINER_LOGS
from logs import journal, redaction
from logs.model import (
    DropLabels,
    Files,
    Json,
    Labels,
    Multiline,
    Output,
    Pipelines,
    Regex,
    Stage,
    Target,
    Template,
    Timestamp,
)
from settings.logs import LogAgent, LogFile

LOKI_URL = "http://loki:3100/loki/api/v1/push"
DATA_PATH = "/var/lib/log-agent"
# A link to the journal, made when the agent starts: Promtail ends where the folder is missing.
JOURNAL_PATH = f"{DATA_PATH}/journal"
ID_IN_PATH = r"/(?P<id>[0-9a-f]{12})[0-9a-f]*-json\.log$"
LINES_OF_AN_ENTRY = 500


def pipelines(settings: LogAgent, *, labels: Mapping[str, str]) -> Pipelines:
    """The containers' logs, the files and the journal, with `labels` on every line."""
    redact = tuple(redaction.stages(settings.redact, settings.redact_own))
    age = settings.journal.max_age.in_go
    reading = journal.source(path=JOURNAL_PATH, max_age=age, stages=redact)
    return Pipelines(
        url=LOKI_URL,
        labels=labels,
        files=[_containers(redact), *_files(settings.files, redact)],
        journals=[reading] if settings.journal.enabled else [],
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
