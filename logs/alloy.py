"""Alloy's config: the pipelines in its own language."""

import json
from collections.abc import Iterator, Mapping, Sequence
from textwrap import indent

from logs.model import (
    DropLabels,
    Files,
    Journal,
    Json,
    Labels,
    Login,
    Multiline,
    Output,
    Pipelines,
    Regex,
    Replace,
    Stage,
    Target,
    Template,
    Timestamp,
)

Values = Mapping[str, object]
LOKI = "loki.write.loki.receiver"


class Name(str):
    """A reference to another component, which stands without quotes."""

    __slots__ = ()


def render(pipelines: Pipelines) -> str:
    """config.alloy."""
    blocks = [
        block("logging", {"level": "warn"}),
        *(text for source in pipelines.files for text in _files(source)),
        *(text for source in pipelines.journals for text in _journal(source)),
        _write(pipelines),
    ]
    return "\n".join(blocks)


def _files(source: Files) -> Iterator[str]:
    matched = {"path_targets": [_target(target) for target in source.targets]}
    yield block(f'local.file_match "{source.name}"', matched)
    reading = {
        "targets": Name(f"local.file_match.{source.name}.targets"),
        "forward_to": [_receiver(source.name)],
    }
    yield block(f'loki.source.file "{source.name}"', reading)
    yield _process(source.name, source.stages)


def _target(target: Target) -> Values:
    exclude = {"__path_exclude__": target.exclude} if target.exclude else {}
    return {**target.labels, "__path__": target.path, **exclude}


def _journal(source: Journal) -> Iterator[str]:
    rules = [
        block(
            "rule",
            {
                "source_labels": [rule.field],
                "regex": rule.expression,
                "target_label": rule.label,
                "replacement": rule.value,
            },
        )
        for rule in source.relabel
    ]
    # Rules also for these: Alloy sets `job` to its own, whatever the argument `labels` says.
    rules += [
        block("rule", {"target_label": name, "replacement": value})
        for name, value in source.labels.items()
    ]
    yield block(f'loki.relabel "{source.name}"', {"forward_to": []}, rules)
    reading = {
        **({"path": source.path} if source.path else {}),
        "max_age": source.max_age,
        "relabel_rules": Name(f"loki.relabel.{source.name}.rules"),
        "forward_to": [_receiver(source.name)],
    }
    yield block(f'loki.source.journal "{source.name}"', reading)
    yield _process(source.name, source.stages)


def _process(name: str, stages: Sequence[Stage]) -> str:
    inner = [block(f"stage.{kind}", values) for kind, values in map(stage, stages)]
    return block(f'loki.process "{name}"', {"forward_to": [Name(LOKI)]}, inner)


def _write(pipelines: Pipelines) -> str:
    # For ever: after a number of tries it would drop the lines.
    arguments = {"url": pipelines.url, "max_backoff_retries": 0}
    inner = [*_login(pipelines.login), *_tls(pipelines.ca_file)]
    endpoint = block("endpoint", arguments, inner)
    return block('loki.write "loki"', {"external_labels": dict(pipelines.labels)}, [endpoint])


def _login(login: Login | None) -> Sequence[str]:
    if login is None:
        return ()
    values = {"username": login.user, "password_file": login.password_file}
    return (block("basic_auth", values),)


def _tls(ca_file: str) -> Sequence[str]:
    return (block("tls_config", {"ca_file": ca_file}),) if ca_file else ()


def _receiver(name: str) -> Name:
    return Name(f"loki.process.{name}.receiver")


def stage(of: Stage) -> tuple[str, Values]:
    """Name and arguments of one stage in Alloy."""
    found: tuple[str, Values]
    match of:
        case Json():
            found = "json", {"expressions": dict(of.expressions)}
        case Regex():
            source = {"source": of.source} if of.source else {}
            found = "regex", {"expression": of.expression, **source}
        case Template():
            found = "template", {"source": of.source, "template": of.template}
        case Timestamp():
            found = "timestamp", {"source": of.source, "format": of.format}
        case Labels():
            found = "labels", {"values": dict.fromkeys(of.names, "")}
        case DropLabels():
            found = "label_drop", {"values": list(of.names)}
        case Output():
            found = "output", {"source": of.source}
        case Multiline():
            found = (
                "multiline",
                {
                    "firstline": of.first_line,
                    "max_lines": of.max_lines,
                    "max_wait_time": of.max_wait,
                },
            )
        case Replace():
            found = "replace", {"expression": of.expression, "replace": of.text}
    return found


def block(head: str, values: Values, inner: Sequence[str] = ()) -> str:
    """A block with its arguments and then the blocks in it."""
    lines = [f"{name} = {_value(value)}\n" for name, value in values.items()]
    return f"{head} {{\n{indent(''.join([*lines, *inner]), '  ')}}}\n"


def _value(value: object) -> str:
    """A value as Alloy reads it, which writes texts and numbers as JSON does."""
    match value:
        case Name():
            return value
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            pairs = (f"{json.dumps(key)} = {_value(each)}" for key, each in value.items())
            return f"{{{', '.join(pairs)}}}"
        case _:
            return json.dumps(value, ensure_ascii=False)
