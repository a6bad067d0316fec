"""Whatever stands in a stack file, the answer is settings or readable lines, never a traceback."""

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settings import Settings
from tests.unit.settings.judge import accepted, judge, mistakes

# A path of kebab-case names, list places or quoted odd keys, then what is wrong.
LINE = re.compile(r"[^\n]+: [^\n]+")
CANARY = "hunter2-canary"

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["15s", "0s", "1w", "8GB", "0MiB", "127.0.0.1", "local", "/var/log/x"]),
)


def names(model: Any = Settings) -> set[str]:
    """Every setting's name, at any depth, in both spellings."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        found |= {name, field.alias or name}
        if hasattr(field.annotation, "model_fields"):
            found |= names(field.annotation)
    return found


keys = st.one_of(st.sampled_from(sorted(names())), st.text(max_size=12))
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)
# A section that is left out by default can't be wrong in one setting alone: some are required.
whole = Settings().model_dump(mode="json", by_alias=True, exclude={"gateway"})
few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def readable(judged: Settings | list[str]) -> bool:
    """Whether it is settings, or printable lines that each say where and what."""
    if isinstance(judged, Settings):
        return True
    return bool(judged) and all(
        LINE.fullmatch(line) and line.isprintable() and "pydantic" not in line for line in judged
    )


@st.composite
def mutations(draw: st.DrawFn) -> dict[str, Any]:
    """A valid stack with a few settings replaced, added or removed at random places."""
    config: dict[str, Any] = json.loads(json.dumps(whole))
    for _ in range(draw(st.integers(1, 4))):
        place = config
        section = draw(st.sampled_from([None, *sorted(config)]))
        if section is not None and isinstance(config[section], dict):
            place = config[section]
        key = draw(st.one_of(st.sampled_from(sorted(place)), keys)) if place else draw(keys)
        if draw(st.booleans()):
            place[key] = draw(trees)
        else:
            place.pop(key, None)
        if not config:
            break
    return config


@few
@given(trees)
def test_any_object(config: object) -> None:
    """Any JSON loads or is explained."""
    assert readable(judge(json.dumps(config)))


@few
@given(mutations())
def test_nearly_right_object(config: object) -> None:
    """What is wrong in an otherwise right stack is explained too."""
    assert readable(judge(json.dumps(config)))


@few
@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """Even text that is no JSON is explained."""
    assert readable(judge(text))


def _leaves(tree: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every setting that is no section."""
    return [
        leaf
        for key, value in tree.items()
        for leaf in (_leaves(value, (*path, key)) if isinstance(value, dict) else [(*path, key)])
    ]


def nested(path: tuple[str, ...], value: object) -> object:
    """An object that holds nothing but this setting."""
    for key in reversed(path):
        value = {key: value}
    return value


@pytest.mark.parametrize("path", _leaves(whole), ids=".".join)
@pytest.mark.parametrize("value", [{"a": CANARY}, 0.5, [[CANARY]]], ids=["object", "half", "list"])
def test_wrong_type_names_its_setting(path: tuple[str, ...], value: object) -> None:
    """Whichever setting has a value of a wrong type, its line has its path and not the value."""
    told = mistakes(nested(path, value))

    # Below it where it is a list, or a section that by default isn't there.
    assert {path} == {tuple(line.split(":")[0].split(".")[: len(path)]) for line in told}
    assert CANARY not in "".join(told)


@pytest.mark.parametrize("path", _leaves(whole), ids=".".join)
def test_no_value_is_repeated(path: tuple[str, ...]) -> None:
    """A secret that was put in the wrong place doesn't end in a log."""
    told = mistakes(nested(path, f"{CANARY} \0"))

    assert [".".join(path)] == [line.split(":")[0] for line in told]
    assert CANARY not in told[0]


@few
@given(st.sets(st.sampled_from(_leaves(whole))))
def test_what_loads_loads_again(removed: set[tuple[str, ...]]) -> None:
    """Any setting may be left out, and settings written out again are the same settings."""
    config = json.loads(json.dumps(whole))
    for *parents, last in removed - {("grafana", "admin-password", "secret")}:
        place = config
        for parent in parents:
            place = place[parent]
        del place[last]
    loaded = accepted(config)

    assert loaded == judge(loaded.model_dump_json(by_alias=True))
