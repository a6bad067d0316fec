"""The people and programs of the test stack, and how they come to Grafana."""

import base64
import http.client
import json
import ssl
import subprocess
from contextlib import closing
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from tests.e2e.issuer import CLIENT_ID, Issuer
from tests.e2e.site import Site

OIDC_SECRET = "oidc-client-secret"  # noqa: S105 (the name of a secret)
ROLES = {"vera": "viewer", "eddie": "editor", "ada": "admin"}


def settings(issuer: Issuer) -> dict[str, Any]:
    """What stands below `grafana` for them."""
    address = f"https://{docker_host_address()}:{issuer.port}"
    return {
        "users": {
            name: {"email": f"{name}@example.org", "role": role, "password": {"secret": f"{name}s"}}
            for name, role in ROLES.items()
        },
        "service-accounts": {"reader": {}, "writer": {"role": "editor"}, "idle": {"token": False}},
        "oidc": {
            "auth-url": f"{address}/authorize",
            "token-url": f"{address}/token",
            "api-url": f"{address}/userinfo",
            "ca": issuer.ca,
            "client-id": CLIENT_ID,
            "client-secret": {"secret": OIDC_SECRET},
            "allowed-domains": ["example.org"],
            "roles": {"claim": "realm.groups", "admin": ["root"], "editor": ["/obs/operators"]},
        },
    }


def set_secrets(site: Site, issuer: Issuer) -> None:
    """What `make up` can't make by itself."""
    values = {f"{name}s": password(site, name) for name in ROLES}
    for name, value in (values | {OIDC_SECRET: issuer.client_secret}).items():
        site.pulumi("config", "set", "--secret", f"observability:{name}", value)


def password(site: Site, name: str) -> str:
    """A user's password at the first `up`."""
    return f"password-of-{name}-on-{site.stack}"


def docker_host_address() -> str:
    """The Docker host as every container with a way out finds it."""
    listing = ["docker", "network", "inspect", "bridge", "-f", "{{(index .IPAM.Config 0).Gateway}}"]
    return subprocess.run(listing, capture_output=True, text=True, check=True).stdout.strip()


def tokens(site: Site) -> dict[str, str]:
    """The tokens of the service accounts, kept out of what is searched for secrets."""
    shown = site.pulumi("stack", "output", "--json", "--show-secrets", "service-account-tokens")
    site.output.remove(shown)
    found: dict[str, str] = json.loads(shown[shown.index("{") :])
    return found


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back, but for its cookies."""

    status: int
    location: str
    body: bytes


def connection_to(url: str) -> http.client.HTTPConnection:
    """Any certificate will do: what Grafana makes of the issuer's is what is tested."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        context = ssl._create_unverified_context()  # noqa: S323 (see above)
        return http.client.HTTPSConnection(parts.netloc, timeout=20, context=context)
    return http.client.HTTPConnection(parts.netloc, timeout=20)


@dataclass
class Browser:
    """Keeps cookies, follows no redirect by itself; `authorization` is sent if there is one."""

    url: str
    authorization: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, body: object = None, url: str = "") -> Answer:
        """A GET, or a POST where there is a body."""
        headers = {"Content-Type": "application/json"}
        if self.authorization:
            headers["Authorization"] = self.authorization
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        content = None if body is None else json.dumps(body)
        with closing(connection_to(url or self.url)) as connection:
            connection.request("GET" if body is None else "POST", path, content, headers)
            answer = connection.getresponse()
            text = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            for name, morsel in SimpleCookie(cookie).items():
                self.cookies[name] = morsel.value
        return Answer(status=answer.status, location=answer.headers.get("Location", ""), body=text)

    def status(self, path: str, body: object = None) -> int:
        """Just the status of the answer."""
        return self.ask(path, body).status

    def json(self, path: str) -> Any:
        """The answer's content."""
        return json.loads(self.ask(path).body)

    def step(self, path: str, url: str = "") -> str:
        """Where the answer sends the browser to."""
        return self.ask(path, url=url).location

    def sign_in(self) -> str:
        """Log in by OIDC, as a browser is led; the page that it ends on."""
        to_issuer = urlsplit(self.step("/login/generic_oauth"))
        with_code = urlsplit(
            self.step(f"{to_issuer.path}?{to_issuer.query}", url=to_issuer.geturl())
        )
        # Grafana doesn't know on which port it is published here: without a gateway, it takes
        # itself to be on localhost:3000.
        return self.step(f"{with_code.path}?{with_code.query}")


def basic(name: str, password: str) -> str:
    """The header of a login with a password."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
