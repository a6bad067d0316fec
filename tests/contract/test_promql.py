"""Our reading of PromQL, on which the contract tests rely."""

import pytest

from operate.record import line
from tests.contract.promql import Matcher, Selector, selectors
from tests.contract.recordings import labels


@pytest.mark.parametrize(
    ("expr", "names"),
    [
        ("up", ["up"]),
        ("vector(1)", []),
        ("1 - a / (b > 0)", ["a", "b"]),
        ("sum by (job, host) (rate(a_total[5m]))", ["a_total"]),
        ("sum(a) by (job)", ["a"]),
        ("a and on (job) b unless ignoring(host) c or d", ["a", "b", "c", "d"]),
        ("a / on (host) group_left (name) b", ["a", "b"]),
        ("a / on (host) group_left b", ["a", "b"]),
        ("last_over_time(up[1h] offset 5m) > bool 0.5e3", ["up"]),
        (
            "instance:cpu_util:ratio_rate5m > 0.80 # by hand: other",
            ["instance:cpu_util:ratio_rate5m"],
        ),
        ("max_over_time(rate(a[5m])[1h:1m] @ end())", ["a"]),
        ("histogram_quantile(0.9, sum without (le) (b_bucket)) == Inf", ["b_bucket"]),
    ],
)
def test_names(expr: str, names: list[str]) -> None:
    """Metrics are told from functions, operators, labels in lists, durations and comments."""
    assert names == [selector.name for selector in selectors(expr)]


def test_matchers() -> None:
    """All four operators, both kinds of quotes, brackets and commas within a string."""
    expr = """m{a="x,}", b!='y', c=~"p|q(r)?", d!~"\\\\d+",}"""
    expected = (
        Matcher("a", "=", "x,}"),
        Matcher("b", "!=", "y"),
        Matcher("c", "=~", "p|q(r)?"),
        Matcher("d", "!~", "\\d+"),
    )

    assert [Selector("m", expected)] == selectors(expr)


@pytest.mark.parametrize("expr", ['m{a="x"', "m{a=}", "m[5m", 'm{a="x}', "m ; n"])
def test_what_cant_be_read_is_an_error(expr: str) -> None:
    """Nothing is passed over in silence."""
    with pytest.raises(ValueError, match=r"can't read|is missing"):
        selectors(expr)


@pytest.mark.parametrize(
    ("condition", "accepted"),
    [
        ('job="node"', True),
        ('job="nod"', False),
        ('job=~"nod"', False),
        ('job=~"nod.*"', True),
        ('job!="node"', False),
        ('job!~"x|y"', True),
        ('gone=""', True),
        ('gone=~".+"', False),
        ('job="$job"', True),
        ('gone="$gone"', False),
    ],
)
def test_acceptance(condition: str, accepted: bool) -> None:
    """As Prometheus does it; a variable stands for any value but none."""
    (selector,) = selectors(f"up{{{condition}}}")

    assert accepted is selector.accepts({"__name__": "up", "job": "node"})
    assert not selector.accepts({"__name__": "down", "job": "node"})


def test_what_is_recorded_is_read_back() -> None:
    """Quotes, backslashes and line breaks in a value survive; only the machine's name doesn't."""
    series = {"__name__": "m", "job": "node", "path": 'a "b"\\c\nd', "host": "secret"}

    assert series | {"host": "host"} == labels(line(series))
