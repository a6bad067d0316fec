"""Login by an OpenID Connect issuer, as grafana.ini has it."""

from collections.abc import Mapping

from components.service import CONFIG_PATH
from settings.grafana import Oidc, OidcRoles

SECRET_FILE = "oidc-client-secret"  # noqa: S105 (the name of a file)
CA_FILE = "oidc-ca.pem"


def render(oidc: Oidc) -> Mapping[str, str]:
    """The section `auth.generic_oauth`."""
    authority = {"tls_client_ca": f"{CONFIG_PATH}/{CA_FILE}"} if oidc.ca else {}
    return {
        **authority,
        "enabled": "true",
        "name": oidc.name,
        "auth_url": oidc.auth_url,
        "token_url": oidc.token_url,
        "api_url": oidc.api_url,
        "client_id": oidc.client_id,
        "client_secret": f"$__file{{{CONFIG_PATH}/{SECRET_FILE}}}",
        "scopes": " ".join(oidc.scopes),
        "use_pkce": "true",
        "login_attribute_path": "preferred_username",
        "allowed_domains": " ".join(oidc.allowed_domains),
        "allow_sign_up": "true",
        "allow_assign_grafana_admin": "false",
        "auto_login": _boolean(oidc.auto_sign_in),
        "role_attribute_path": role_expression(oidc.roles),
        "role_attribute_strict": _boolean(oidc.roles.others == "refuse"),
    }


def role_expression(roles: OidcRoles) -> str:
    """The role as JMESPath; no role at all where the claim isn't there.

    Grafana asks it of the ID token and then of the issuer's answer, until one gives a role: a
    default for a missing claim would keep it from looking into the second.
    """
    values = {"Admin": roles.admin, "Editor": roles.editor, "Viewer": roles.viewer}
    # In a list, a single text is a value like those of a list, and not searched for parts.
    cases = [
        f"contains([{roles.claim}][], '{value}') && '{role}'"
        for role, wanted in values.items()
        for value in wanted
    ]
    if roles.others == "viewer":
        # By name, because Grafana 10.0 leaves a user with no role the one of the last login.
        cases.append(f"type({roles.claim}) != 'null' && 'Viewer'")
    return " || ".join(cases)


def _boolean(value: bool) -> str:
    return str(value).lower()
