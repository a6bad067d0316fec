"""Value types of the settings: each refuses a wrong value in words that don't repeat it.

A validator's docstring is what the settings reference says of the values that it allows.
"""

import re
from ipaddress import IPv4Address
from pathlib import PurePosixPath
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_SECONDS_OF_UNIT = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile("".join(rf"(?:([0-9]{{1,6}}){unit})?" for unit in _SECONDS_OF_UNIT))
_BYTES_OF_UNIT = {
    "MB": 1000**2, "GB": 1000**3, "TB": 1000**4,
    "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4,
}  # fmt: skip
# Six digits keep the biggest size below 2^63, which is as far as Docker and Prometheus count.
_SIZE = re.compile(rf"([0-9]{{1,6}})({'|'.join(_BYTES_OF_UNIT)})")


class _Quantity(str):
    """A text that stands for an amount, so that what is rendered is what the user wrote."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls.parse, core_schema.str_schema(strict=True)
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        raise NotImplementedError


class Duration(_Quantity):
    """A time span as Prometheus writes it: `15s`, `1h30m`, `90d`."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept whole weeks to seconds, biggest unit first; anything else is a ValueError."""
        if not text or not _DURATION.fullmatch(text):
            raise ValueError("must be a duration such as 15s, 10m, 12h or 90d")
        return cls(text)

    @property
    def seconds(self) -> int:
        """The span in seconds."""
        found = _DURATION.fullmatch(self)
        amounts = found.groups() if found else ()
        return sum(
            int(amount or 0) * seconds
            for amount, seconds in zip(amounts, _SECONDS_OF_UNIT.values(), strict=True)
        )

    @property
    def in_go(self) -> str:
        """The span as Go's parser reads it, which knows neither days nor weeks."""
        for unit in ("h", "m"):
            if self.seconds % _SECONDS_OF_UNIT[unit] == 0:
                return f"{self.seconds // _SECONDS_OF_UNIT[unit]}{unit}"
        return f"{self.seconds}s"


class Size(_Quantity):
    """An amount of bytes: `512MiB` (powers of 1024) or `8GB` (powers of 1000)."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Accept a whole number with a unit; anything else is a ValueError."""
        if not _SIZE.fullmatch(text):
            raise ValueError("must be a size such as 512MiB or 8GB")
        return cls(text)

    @property
    def bytes(self) -> int:
        """The amount in bytes."""
        found = _SIZE.fullmatch(self)
        return int(found[1]) * _BYTES_OF_UNIT[found[2]] if found else 0

    @property
    def mib(self) -> int:
        """The amount in whole MiB, which is how Docker limits memory."""
        return self.bytes // 1024**2


def between(least: str, most: str) -> AfterValidator:
    """Bounds of a duration, both included."""
    low, high = Duration.parse(least), Duration.parse(most)

    def check(value: Duration) -> Duration:
        if not low.seconds <= value.seconds <= high.seconds:
            raise ValueError(f"must be between {low} and {high}")
        return value

    check.__doc__ = f"{low} to {high}"
    return AfterValidator(check)


def at_least(least: str) -> AfterValidator:
    """Lower bound of a size."""
    low = Size.parse(least)

    def check(value: Size) -> Size:
        if value.bytes < low.bytes:
            raise ValueError(f"must be at least {low}")
        return value

    check.__doc__ = f"at least {low}"
    return AfterValidator(check)


def not_empty(entries: tuple[Any, ...]) -> tuple[Any, ...]:
    """at least 1 entry"""
    if not entries:
        raise ValueError("must have at least 1 entry")
    return entries


def matching(pattern: str, words: str) -> AfterValidator:
    """A text that the whole of `pattern` fits; `words` say what is wrong with another one."""
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(f"must {words}")
        return text

    check.__doc__ = words.removeprefix("be ")
    return AfterValidator(check)


def _ipv4(text: str) -> str:
    """an IPv4 address"""
    try:
        return str(IPv4Address(text))
    except ValueError:
        raise ValueError("must be an IPv4 address such as 127.0.0.1") from None


def _absolute_path(text: str) -> str:
    """an absolute path"""
    path = PurePosixPath(text)
    plain = text.isprintable() and ":" not in text and ".." not in path.parts
    if not plain or not path.is_absolute() or str(path) != text:
        raise ValueError(
            "must be an absolute path in printable characters, without `..`, `:` or a slash at "
            "its end"
        )
    return text


def check_log_files(text: str) -> str:
    """a path or pattern under /var/log/"""
    inside = _absolute_path(text).startswith("/var/log/") and not re.search(r"[\s{}]", text)
    if not inside:
        raise ValueError("must be a path or pattern under /var/log/, without spaces or braces")
    return text


DockerHost = Annotated[
    str,
    matching(
        r"unix:///[!-~]+|ssh://([\w.-]+@)?[\w.-]+(:\d{1,5})?|tcp://[\w.-]+:\d{1,5}",
        "be like unix:///path, ssh://user@host or tcp://host:port",
    ),
]
AbsolutePath = Annotated[str, AfterValidator(_absolute_path)]
LogFiles = Annotated[str, AfterValidator(check_log_files)]
Address = Annotated[str, AfterValidator(_ipv4)]
FreeOrFixedPort = Annotated[int, Field(ge=0, le=65535)]
FixedPort = Annotated[int, Field(ge=1, le=65535)]
HostName = Annotated[
    str, matching(r"[A-Za-z0-9][\w.-]{0,62}", "be a name of letters, digits, `.`, `-`, `_`")
]
SecretName = Annotated[
    str,
    matching(r"[a-z][a-z0-9-]{0,62}", "be a key of small letters, digits and `-`"),
]
Certificate = Annotated[
    str,
    matching(
        r"(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n?)+",
        "be certificates in PEM, from -----BEGIN CERTIFICATE----- on",
    ),
]
DockerNetwork = Annotated[
    str, matching(r"[A-Za-z0-9][\w.-]{0,127}", "be the name of a Docker network")
]
LabelName = Annotated[
    str, matching(r"[a-zA-Z][a-zA-Z0-9_]{0,62}", "be letters, digits and `_`, a letter first")
]
LabelValue = Annotated[
    str, matching(r"[^\x00-\x1f]{1,128}", "be a text of 1 to 128 printable characters")
]
ServiceName = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9-]{0,31}", "be at most 32 small letters, digits and `-`, a letter first"
    ),
]
