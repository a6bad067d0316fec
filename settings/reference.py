"""Writes docs/settings.md from the models, so that it can't say anything else than they do."""

import sys
from collections.abc import Iterable, Iterator
from types import NoneType
from typing import Any, Literal, TypeGuard, get_args, get_origin

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from settings.secrets import STACK_SECRET
from settings.sections import Secret
from settings.stack import Settings
from settings.types import Duration, Size

INTRODUCTION = """\
# Settings

All of these stand under `observability:stack` in `Pulumi.<stack>.yaml`.
All of them may be left out, but for what a section by name requires.
A wrong one stops `pulumi preview` with a line that names it.

A dot stands for a level of YAML: `loki.retention` is `retention:` below `loki:`.
A duration is whole weeks to seconds, such as `90d` or `1h30m`.
A size is a whole number with a unit: `MB`, `GB`, `TB` (powers of 1000) or `MiB`, `GiB`, `TiB`
(powers of 1024).

`make docs` writes this page from the models in `settings/`.
"""
SECRETS = """\
## Secrets

Each is a config key beside `observability:stack`; `pulumi config set --secret KEY` sets it.
`make up` makes these, under the names that are given here, where they don't exist yet.
Those of `grafana.users` and `grafana.oidc` are yours to set.
"""
OF_STACK_SECRET = "Key under which secrets are hashed, so that a changed one is noticed."  # noqa: S105 (a text)
HEAD = "| setting | type | default | allowed | what it is |\n| --- | --- | --- | --- | --- |\n"
TYPES: dict[object, str] = {
    str: "text",
    Secret: "text",
    int: "whole number",
    bool: "true or false",
    Duration: "duration",
    Size: "size",
}


def reference() -> str:
    """The whole page."""
    defaults = Settings()
    top = "".join(_row(*leaf) for leaf in _leaves(defaults) if "." not in leaf[0])
    pages = [INTRODUCTION, f"## The stack\n\n{HEAD}{top}"]
    for name, field in Settings.model_fields.items():
        section = getattr(defaults, name)
        if isinstance(section, BaseModel):
            leaves = [*_leaves(section, f"{field.alias}."), *_entries(section, f"{field.alias}.")]
            pages.append(_section(field, f"{section.__doc__}", leaves))
        elif get_origin(field.annotation) is dict:
            entry = get_args(field.annotation)[1]
            pages.append(_section(field, entry.__doc__, _fields(entry, f"{field.alias}.NAME.")))
        elif optional := _section_in(field):
            pages.append(
                _section(field, f"{optional.__doc__}", _fields(optional, f"{field.alias}."))
            )
    secrets = [f"- `observability:{name}`: {words}\n" for name, words in _secrets(defaults)]
    pages.append(f"{SECRETS}\n{''.join(secrets)}")
    return "\n".join(pages)


def _section(field: FieldInfo, words: str, leaves: Iterable[tuple[str, FieldInfo, object]]) -> str:
    rows = "".join(_row(*leaf) for leaf in leaves)
    return f"## {field.alias}\n\n{words}\n\n{HEAD}{rows}"


def _leaves(section: BaseModel, prefix: str = "") -> Iterator[tuple[str, FieldInfo, object]]:
    """Path, field and default of every setting that is no section itself."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{prefix}{field.alias}.")
        else:
            yield f"{prefix}{field.alias}", field, value


def _entries(section: BaseModel, prefix: str) -> Iterator[tuple[str, FieldInfo, object]]:
    """The settings in what isn't there by default: an entry whose name the user chooses (NAME), one
    in a list (N), a section that may be left out."""
    for field in type(section).model_fields.values():
        if get_origin(field.annotation) is dict:
            entry = get_args(field.annotation)[1]
            yield from _fields(entry, f"{prefix}{field.alias}.NAME.")
        elif get_origin(field.annotation) is tuple and (entry := _section_in(field)):
            yield from _fields(entry, f"{prefix}{field.alias}.N.")
        elif NoneType in get_args(field.annotation) and (entry := _section_in(field)):
            yield from _fields(entry, f"{prefix}{field.alias}.")


def _fields(section: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo, object]]:
    """Path, field and default of every setting in a section of which nothing is there."""
    for field in section.model_fields.values():
        inner = _section_in(field)
        if inner is Secret:
            yield f"{prefix}{field.alias}.secret", field, field.default
        elif inner and inner.model_fields and get_origin(field.annotation) is not tuple:
            of_entries = "NAME." if get_origin(field.annotation) is dict else ""
            yield from _fields(inner, f"{prefix}{field.alias}.{of_entries}")
        else:
            yield f"{prefix}{field.alias}", field, field.default


def _section_in(field: FieldInfo) -> type[BaseModel] | None:
    return next(filter(_is_section, (field.annotation, *get_args(field.annotation))), None)


def _is_section(kind: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _secrets(section: BaseModel) -> Iterator[tuple[str, str]]:
    """Default name and description of every secret that a setting names, and of our own."""
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, Secret):
            yield value.secret, f"{field.description}"
        elif isinstance(value, BaseModel):
            yield from _secrets(value)
    if isinstance(section, Settings):
        yield STACK_SECRET, OF_STACK_SECRET


def _row(path: str, field: FieldInfo, default: object) -> str:
    kind, allowed = _kind(field.annotation, field.metadata)
    cells = [f"`{path}`", kind, _as_yaml(default), "; ".join(allowed), f"{field.description}"]
    return f"| {' | '.join(cells)} |\n"


def _as_yaml(value: object) -> str:
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    if value is None:
        return "not set"
    if value is PydanticUndefined:
        return "required"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _kind(annotation: Any, metadata: list[Any]) -> tuple[str, list[str]]:
    """A type in words, and what its values are held to."""
    bounds = [words for item in metadata if (words := _bound(item))]
    if get_origin(annotation) is Literal:
        choices = " or ".join(f"`{choice}`" for choice in get_args(annotation))
        return "choice", [choices, *bounds]
    if get_origin(annotation) is dict:
        names, values = get_args(annotation)
        kind = "sections" if _is_section(values) else "texts"
        return f"{kind} by name", [f"each name {words}" for words in _kind(names, [])[1]]
    if get_origin(annotation) is tuple:
        kind, each = _kind(get_args(annotation)[0], [])
        return f"list of {kind}", [*bounds, *(f"each {words}" for words in each)]
    if hasattr(annotation, "__metadata__"):
        return _kind(annotation.__origin__, [*annotation.__metadata__, *metadata])
    if NoneType in get_args(annotation):
        (inner,) = (part for part in get_args(annotation) if part is not NoneType)
        return _kind(inner, metadata)
    return TYPES.get(annotation, "object"), bounds


def _bound(item: Any) -> str:
    if isinstance(item, AfterValidator):
        return item.func.__doc__ or ""
    limits = {"ge": "at least", "le": "at most", "max_length": "at most"}
    for name, words in limits.items():
        if (limit := getattr(item, name, None)) is not None:
            return f"{words} {limit}{' entries' if name == 'max_length' else ''}"
    return ""


if __name__ == "__main__":
    sys.stdout.write(reference())
