"""Numbers as people read them, by the names that Grafana gives to units."""

from collections.abc import Callable

BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
DECIMAL = ("", "k", "M", "G", "T", "P", "E")
TIMES = ((86400 * 365.25, "years"), (86400, "days"), (3600, "hours"), (60, "min"), (1, "s"))


def show(value: float | None, unit: str, decimals: float | None = None) -> str:
    """The value with its unit, three digits or so; a unit that we don't know stands behind it."""
    if value is None:
        return "-"
    if unit in FORMATS:
        return FORMATS[unit](value, decimals)
    return f"{_digits(value, decimals)} {unit}"


def is_binary(unit: str) -> bool:
    """Whether people count this unit in powers of 1024."""
    return unit in ("bytes", "binBps")


def _digits(value: float, decimals: float | None) -> str:
    """A number without noise: as many decimals as are asked for, else about three digits."""
    if decimals is not None:
        return f"{value:,.{int(decimals)}f}"
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:.2f}" if size >= 0.01 else f"{value:.2g}"


def _scaled(base: int, prefixes: tuple[str, ...], suffix: str) -> Callable[..., str]:
    def format_(value: float, decimals: float | None) -> str:
        power = 0
        while abs(value) >= base and power < len(prefixes) - 1:
            value /= base
            power += 1
        return f"{_digits(value, decimals)} {prefixes[power]}{suffix}".strip()

    return format_


def _share(factor: float) -> Callable[..., str]:
    def format_(value: float, decimals: float | None) -> str:
        percent = value * factor
        return f"{percent:.{1 if decimals is None else int(decimals)}f}%"

    return format_


def _duration(value: float, decimals: float | None) -> str:
    for size, name in TIMES:
        if abs(value) >= size:
            return f"{_digits(value / size, decimals)} {name}"
    return "0 s" if value == 0 else f"{_digits(value * 1000, decimals)} ms"


FORMATS: dict[str, Callable[..., str]] = {
    "none": _digits,
    "short": _scaled(1000, DECIMAL, ""),
    "percentunit": _share(100),
    "percent": _share(1),
    "s": _duration,
    "bytes": _scaled(1024, BINARY, "B"),
    "binBps": _scaled(1024, BINARY, "B/s"),
    "bps": _scaled(1000, DECIMAL, "b/s"),
}
