"""Which series a PromQL expression reads: metric names with their label matchers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
  | (?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
  | (?P<number>\d[\w.]*|\.\d+)
  | (?P<variable>\$\w+|\$\{\w+\})
  | (?P<name>[A-Za-z_:][\w:]*)
  | (?P<sign>=~|!~|!=|==|<=|>=|[-+*/%^<>=(){}\[\],:@])
    """,
    re.VERBOSE,
)
# Words that aren't metrics though neither a bracket nor a brace follows them.
OPERATORS = {"and", "or", "unless", "atan2", "offset", "bool", "inf", "nan"}
# A list of labels in brackets follows them, or may.
GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
# A variable of Grafana's is some value that isn't empty.
ANY = re.compile(r"\$\w+|\$\{\w+\}")
ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Matcher:
    """One condition on a label."""

    label: str
    operator: str
    value: str

    def accepts(self, labels: Mapping[str, str]) -> bool:
        """As Prometheus: a missing label is an empty one, patterns match the whole value."""
        value = labels.get(self.label, "")
        if ANY.search(self.value):
            return bool(value)
        if self.operator in ("=", "!="):
            return (value == self.value) is (self.operator == "=")
        return bool(re.fullmatch(self.value, value)) is (self.operator == "=~")


@dataclass(frozen=True)
class Selector:
    """A metric with its conditions; the name is empty where the braces stand alone."""

    name: str
    matchers: tuple[Matcher, ...] = ()

    def accepts(self, labels: Mapping[str, str]) -> bool:
        """Whether the series with these labels, `__name__` among them, is meant."""
        name = not self.name or labels.get("__name__") == self.name
        return name and all(matcher.accepts(labels) for matcher in self.matchers)


Token = tuple[str, str]


def selectors(expr: str) -> list[Selector]:
    """Every selector in the expression, in order; a ValueError for what can't be read."""
    return list(_selectors(list(_tokens(expr))))


def _tokens(expr: str) -> Iterator[Token]:
    place = 0
    while place < len(expr):
        match = TOKEN.match(expr, place)
        if not match:
            raise ValueError(f"can't read {expr[place : place + 20]!r} in {expr}")
        kind = match.lastgroup or ""
        if kind != "space":
            yield kind, match[0]
        place = match.end()


def _selectors(tokens: list[Token]) -> Iterator[Selector]:
    at = 0
    while at < len(tokens):
        kind, text = tokens[at]
        after = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        if text == "[":
            at = _closing(tokens, at, "]")
        elif text == "{" or (kind == "name" and after == "{"):
            opening = at if text == "{" else at + 1
            end = _closing(tokens, opening, "}")
            yield Selector("" if text == "{" else text, _matchers(tokens[opening + 1 : end - 1]))
            at = end
        elif text in GROUPING:
            at = _closing(tokens, at + 1, ")") if after == "(" else at + 1
        else:
            if kind == "name" and not _is_operation(text, after):
                yield Selector(text)
            at += 1


def _is_operation(text: str, after: str) -> bool:
    """Whether the word is a function, an aggregation or an operator."""
    return after in ("(", "by", "without") or text.lower() in OPERATORS


def _closing(tokens: list[Token], opening: int, sign: str) -> int:
    """The place behind the sign that closes; neither kind of bracket nests here."""
    for at in range(opening, len(tokens)):
        if tokens[at] == ("sign", sign):
            return at + 1
    raise ValueError(f"{sign} is missing")


def _matchers(tokens: list[Token]) -> tuple[Matcher, ...]:
    parts = [token for token in tokens if token != ("sign", ",")]
    if len(parts) % 3:
        raise ValueError(f"can't read these conditions: {' '.join(text for _, text in tokens)}")
    return tuple(
        Matcher(label, operator, _unquoted(value))
        for (_, label), (_, operator), (_, value) in zip(
            parts[::3], parts[1::3], parts[2::3], strict=True
        )
    )


def _unquoted(text: str) -> str:
    if text[0] == "`":
        return text[1:-1]
    return ESCAPE.sub(lambda match: "\n" if match[1] == "n" else match[1], text[1:-1])
