"""What is committed as an example or as a default is valid."""

from pathlib import Path

import pytest
import yaml

from settings import STACK_SECRET, Settings
from tests.unit.settings.judge import accepted
from toolchain.cache import CHECKOUT

EXAMPLES = sorted([*(CHECKOUT / "stacks").glob("*.yaml"), *CHECKOUT.glob("Pulumi.homelab.yaml")])


def test_defaults_are_valid() -> None:
    """An empty object is a whole site: validators hold for the defaults too."""
    settings = accepted({})

    assert Settings() == settings
    assert settings.host_name is None
    assert "grafana-admin-password" == settings.grafana.admin_password.secret


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_committed_stack_is_valid(file: Path) -> None:
    """Whoever copies an example gets a stack that loads, with nothing but our own keys."""
    config = yaml.safe_load(file.read_text())["config"]

    assert isinstance(accepted(config.pop("observability:stack")), Settings)
    assert all(key.startswith("observability:") for key in config)


def test_local_is_among_the_examples() -> None:
    """`make up` without STACK= needs stacks/local.yaml."""
    names = [file.name for file in EXAMPLES]

    assert "local.yaml" in names


def test_local_is_smaller_than_the_defaults() -> None:
    """The embedded stack shares a disk with its user, and every value of its file arrives."""
    content = yaml.safe_load((CHECKOUT / "stacks" / "local.yaml").read_text())
    local = accepted(content["config"]["observability:stack"])

    assert "local" == local.host_name
    assert ("15d", "4GiB", "8GiB") == (
        local.prometheus.retention,
        local.prometheus.retention_size,
        local.prometheus.volume_size,
    )
    assert "7d" == local.loki.retention
    assert local.prometheus.volume_size.bytes < Settings().prometheus.volume_size.bytes


def test_settings_dont_change() -> None:
    """What was validated stays valid: nobody can write into it."""
    with pytest.raises(ValueError, match="frozen"):
        Settings().grafana.port = 1


def test_generated_secret_isnt_a_default() -> None:
    """The stack's own secret is none that a setting names by itself."""
    assert STACK_SECRET != Settings().grafana.admin_password.secret
