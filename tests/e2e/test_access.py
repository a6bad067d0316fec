"""Who gets into Grafana, by which way, and what they may do there; leaves the stack as it is."""

import json
from typing import Any

import pytest

from tests.e2e.issuer import Issuer
from tests.e2e.people import ROLES, Browser, basic, password, tokens
from tests.e2e.site import Site

FOLDER = {"title": "made by a test"}
FORBIDDEN = 403
REFUSED = 401
WELCOME = "/"


def person(site: Site, name: str) -> Browser:
    """A user's client, with the password from the stack file."""
    return Browser(site.grafana_url, basic(name, password(site, name)))


def role_of(client: Browser) -> str:
    (membership,) = client.json("/api/user/orgs")
    return str(membership["role"])


def came(site: Site, issuer: Issuer, **claims: Any) -> tuple[Browser, str]:
    """A browser after a login by OIDC with these claims, and the page that it is on."""
    issuer.user = {"sub": claims["email"], "preferred_username": claims["email"], **claims}
    browser = Browser(site.grafana_url)
    return browser, browser.sign_in()


@pytest.mark.parametrize("path", ["/api/search", "/api/org", "/api/dashboards/home"])
def test_nobody_gets_in_without_a_login(site: Site, path: str) -> None:
    """Anonymous access is off."""
    assert REFUSED == Browser(site.grafana_url).status(path)


@pytest.mark.parametrize("name", ROLES)
def test_users_have_their_roles(site: Site, name: str) -> None:
    """Each logs in with their password, through the login form as well."""
    client = person(site, name)
    form = {"user": name, "password": password(site, name)}

    assert ROLES[name].title() == role_of(client)
    assert 200 == Browser(site.grafana_url).status("/login", form)
    assert REFUSED == Browser(site.grafana_url).status("/login", form | {"password": "wrong"})


def test_users_can_do_no_more(site: Site) -> None:
    """A viewer makes no folder, an editor sees no users, an administrator isn't the server's."""
    assert FORBIDDEN == person(site, "vera").status("/api/folders", FOLDER)
    assert FORBIDDEN == person(site, "eddie").status("/api/org/users")
    assert FORBIDDEN == person(site, "ada").status("/api/admin/settings")
    assert 200 == person(site, "ada").status("/api/org/users")


def test_service_accounts_have_their_roles(site: Site) -> None:
    """A token opens Grafana with its account's role; an account without one has no token."""
    keys = tokens(site)
    reader, writer = (Browser(site.grafana_url, f"Bearer {keys[n]}") for n in ("reader", "writer"))

    assert {"reader", "writer"} == set(keys)
    assert 200 == reader.status("/api/search")
    assert FORBIDDEN == reader.status("/api/folders", FOLDER)
    made = writer.ask("/api/folders", FOLDER)
    assert 200 == made.status
    site.grafana(f"/api/folders/{json.loads(made.body)['uid']}", method="DELETE")


def test_tokens_are_not_in_plain_text(site: Site) -> None:
    """They are secrets in the state, as all passwords are."""
    state = site.pulumi("stack", "export")

    for token in tokens(site).values():
        assert len(token) > 20
        assert token not in state


def test_login_by_oidc(site: Site, issuer: Issuer) -> None:
    """Code, state and PKCE as they should be; the user is made with the lowest role."""
    browser, page = came(site, issuer, email="new@example.org")

    assert WELCOME == page
    assert "S256" == issuer.asked["code_challenge_method"]
    assert "openid profile email" == issuer.asked["scope"]
    assert issuer.asked["redirect_uri"].endswith("/login/generic_oauth")
    assert "new@example.org" == browser.json("/api/user")["login"]
    assert "Viewer" == role_of(browser)


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["staff", "/obs/operators"], "Editor"),
        (["root", "/obs/operators"], "Admin"),
        ("root", "Admin"),
        (["rootless"], "Viewer"),
        ("rootless", "Viewer"),
        ([], "Viewer"),
    ],
)
def test_groups_give_the_role(site: Site, issuer: Issuer, groups: object, role: str) -> None:
    """At each login anew: who has left a group loses its role."""
    browser, _ = came(site, issuer, email="ann@example.org", realm={"groups": groups})

    assert role == role_of(browser)


def test_another_domain_is_refused(site: Site, issuer: Issuer) -> None:
    """The issuer knows people who have no business here."""
    browser, page = came(site, issuer, email="ann@elsewhere.example")

    assert WELCOME != page
    assert REFUSED == browser.status("/api/search")


def test_code_of_another_browser_is_refused(site: Site, issuer: Issuer) -> None:
    """A code that comes without the state and the verifier that it was asked with is no login."""
    issuer.user = {"sub": "1", "email": "ann@example.org"}
    victim, thief = Browser(site.grafana_url), Browser(site.grafana_url)
    to_issuer = victim.step("/login/generic_oauth")
    asked = to_issuer.partition("?")[2]
    with_code = victim.step(f"/authorize?{asked}", url=to_issuer)
    thief.step("/login/generic_oauth")

    page = thief.step(f"/login/generic_oauth?{with_code.partition('?')[2]}")

    assert WELCOME != page
    assert REFUSED == thief.status("/api/search")
