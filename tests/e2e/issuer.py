"""A small OpenID Connect issuer: authorization code with PKCE, and what it says of its users.

It signs nothing: Grafana asks `/userinfo` with the access token, and gets no ID token here.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.certificates import Authority

CLIENT_ID = "grafana"
Claims = dict[str, Any]


@dataclass
class Grant:
    """What a code stands for until it is redeemed."""

    claims: Claims
    challenge: str
    redirect_uri: str


@dataclass
class Issuer:
    """Whoever comes is logged in as `user`."""

    port: int = 0
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    user: Claims = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    """The last request for a code."""
    ca: str = ""
    """The authority that its certificate is from, in PEM."""
    codes: dict[str, Grant] = field(default_factory=dict)
    tokens: dict[str, Claims] = field(default_factory=dict)

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes with its code."""
        self.asked = asked
        code = secrets.token_urlsafe(16)
        self.codes[code] = Grant(self.user, asked["code_challenge"], asked["redirect_uri"])
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def redeem(self, client: tuple[str, str], form: dict[str, str]) -> str | None:
        """An access token for a code; None where anything isn't as it was when it was given."""
        grant = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = (
            grant
            and client == (CLIENT_ID, self.client_secret)
            and challenge == grant.challenge
            and form.get("redirect_uri") == grant.redirect_uri
        )
        if not grant or not right:
            return None
        token = secrets.token_urlsafe(16)
        self.tokens[token] = grant.claims
        return token


class Handler(BaseHTTPRequestHandler):
    """The three endpoints."""

    issuer: Issuer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/authorize":
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.send_response(302)
            self.send_header("Location", self.issuer.authorize(asked))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if address.path == "/userinfo" and token in self.issuer.tokens:
            self._answer(200, self.issuer.tokens[token])
        else:
            self._answer(401, {"error": "invalid_token"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        token = self.issuer.redeem(self._client(form), form)
        if token:
            self._answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 60})
        else:
            self._answer(400, {"error": "invalid_grant"})

    def _client(self, form: dict[str, str]) -> tuple[str, str]:
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
            return name, secret
        return form.get("client_id", ""), form.get("client_secret", "")

    def _answer(self, status: int, content: Claims) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A test's output is no access log."""


@contextmanager
def running(folder: Path, address: str) -> Iterator[Issuer]:
    """An issuer on a free port of every address, since containers have to reach it.

    Its certificate is for `address` and from an authority that nobody else knows.
    """
    authority = Authority.of("issuer")
    issuer = Issuer(ca=authority.certificate)
    handler = type("BoundHandler", (Handler,), {"issuer": issuer})
    with ThreadingHTTPServer(("0.0.0.0", 0), handler) as server:  # noqa: S104 (see above)
        context = authority.server_context(folder, address)
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        issuer.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
