"""The API's paths and parameters: which exist, which values they take.

`schema.json` holds parameter facts of PBS 4.2 (names, types, bounds, patterns) taken from the
server's own API description, without its descriptions; both are under AGPL-3.0-or-later.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from simulator.pbs import values
from simulator.pbs.errors import not_found, wrong

Rules = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """A path of the API with its variables filled in, and the rules of one of its methods."""

    template: str
    variables: Mapping[str, str]
    rules: Rules

    def read(self, given: Iterable[tuple[str, object]]) -> dict[str, Any]:
        """The parameters by name, typed; refuses all that is wrong in one answer."""
        found: dict[str, Any] = {}
        problems: dict[str, str] = {}
        pairs = [*((name, values.FormText(text)) for name, text in self.variables.items()), *given]
        for name, value in pairs:
            try:
                self._add(found, name, value)
            except ValueError as error:
                problems.setdefault(name, str(error))
        for name, rule in self.rules.items():
            if rule.get("required") and name not in found and name not in problems:
                problems[name] = "parameter is missing and it is not optional."
        if problems:
            raise wrong(problems)
        return found

    def _add(self, found: dict[str, Any], name: str, value: object) -> None:
        rule = self.rules.get(name)
        if rule is None:
            raise ValueError("schema does not allow additional properties.")
        if rule["type"] == "array":
            entries = value if isinstance(value, list) else [value]
            found.setdefault(name, []).extend(
                values.convert(rule["items"], entry) for entry in entries
            )
            return
        if name in found:
            raise ValueError("duplicate parameter.")
        found[name] = values.convert(rule, value)


def endpoint(method: str, path: str) -> Endpoint:
    """What a request is for; 404 where nothing is."""
    parts = path.strip("/").split("/")
    for template, methods in _endpoints():
        variables = _matched(template, parts)
        if variables is not None and method in methods:
            return Endpoint("/" + "/".join(template), variables, methods[method])
    raise not_found(f"Path '/api2/json{path}' not found.")


def rules(method: str, template: str) -> Rules:
    """The parameters of a path as its template names it."""
    return endpoint(method, re.sub(r"[{}]", "", template)).rules


def _matched(template: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    if len(template) != len(parts):
        return None
    found: dict[str, str] = {}
    for wanted, part in zip(template, parts, strict=True):
        if wanted.startswith("{"):
            found[wanted.strip("{}")] = unquote(part)
        elif wanted != part:
            return None
    return found


@cache
def _endpoints() -> list[tuple[tuple[str, ...], dict[str, dict[str, Any]]]]:
    content = json.loads((Path(__file__).parent / "schema.json").read_text())
    for methods in content["endpoints"].values():
        for named in methods.values():
            for rule in named.values():
                _resolve(rule, content["patterns"])
    return [(tuple(path[1:].split("/")), methods) for path, methods in content["endpoints"].items()]


def _resolve(rule: dict[str, Any], patterns: Mapping[str, str]) -> None:
    """Put the named patterns in."""
    for each in (rule, rule.get("items", {})):
        if each.get("pattern", "").startswith("$") and each["pattern"][1:] in patterns:
            each["pattern"] = patterns[each["pattern"][1:]]
