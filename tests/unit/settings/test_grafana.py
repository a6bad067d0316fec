"""Mistakes in users, OIDC and service accounts are a line each."""

from typing import Any

import pytest

from tests.certificates import Authority
from tests.unit.settings.judge import accepted, mistakes

ANN = {"email": "ann@example.org", "password": {"secret": "ann"}}
OIDC = {
    "auth-url": "https://sso.example/auth",
    "token-url": "https://sso.example/token",
    "api-url": "https://sso.example/userinfo",
    "client-id": "grafana",
    "client-secret": {"secret": "oidc"},
}
NAME = "must be a name of small letters, digits, `.`, `-`, `_`"
VALUE = "must be letters, digits, blanks, `.`, `-`, `_`, `:`, `/`, `@`, `=`, `,`, `+`"
CERTIFICATES = "must be certificates in PEM, from -----BEGIN CERTIFICATE----- on"
NOBODY = "refuses everybody: no group has a role"


def users(**changes: object) -> dict[str, Any]:
    return {"users": {"ann": ANN | changes}}


def oidc(**changes: object) -> dict[str, Any]:
    return {"oidc": OIDC | {name.replace("_", "-"): value for name, value in changes.items()}}


@pytest.mark.parametrize(
    ("grafana", "line"),
    [
        (users(email="ann"), "users.ann.email: must be an e-mail address in small letters"),
        (users(role="owner"), "users.ann.role: input should be 'viewer', 'editor' or 'admin'"),
        (users(password="hunter2"), "users.ann.password: input should be an object"),  # noqa: S106
        (users(name="Ann"), "users.ann.name: unknown setting; known here: email, role, password"),
        ({"users": {"Ann": ANN}}, f"users.Ann: {NAME}"),
        ({"users": {"ann": {}}}, "users.ann.email: field required"),
        ({"users": {"admin": ANN}}, "users.admin: is the administrator, who is there already"),
        (
            {"users": {"ann": ANN, "bob": ANN | {"password": {"secret": "bob"}}}},
            "users.bob.email: is also users.ann.email: give each its own",
        ),
        (
            {"users": {"ann": ANN, "bob": ANN | {"email": "bob@example.org"}}},
            "users.bob.password.secret: is also users.ann.password.secret: give each its own",
        ),
        (
            users(password={"secret": "grafana-admin-password"}),
            "users.ann.password.secret: is also admin-password.secret: give each its own",
        ),
        (
            users(password={"secret": "stack-secret"}),
            "users.ann.password.secret: is a key with another meaning",
        ),
        ({"login-form": False}, "login-form: can be off only with oidc: nobody could log in"),
        (oidc(client_secret="hunter2"), "oidc.client-secret: input should be an object"),  # noqa: S106
        (oidc(token_url="sso"), "oidc.token-url: must be like https://logs.example/path"),  # noqa: S106
        (oidc(issuer="https://sso"), "oidc.issuer: unknown setting; known here: name, auth-url"),
        (oidc(roles={"admin": ["it's"]}), f"oidc.roles.admin.0: {VALUE}"),
        (oidc(roles={"admin": ["$__env{HOME}"]}), f"oidc.roles.admin.0: {VALUE}"),
        (
            oidc(roles={"claim": "a || b"}),
            "oidc.roles.claim: must be like groups or resource.roles",
        ),
        (oidc(ca="a.pem"), f"oidc.ca: {CERTIFICATES}"),
        (
            oidc(ca=Authority.of("a").certificate, api_url="http://sso.example/userinfo"),
            "oidc.ca: needs a token-url and an api-url with https",
        ),
        (oidc(roles={"others": "refuse"}), f"oidc.roles.others: {NOBODY}"),
        (
            oidc(roles={"viewer": ["staff"]}),
            "oidc.roles.viewer: changes nothing unless others is refuse",
        ),
        (
            {"service-accounts": {"a": {"key-version": 0}}},
            "service-accounts.a.key-version: input should be greater than or equal to 1",
        ),
        ({"service-accounts": {"a b": {}}}, f"service-accounts.a b: {NAME}"),
    ],
)
def test_mistake(grafana: object, line: str) -> None:
    """The line names the setting and keeps its value to itself."""
    told = mistakes({"grafana": grafana})[0]

    assert told.startswith(f"grafana.{line}")
    assert "hunter2" not in told


@pytest.mark.parametrize(
    "grafana",
    [
        users(),
        oidc() | {"login-form": False},
        oidc(roles={"others": "refuse", "viewer": ["/home/family members"]}),
        oidc(roles={"claim": "realm_access.roles", "admin": ["cn=root,ou=it"]}),
        {"service-accounts": {"reader": {}}},
    ],
)
def test_right(grafana: object) -> None:
    """What the documentation shows is accepted."""
    assert accepted({"grafana": grafana})


def test_nobody_is_more_than_a_viewer_unless_told() -> None:
    """Least privilege is what is not said."""
    grafana = accepted({"grafana": users() | oidc() | {"service-accounts": {"reader": {}}}}).grafana

    assert grafana.oidc
    assert "viewer" == grafana.users["ann"].role == grafana.oidc.roles.others
    assert "viewer" == grafana.service_accounts["reader"].role
