"""The settings reference is complete and is what its models say today."""

import re

import pytest
import yaml

from settings import STACK_SECRET, reference
from tests.unit.settings.judge import accepted
from toolchain.cache import CHECKOUT

ROW = re.compile(r"^\| `([a-z.-]+)` \| ([a-z ]+) \| (.+?) \| (.*?) \| (.+) \|$", re.MULTILINE)
WRITTEN = {row[0]: row[1:] for row in ROW.findall(reference.reference())}
LEFT_OUT = tuple(f"{path}." for path, row in WRITTEN.items() if row[1] == "not set")
ROWS = {path: row for path, row in WRITTEN.items() if not path.startswith(LEFT_OUT)}


def test_page_is_not_stale() -> None:
    """`make docs` would write what is committed."""
    assert reference.reference() == (CHECKOUT / "docs" / "settings.md").read_text()


def test_every_setting_has_a_row() -> None:
    """No model is left out, at any depth, and each row has its description."""
    paths = {path for path, *_ in reference._leaves(accepted({}))}

    assert paths == set(ROWS)
    assert all("None" not in row[-1] for row in ROWS.values())


@pytest.mark.parametrize("path", [path for path, row in ROWS.items() if row[1] != "not set"])
def test_default_can_be_copied(path: str) -> None:
    """A default that is copied from the page into a stack file loads and changes nothing."""
    text = f"{ROWS[path][1].strip('`')}"
    # A pattern's asterisk would be an alias in YAML, so lists are quoted as a user would do.
    entries = [entry for entry in text.strip("[]").split(", ") if entry]
    value = entries if text.startswith("[") else yaml.safe_load(text)
    config: object = value
    for key in reversed(path.split(".")):
        config = {key: config}

    assert accepted({}) == accepted(config)


@pytest.mark.parametrize(
    ("path", "kind", "default", "allowed"),
    [
        ("loki.retention", "duration", "`14d`", "1h to 10000d"),
        ("prometheus.memory", "size", "`512MiB`", "at least 128MiB"),
        ("grafana.port", "whole number", "`3000`", "at least 0; at most 65535"),
        ("node-exporter.enabled", "true or false", "`true`", ""),
        ("images.source", "choice", "`upstream`", "`upstream` or `local`"),
        ("host-name", "text", "not set", "a name of letters, digits, `.`, `-`, `_`"),
    ],
)
def test_row_says_what_is_enforced(path: str, kind: str, default: str, allowed: str) -> None:
    """Type, default and bounds come from the model, in words."""
    assert (kind, default, allowed) == ROWS[path][:3]


def test_section_that_may_be_left_out_has_rows() -> None:
    """What is in it is documented though by default nothing is."""
    assert ("text", "required", "like https://logs.example/path") == WRITTEN[
        "grafana.oidc.auth-url"
    ][:3]
    assert "grafana.oidc.client-secret.secret" in WRITTEN
    page = reference.reference()

    assert ("text", "required", "an address without a path") == WRITTEN["gateway.address"][:3]
    assert ("object", "not set", "") == WRITTEN["gateway.tls.own-ca"][:3]
    assert "| `gateway.tls.given.key.secret` | text | required |" in page
    assert "| `gateway.log-push.hosts.NAME.password.secret` | text | required |" in page


def test_secrets_are_listed() -> None:
    """Every config key that holds a secret has a line, our own one too."""
    listed = re.findall(r"^- `observability:([a-z-]+)`: .+\.$", reference.reference(), re.MULTILINE)

    assert ["grafana-admin-password", STACK_SECRET] == listed
