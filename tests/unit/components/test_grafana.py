"""Grafana's own key: one for each stack, known to nobody else."""

import dataclasses

import pulumi

from components.grafana import Grafana, GrafanaArgs
from settings import Settings
from tests.unit.components.recorder import Recorder, deploy
from tests.unit.components.samples import PASSWORD, place

KEY_PATH = "/etc/observability/secret-key"
STACK_SECRET = "what the stack alone knows"  # noqa: S105 (it guards nothing)


def made(stack_secret: str) -> Recorder:
    """Grafana in a stack with this secret."""
    return deploy(
        lambda: Grafana(
            "grafana",
            GrafanaArgs(
                place=dataclasses.replace(place(), digest_key=pulumi.Output.secret(stack_secret)),
                settings=Settings().grafana,
                secrets={"grafana-admin-password": pulumi.Output.secret(PASSWORD)},
                port=3000,
                docker_host="unix:///var/run/docker.sock",
            ),
        )
    )


def key(seen: Recorder) -> str:
    """What the file that grafana.ini names holds."""
    uploads = seen.inputs("Container", "grafana-config-holder")["uploads"]
    (content,) = (upload["content"] for upload in uploads if upload["file"] == KEY_PATH)
    return str(content)


def test_key_lasts_as_long_as_the_stacks_secret() -> None:
    """With another key, Grafana couldn't read what it has encrypted."""
    first, second = made(STACK_SECRET), made(STACK_SECRET)

    assert key(first) == key(second)
    assert len(key(first)) >= 32


def test_another_stack_has_another_key() -> None:
    """One stack's key opens nothing of another's."""
    assert key(made(STACK_SECRET)) != key(made(f"{STACK_SECRET}!"))


def test_key_is_a_secret() -> None:
    """It reaches the engine in the upload only, as a secret; what it is made from doesn't."""
    seen = made(STACK_SECRET)

    assert {"grafana-config-holder"} == {
        resource.name for resource in seen.resources if key(seen) in str(resource.inputs)
    }
    assert seen.holds_secret("grafana-config-holder", "uploads")
    assert STACK_SECRET not in str([resource.inputs for resource in seen.resources])
