"""The settings of the logs: what is collected, and what is done with it."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.errors import ContradictionError
from settings.log_types import JsonField, ServiceName, TimeFormat
from settings.patterns import expression_with_time, regular_expression
from settings.sections import Model
from settings.types import Duration, LogFiles, Size, at_least, between, check_log_files

Expression = Annotated[str, AfterValidator(regular_expression)]
ExpressionWithTime = Annotated[str, AfterValidator(expression_with_time)]


class Timestamp(Model):
    """Where a line has its own time."""

    field: JsonField | None = Field(
        default=None, description="Field of a JSON line that holds it; a dot leads further down."
    )
    regex: ExpressionWithTime | None = Field(
        default=None, description="Expression that finds it in a line of text, as RE2 reads it."
    )
    format: TimeFormat = Field(
        description="How it is written: a name, or Go's layout, which is its reference time "
        "(`2006-01-02 15:04:05.000`). Without a zone it is read as UTC."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.field is None) == (self.regex is None):
            raise ContradictionError({"format": "needs either field or regex beside it"})
        return self


class FileLabels(Model):
    """The labels that a file's lines may have beside `job`, `host`, `env` and `filename`."""

    service: ServiceName | None = Field(default=None, description="Name of what writes the file.")


class LogFile(Model):
    """Log files and how they are read."""

    path: LogFiles = Field(description="Path or pattern (`*`, `**`).")
    format: Literal["plain", "json", "multiline"] = Field(
        default="plain", description="What a line is; with `multiline`, an entry has several."
    )
    first_line: Expression | None = Field(
        default=None, description="Expression that fits the first line of an entry (`multiline`)."
    )
    timestamp: Timestamp | None = Field(
        default=None,
        description="Where a line has its time; without it, the time of reading counts.",
    )
    labels: FileLabels = Field(default=FileLabels(), description="Labels.")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """A path alone stands for plain lines."""
        if isinstance(value, str):
            return {"path": check_log_files(value)}
        if not isinstance(value, dict | LogFile):
            raise ValueError("must be a path or an object with a path")  # noqa: TRY004 (pydantic)
        return value

    @model_validator(mode="after")
    def _format_has_what_it_needs(self) -> Self:
        problems = {}
        if (self.format == "multiline") != (self.first_line is not None):
            problems["first-line"] = "belongs to format multiline, which needs it"
        time = self.timestamp
        if time and (self.format == "json") != (time.field is not None):
            problems["timestamp"] = "takes a field with format json, else a regex"
        if problems:
            raise ContradictionError(problems)
        return self

    def __str__(self) -> str:
        return self.path

    @property
    def is_simple(self) -> bool:
        """Whether it says no more than a path would."""
        return self == LogFile(path=self.path)


class Journal(Model):
    """The journal of systemd on the Docker host."""

    enabled: bool = Field(
        default=True,
        description="Whether the journal is read. A host without one is left alone. Where rsyslog "
        "writes files beside it, most lines would be there twice: switch off one of the two.",
    )
    folder: Literal["/var/log/journal", "/run/log/journal"] = Field(
        default="/var/log/journal",
        description="Where journald keeps it: on disk, or in memory (`Storage=volatile`), in a "
        "folder that has to be there then.",
    )
    max_age: Annotated[Duration, between("1m", "30d")] = Field(
        default=Duration("24h"),
        description="Age from which entries aren't read, be it when the agent starts for the "
        "first time or after it was away. At most `loki.reject-old-samples-max-age`.",
    )


Redaction = Literal["private-keys", "authorization", "proxmox-tokens", "urls", "key-values"]


class LogAgent(Model):
    """Ships the logs of containers, of files and of the journal to Loki."""

    enabled: bool = Field(default=True, description="Whether logs are collected.")
    kind: Literal["promtail", "alloy"] = Field(
        default="promtail",
        description="Program that ships logs. `alloy` is Grafana's successor of `promtail`, which "
        "gets no new versions; there is no local build of it.",
    )
    files: tuple[LogFile, ...] = Field(
        default=tuple(
            LogFile(path=path)
            for path in ("/var/log/*.log", "/var/log/syslog", "/var/log/messages")
        ),
        max_length=50,
        description="Log files of the Docker host, as paths or patterns (`*`, `**`) under "
        "/var/log/, or as objects. Each file is a stream of its own; `[]` ships none. What an "
        "object's path fits is read by the first such object alone.",
    )
    journal: Journal = Field(default=Journal(), description="The journal of systemd.")
    redact: tuple[Redaction, ...] = Field(
        default=("private-keys", "authorization", "proxmox-tokens", "urls", "key-values"),
        max_length=5,
        description="Secrets that are taken out of lines before they are sent: private keys in "
        "PEM, bearer and basic authorization, API tokens of PVE and PBS, `user:password@` in URLs, "
        "and what follows `password=`, `token=`, `api_key=` and their like.",
    )
    redact_own: tuple[Expression, ...] = Field(
        default=(),
        max_length=20,
        description="More of them, as RE2 reads them. What the groups fit is taken out, or all "
        "that is fitted where there is no group.",
    )
    memory: Annotated[Size, at_least("64MiB")] = Field(
        default=Size("128MiB"), description="Memory limit of the container."
    )
