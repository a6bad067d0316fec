"""Values as the server reads them from a form or JSON, and as it gives them back."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from simulator.pbs import calendar

TRUE, FALSE = ("1", "on", "yes", "true"), ("0", "off", "no", "false")
UNITS = ("B", "KB", "MB", "GB", "TB", "PB", "KIB", "MIB", "GIB", "TIB", "PIB")
SHOWN = {unit.upper(): unit for unit in ("B", "KB", "MB", "GB", "TB", "PB")} | {
    f"{letter}IB": f"{letter}iB" for letter in "KMGTP"
}
BYTES = re.compile(r"([0-9]+(?:\.[0-9]*)?) ?([KMGTP]?I?B?)", re.IGNORECASE)


def convert(rule: Mapping[str, Any], given: object) -> object:
    """One value of a form (a text) or of a JSON body (typed strictly) as its schema has it."""
    kind = rule["type"]
    if kind == "boolean":
        return _boolean(given)
    if kind == "integer":
        return _bounded(rule, _integer(given))
    if isinstance(given, str):
        check(rule, given)
        return given
    raise ValueError("Expected string value.")


def check(rule: Mapping[str, Any], text: str) -> None:
    """Length, pattern, enumeration and format of a text; a ValueError in the server's words."""
    if len(text) < rule.get("minLength", 0):
        raise ValueError(f"value must be at least {rule['minLength']} characters long")
    if len(text) > rule.get("maxLength", len(text)):
        raise ValueError(f"value may only be {rule['maxLength']} characters long")
    if "enum" in rule and text not in rule["enum"]:
        raise ValueError(f"value '{text}' is not defined in the enumeration.")
    if "pattern" in rule and not re.search(rule["pattern"], text):
        raise ValueError("value does not match the regex pattern")
    if format_ := FORMATS.get(rule.get("format", "")):
        format_(text)


def shown(rule: Mapping[str, Any], value: Any) -> Any:
    """The value as a later GET gives it back, where that is another text."""
    if rule.get("format") == "human-byte":
        return human_bytes(value)
    return value


def human_bytes(text: str) -> str:
    """`10MB` as `10 MB`: at most three decimals, a blank before the unit."""
    found = BYTES.fullmatch(text.strip())
    if not found or (found[2] and _unit(found[2]) not in SHOWN):
        raise ValueError(f"unable to parse byte size '{text}'")
    number = f"{round(float(found[1]), 3):.3f}".rstrip("0").rstrip(".")
    return f"{number} {SHOWN[_unit(found[2])]}"


def property_string(text: str, default_key: str = "") -> dict[str, str]:
    """The parts of `a,b=c,d="e,f"`; the first may go without its key."""
    parts = re.findall(r'(?:([\w-]+)=)?(?:"((?:[^"\\]|\\.)*)"|([^,"]*))(?:,|$)', text)
    found: dict[str, str] = {}
    for key, quoted, plain in (part for part in parts if any(part)):
        if not key and not default_key:
            raise ValueError("missing key in property string")
        found[key or default_key] = quoted or plain
    return found


def _unit(text: str) -> str:
    upper = text.upper()
    return upper if upper.endswith("B") else f"{upper}B"


def _boolean(given: object) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in TRUE + FALSE:
        return given.lower() in TRUE
    raise ValueError("Unable to parse boolean option.")


def _integer(given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    if isinstance(given, FormText) and given.removeprefix("-").isdecimal():
        return int(given)
    form = "unable to parse integer - invalid digit found in string"
    raise ValueError(form if isinstance(given, FormText) else "Expected integer value.")


def _bounded(rule: Mapping[str, Any], value: int) -> int:
    if value < rule.get("min", value):
        raise ValueError(f"value must have a minimum value of {rule['min']} (got {value})")
    if value > rule.get("max", value):
        raise ValueError(f"value must have a maximum value of {rule['max']} (got {value})")
    return value


def _calendar_event(text: str) -> None:
    calendar.parse(text)


class FormText(str):
    """A text from a form or query, in which numbers are written as texts too."""

    __slots__ = ()


FORMATS: dict[str, Callable[[str], object]] = {
    "calendar-event": _calendar_event,
    "human-byte": human_bytes,
}
