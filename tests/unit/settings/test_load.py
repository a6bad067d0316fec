"""`Settings.load` and `read_secrets`, as Pulumi runs them."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks
from pulumi.runtime.config import set_all_config

from settings import Settings, read_secrets

KEY = "observability:stack"
PASSWORD = "observability:grafana-admin-password"  # noqa: S105 (a name)
VALUE = "s3cret-value"


class NoResources(mocks.Mocks):
    """These tests register nothing."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        raise AssertionError(args.name)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(args.token)


@pytest.fixture(autouse=True)
def _stack() -> Iterator[None]:
    mocks.set_mocks(NoResources(), project="observability", stack="homelab")
    yield
    set_all_config({}, [])


def refusal_of_load() -> list[str]:
    with pytest.raises(pulumi.RunError) as caught:
        Settings.load()
    return [line.strip() for line in str(caught.value).splitlines()]


def refusal_of_secrets(*names: str) -> list[str]:
    with pytest.raises(pulumi.RunError) as caught:
        read_secrets(names)
    return [line.strip() for line in str(caught.value).splitlines()]


def test_load() -> None:
    """The object of the stack file becomes the settings."""
    set_all_config({KEY: json.dumps({"loki": {"retention": "7d"}})}, [])

    assert "7d" == Settings.load().loki.retention


def test_missing_object() -> None:
    """A stack file without our object is told apart from a wrong one."""
    set_all_config({}, [])

    assert ["Pulumi.homelab.yaml has no `observability:stack` object"] == refusal_of_load()


def test_secret_object() -> None:
    """An encrypted value inside the object is refused, valid or not, and not shown."""
    set_all_config({KEY: json.dumps({"host-name": VALUE})}, [KEY])

    (told,) = refusal_of_load()

    assert told.startswith("Pulumi.homelab.yaml: observability:stack must hold no secret; ")
    assert VALUE not in told


def test_mistakes_are_lines_below_the_file() -> None:
    """The file is named once, then each setting; no value is repeated."""
    set_all_config({KEY: json.dumps({"grafana": {"port": VALUE}, "lokki": VALUE})}, [])

    assert [
        "Pulumi.homelab.yaml is not valid:",
        "grafana.port: input should be a valid integer",
        "lokki: unknown setting; did you mean loki?",
    ] == refusal_of_load()


@pytest.mark.parametrize("key", ["docker_host", "node_exporter"])
def test_python_spelling_is_refused(key: str) -> None:
    """`make` reads the file by kebab-case names alone, so no other spelling may pass here."""
    set_all_config({KEY: json.dumps({key: {}})}, [])

    _, told = refusal_of_load()

    assert f"{key}: unknown setting; did you mean {key.replace('_', '-')}?" == told


def test_text_instead_of_an_object() -> None:
    """`observability:stack: later` is explained."""
    set_all_config({KEY: "later"}, [])

    assert ["stack: must be an object of settings"] == refusal_of_load()[1:]


def test_secrets_are_secret_outputs() -> None:
    """What is read stays marked as a secret, whatever is made of it."""

    async def read() -> tuple[bool, str | None]:
        output = read_secrets(["grafana-admin-password"])["grafana-admin-password"]
        return await output.is_secret(), await output.future()

    set_all_config({PASSWORD: VALUE}, [PASSWORD])

    assert (True, VALUE) == asyncio.run(read())


@pytest.mark.parametrize(
    ("value", "secret", "problem"),
    [
        (None, False, "missing; {} asks for it"),
        ("", True, "missing; {} asks for it"),
        (VALUE, False, "stands in the stack file in plain text; {} encrypts it"),
        ("hunter2", True, "has fewer than 8 characters; {} sets another"),
        (f"{VALUE}\n", True, "begins or ends with a blank, which servers cut off; {} sets another"),
        (f" {VALUE}", True, "begins or ends with a blank, which servers cut off; {} sets another"),
    ],
)
def test_wrong_secret(value: str | None, secret: bool, problem: str) -> None:
    """A secret that isn't right is one line with the command that mends it, without its value."""
    set_all_config({} if value is None else {PASSWORD: value}, [PASSWORD] if secret else [])
    command = f"`pulumi config set --secret --stack homelab {PASSWORD}`"

    assert [
        "secrets are not right:",
        f"{PASSWORD}: {problem.format(command)}",
    ] == refusal_of_secrets("grafana-admin-password")


def test_short_secret_isnt_shown() -> None:
    """Even one that is refused may be in use elsewhere."""
    set_all_config({PASSWORD: "hunter2"}, [PASSWORD])

    assert "hunter2" not in " ".join(refusal_of_secrets("grafana-admin-password"))


def test_shortest_secret() -> None:
    """Eight characters are enough."""

    async def read() -> str | None:
        return await read_secrets(["grafana-admin-password"])["grafana-admin-password"].future()

    set_all_config({PASSWORD: "12345678"}, [PASSWORD])

    assert "12345678" == asyncio.run(read())


def test_every_missing_secret_has_its_line() -> None:
    """All of them are told at once, in the order in which they were asked for."""
    set_all_config({}, [])

    told = refusal_of_secrets("one", "two")

    assert ["observability:one", "observability:two"] == [line.split(": ")[0] for line in told[1:]]
