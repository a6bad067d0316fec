"""Durations and sizes: what is accepted, and that no rendering changes the amount."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings.types import Duration, Size

UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
BYTES = {"MB": 10**6, "GB": 10**9, "TB": 10**12, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}

amounts = st.dictionaries(st.sampled_from(list(UNITS)), st.integers(0, 999_999), min_size=1)


def in_order(amount: dict[str, int]) -> str:
    return "".join(f"{amount[unit]}{unit}" for unit in UNITS if unit in amount)


def go_seconds(text: str) -> int:
    """What Go's time.ParseDuration makes of hours, minutes and seconds."""
    parts = re.fullmatch(r"(\d+)([hms])", text)
    if parts is None:
        raise AssertionError(f"Go can't read {text}")
    return int(parts[1]) * UNITS[parts[2]]


@settings(max_examples=60)
@given(amounts)
def test_duration_counts_every_part(amount: dict[str, int]) -> None:
    """`seconds` is the sum of the parts, and the text stays what the user wrote."""
    text = in_order(amount)
    duration = Duration.parse(text)

    assert sum(UNITS[unit] * count for unit, count in amount.items()) == duration.seconds
    assert text == str(duration)


@settings(max_examples=60)
@given(amounts)
def test_duration_is_the_same_in_go(amount: dict[str, int]) -> None:
    """Loki and Alertmanager, which know no days, get the same span."""
    duration = Duration.parse(in_order(amount))

    assert duration.seconds == go_seconds(duration.in_go)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [("90d", "2160h"), ("1h30m", "90m"), ("1w", "168h"), ("61s", "61s"), ("120s", "2m")],
)
def test_duration_in_go(text: str, rendered: str) -> None:
    """The biggest unit of Go's that divides the span is used."""
    assert rendered == Duration.parse(text).in_go


@pytest.mark.parametrize(
    "text",
    ["", " ", "15", "15 s", "-15s", "1.5h", "15S", "15ms", "1y", "30m1h", "1h1h", "1234567s"],
)
def test_no_duration(text: str) -> None:
    """What Prometheus would read differently, or not at all, isn't accepted."""
    with pytest.raises(ValueError, match="must be a duration such as"):
        Duration.parse(text)


@pytest.mark.parametrize("text", ["15s\n", "\u0661\u0665s", "PT15S", "+1h"])
def test_no_duration_either(text: str) -> None:
    """Nothing around the amount, and digits of other scripts aren't digits here."""
    with pytest.raises(ValueError, match="must be a duration such as"):
        Duration.parse(text)


@settings(max_examples=60)
@given(st.integers(0, 999_999), st.sampled_from(list(BYTES)))
def test_size_counts_bytes(count: int, unit: str) -> None:
    """`bytes` is exact, `mib` is the whole MiB below, and all of it fits into 64 bits."""
    size = Size.parse(f"{count}{unit}")

    assert count * BYTES[unit] == size.bytes
    assert 0 <= size.bytes - size.mib * 2**20 < 2**20
    assert size.bytes < 2**63
    assert f"{count}{unit}" == str(size)


@settings(max_examples=60)
@given(st.integers(0, 999_999))
def test_size_in_mib_comes_back(count: int) -> None:
    """A limit in MiB reaches Docker as the number that was written."""
    assert count == Size.parse(f"{count}MiB").mib


@pytest.mark.parametrize(
    "text",
    ["", "512", "512mib", "512 MiB", "-1GB", "1.5GB", "8G", "8KB", "GB", "1234567GB", "8GB\n"],
)
def test_no_size(text: str) -> None:
    """A number without its unit, or with one that isn't listed, isn't accepted."""
    with pytest.raises(ValueError, match="must be a size such as"):
        Size.parse(text)
