"""The backup server's settings: what is accepted, and what a mistake says."""

import pytest

from tests.unit.settings.judge import accepted, mistakes

RIGHT = {"endpoint": "https://pbs.example:8007", "token": {"secret": "pbs-token"}}
PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def test_server_needs_an_address_and_a_token() -> None:
    """The token is a secret that the stack then needs."""
    settings = accepted({"pbs": RIGHT})

    assert "pbs-token" in settings.secret_names
    assert mistakes({"pbs": {}}) == ["pbs.endpoint: field required", "pbs.token: field required"]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"endpoint": "http://pbs:8007"}, "pbs.endpoint: must be like"),
        ({"fingerprint": "ab"}, "pbs.fingerprint: must be a SHA-256 fingerprint"),
        ({"fingerprint": "ab" * 32, "ca": PEM}, "pbs.fingerprint: is there beside ca"),
        ({"tokn": "x"}, "pbs.tokn: "),
    ],
)
def test_mistake_is_one_line(changed: dict[str, str], line: str) -> None:
    """It names the setting."""
    (said,) = mistakes({"pbs": {**RIGHT, **changed}})

    assert said.startswith(line)
