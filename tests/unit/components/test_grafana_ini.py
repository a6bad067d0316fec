"""What grafana.ini says of logins."""

from configparser import ConfigParser
from typing import Any

import pytest

from components import grafana
from components.grafana_oidc import role_expression
from settings.grafana import OidcRoles
from tests.certificates import Authority
from tests.unit.settings.judge import accepted
from tests.unit.settings.test_grafana import oidc

ABSENT = "type(groups) != 'null' && 'Viewer'"
ADMINS = "contains([groups][], 'a b') && 'Admin'"
EDITORS = "contains([groups][], 'c') && 'Editor'"


def ini(settings: dict[str, Any], external_url: str | None = None) -> ConfigParser:
    config = ConfigParser(interpolation=None)
    files = grafana.render(accepted({"grafana": settings}).grafana, external_url=external_url)
    config.read_string(files["grafana.ini"])
    return config


def test_nobody_is_anonymous() -> None:
    """Said, and not left to a default: neither for Grafana nor for single dashboards."""
    config = ini({})

    assert "false" == config["auth.anonymous"]["enabled"]
    assert "false" == config["public_dashboards"]["enabled"]
    assert "false" == config["users"]["allow_sign_up"]
    assert "Viewer" == config["users"]["auto_assign_org_role"]


@pytest.mark.parametrize(
    ("url", "secure"),
    [(None, "false"), ("http://mon.lan/", "false"), ("https://mon.example/", "true")],
)
def test_cookie_fits_the_external_address(url: str | None, secure: str) -> None:
    """A browser keeps a secure cookie to https alone, and brings it back from an issuer."""
    config = ini({}, url)

    assert url == config["server"].get("root_url")
    assert secure == config["security"]["cookie_secure"]
    assert "lax" == config["security"]["cookie_samesite"]


def test_oidc_is_off_unless_set() -> None:
    """Without it there is no section of it, and the login form is on."""
    config = ini({})

    assert "auth.generic_oauth" not in config
    assert "false" == config["auth"]["disable_login_form"]


def test_oidc() -> None:
    """With PKCE, the secret by its file, and nobody made administrator of the server."""
    settings = oidc(allowed_domains=["example.org", "example.net"], auto_sign_in=True)

    config = ini(settings | {"login-form": False})

    section = config["auth.generic_oauth"]
    assert "true" == section["use_pkce"] == section["auto_login"] == section["allow_sign_up"]
    assert "$__file{/etc/observability/oidc-client-secret}" == section["client_secret"]
    assert "false" == section["allow_assign_grafana_admin"] == section["role_attribute_strict"]
    assert "example.org example.net" == section["allowed_domains"]
    assert "openid profile email" == section["scopes"]
    assert "true" == config["auth"]["disable_login_form"]


def test_issuer_with_an_authority_of_its_own() -> None:
    """Grafana is told of a file, which comes with its settings; without `ca` there is none."""
    pem = Authority.of("issuer").certificate
    settings = accepted({"grafana": oidc(ca=pem)}).grafana

    files = grafana.render(settings)

    named = ini(oidc(ca=pem))["auth.generic_oauth"]["tls_client_ca"]
    assert pem == files[named.removeprefix("/etc/observability/")]
    assert "tls_client_ca" not in ini(oidc())["auth.generic_oauth"]
    assert {"grafana.ini", "start.sh"} == set(grafana.render(accepted({}).grafana))


def test_refusing_others_is_strict() -> None:
    """Grafana lets nobody in then who has no role."""
    config = ini(oidc(roles={"others": "refuse", "editor": ["ops"]}))

    section = config["auth.generic_oauth"]
    assert "true" == section["role_attribute_strict"]
    assert "contains([groups][], 'ops') && 'Editor'" == section["role_attribute_path"]


@pytest.mark.parametrize(
    ("roles", "expression"),
    [
        ({}, ABSENT),
        (
            {"editor": ("c",), "admin": ("a b",)},
            f"{ADMINS} || {EDITORS} || {ABSENT}",
        ),
        (
            {"claim": "realm.roles", "viewer": ("staff",), "others": "refuse"},
            "contains([realm.roles][], 'staff') && 'Viewer'",
        ),
    ],
)
def test_role_expression(roles: dict[str, Any], expression: str) -> None:
    """The highest role comes first; the end-to-end tests show what Grafana makes of it."""
    assert expression == role_expression(OidcRoles(**roles))
