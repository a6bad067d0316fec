"""From Grafana's data frames to what a panel shows: series of numbers, or log lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Series:
    """Numbers over time, of one query; a gap is None."""

    ref: str
    name: str
    labels: dict[str, str]
    times: tuple[int, ...]
    values: tuple[float | None, ...]

    @property
    def last(self) -> float | None:
        """The newest value that isn't a gap."""
        return next((value for value in reversed(self.values) if value is not None), None)


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line of a log with the labels of its stream."""

    time: int
    text: str
    labels: dict[str, str]


def read(ref: str, answer: dict[str, Any]) -> tuple[list[Series], list[LogLine]]:
    """All series and log lines of the answer to one query."""
    series: list[Series] = []
    lines: list[LogLine] = []
    for frame in answer.get("frames") or []:
        columns = list(zip(frame["schema"]["fields"], frame["data"]["values"], strict=False))
        if any(field["type"] == "string" for field, _ in columns):
            lines.extend(_lines(columns))
        else:
            series.extend(_series(ref, columns))
    return series, lines


def executed(answer: dict[str, Any]) -> str:
    """The query as Grafana sent it to the data source, all variables filled in."""
    for frame in answer.get("frames") or []:
        text: str = frame["schema"].get("meta", {}).get("executedQueryString", "")
        if text:
            return text
    return ""


Column = tuple[dict[str, Any], list[Any]]


def _series(ref: str, columns: list[Column]) -> Iterator[Series]:
    times = next((values for field, values in columns if field["type"] == "time"), [])
    for field, values in columns:
        if field["type"] != "number":
            continue
        labels = field.get("labels") or {}
        given = (field.get("config") or {}).get("displayNameFromDS")
        name = given or ", ".join(f"{k}={v}" for k, v in sorted(labels.items())) or field["name"]
        yield Series(ref=ref, name=name, labels=labels, times=tuple(times), values=tuple(values))


def _lines(columns: list[Column]) -> Iterator[LogLine]:
    # Grafana 10 calls the text Line, later ones body; both put it first among the strings.
    by_type = {field["type"]: values for field, values in reversed(columns)}
    texts, times = by_type["string"], by_type["time"]
    labels = by_type.get("other") or [{}] * len(texts)
    for time, text, stream in zip(times, texts, labels, strict=True):
        yield LogLine(time=time, text=text, labels=stream)
