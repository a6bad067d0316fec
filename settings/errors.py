"""Turns what pydantic found wrong into lines that name the setting and never its value."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


class ContradictionError(ValueError):
    """Settings that are right one by one and wrong together: what is wrong, by setting."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = problems


def explain(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One line for each mistake, in the form `path.of.setting: what is wrong`."""
    details = error.errors(include_url=False, include_input=False)
    return sorted({line for detail in details for line in _lines(detail, model)})


def _lines(detail: ErrorDetails, model: type[BaseModel]) -> list[str]:
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, ContradictionError):
        place = [_printable(part) for part in detail["loc"]]
        return [".".join([*place, name]) + f": {text}" for name, text in cause.problems.items()]
    return [_line(detail, model)]


def _line(detail: ErrorDetails, model: type[BaseModel]) -> str:
    # Of an entry whose name is wrong, pydantic adds that it is the key.
    path = [_printable(part) for part in detail["loc"] if part != "[key]"]
    if detail["type"] == "extra_forbidden":
        return f"{'.'.join(path)}: unknown setting{_suggestion(detail['loc'], model)}"
    if detail["type"] == "json_invalid":
        return "stack: must be an object of settings"
    context = detail.get("ctx", {})
    if detail["type"] == "too_long":
        return f"{'.'.join(path)}: must have at most {context['max_length']} entries"
    cause = context.get("error")
    problem = str(cause) if cause is not None else _lower_first(detail["msg"])
    return f"{'.'.join(path) or 'stack'}: {problem}"


def _printable(part: str | int) -> str:
    """A key as the user wrote it, unless that would break the line."""
    text = str(part)
    return text if text.isprintable() and text else repr(text)


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _suggestion(loc: Sequence[str | int], model: type[BaseModel]) -> str:
    *parents, wrong = loc
    known = list(_names(model, parents))
    close = get_close_matches(str(wrong), known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(known)}"


def _names(model: type[BaseModel], parents: Sequence[str | int]) -> Iterator[str]:
    """The settings' names in the section that `parents` lead to."""
    inside = False
    for parent in parents:
        if inside:  # the name or number of an entry, which the user chose
            inside = False
            continue
        model, inside = _sections(model)[str(parent)]
    for name, field in model.model_fields.items():
        yield field.alias or name


def _sections(model: type[BaseModel]) -> dict[str, tuple[type[BaseModel], bool]]:
    """The model of each section, and whether it is that of entries: by name, or in a list."""
    found: dict[str, tuple[type[BaseModel], bool]] = {}
    for name, field in model.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                of_entries = get_origin(field.annotation) in {dict, tuple}
                found[name] = found[field.alias or name] = (kind, of_entries)
    return found
