"""Users and service accounts as they are registered."""

from typing import Any

import pulumi

from components.grafana_access import GrafanaAccess, GrafanaAccessArgs
from tests.unit.components.recorder import Recorder, deploy
from tests.unit.components.samples import PASSWORD
from tests.unit.settings.judge import accepted
from tests.unit.settings.test_grafana import users

ROLE = "grafana-access-user-ann-role"


def made(settings: dict[str, Any]) -> Recorder:
    return deploy(
        lambda: GrafanaAccess(
            "grafana-access",
            GrafanaAccessArgs(
                settings=accepted({"grafana": settings}).grafana,
                secrets={"ann": pulumi.Output.secret(PASSWORD)},
                url="http://127.0.0.1:3000",
            ),
        )
    )


def test_nobody_by_default() -> None:
    """Only the administrator is there, whom Grafana makes."""
    seen = made({})

    assert {} == seen.all("User") | seen.all("ServiceAccount") | seen.all("ServiceAccountToken")


def test_user_has_a_role() -> None:
    """The role is of that user, in Grafana's spelling."""
    seen = made(users(role="editor"))

    user = seen.inputs("User", "grafana-access-user-ann")
    role = seen.inputs("GrafanaRole", ROLE)
    assert ("ann", "ann", "ann@example.org") == (user["login"], user["name"], user["email"])
    assert ("grafana-access-user-ann-id", "Editor") == (role["user_id"], role["role"])
    assert "isAdmin" not in user


def test_password_is_a_secret() -> None:
    """It reaches the user alone, and the dynamic provider's inputs have none."""
    seen = made(users())

    assert {"grafana-access-user-ann"} == {
        r.name for r in seen.resources if PASSWORD in str(r.inputs)
    }
    assert seen.holds_secret("grafana-access-user-ann", "password")


def test_another_key_version_is_another_token() -> None:
    """A token of a new name is made before the old one goes; the account stays."""
    names = [
        made({"service-accounts": {"reader": {"key-version": version}}}).inputs(
            "ServiceAccountToken", "grafana-access-account-reader-token"
        )["name"]
        for version in (1, 2)
    ]

    assert ["reader-1", "reader-2"] == names


def test_account_without_a_token() -> None:
    """It is there for tokens that somebody makes in Grafana."""
    seen = made({"service-accounts": {"idle": {"token": False, "role": "editor"}}})

    account = seen.inputs("ServiceAccount", "grafana-access-account-idle")
    assert ("idle", "Editor") == (account["name"], account["role"])
    assert {} == seen.all("ServiceAccountToken")
