"""The simulated server inside a process, for tests."""

import secrets
import ssl
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from components import x509
from simulator.pbs.app import Api
from simulator.pbs.server import Server
from simulator.pve import certificate

HOST = "127.0.0.1"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class SimulatedPbs:
    """A PBS API on a free port of the loopback address, while the context lasts.

    Its certificate comes from an authority of its own, and its state is `server`.
    """

    url: str
    """https://127.0.0.1:port"""
    fingerprint: str
    """SHA-256 of the server's certificate, as 64 hexadecimal digits."""
    ca: str
    """The authority's certificate, in PEM."""
    token: str
    """`user@realm!name=uuid` with the role Admin on /, its user's too."""
    audit_token: str
    """The same with the role Audit on / and RemoteAudit on /remote."""

    def __init__(self, server: Server | None = None) -> None:
        self.server = server or Server()
        self.api = Api(self.server)
        self.token = self._login("program@pbs!pulumi", {"/": "Admin"})
        self.audit_token = self._login("audit@pbs!watch", {"/": "Audit", "/remote": "RemoteAudit"})

    def _login(self, tokenid: str, roles: dict[str, str]) -> str:
        access, user = self.server.access, tokenid.partition("!")[0]
        access.users.sections.setdefault("root@pam", {"userid": "root@pam"})
        access.add_user(user)
        secret = access.add_token(tokenid)
        for path, role in roles.items():
            access.grant(path, role, user)
            access.grant(path, role, tokenid)
        return f"{tokenid}={secret}"

    def __enter__(self) -> Self:
        now = datetime.now(UTC)
        term = {"since": now - HOUR, "until": now + DAY}
        authority = x509.authority(seed=secrets.token_bytes(), common_name="simulated PBS", **term)
        own, key = certificate.issue(authority, hosts=(HOST, "localhost"), **term)
        self.ca, self.fingerprint = authority[0], certificate.fingerprint(own)
        self._listener = ThreadingHTTPServer((HOST, 0), _handler(self.api))
        self._listener.daemon_threads = True
        self._listener.socket = _with_tls(own, key).wrap_socket(
            self._listener.socket, server_side=True, do_handshake_on_connect=False
        )
        self.url = f"https://{HOST}:{self._listener.server_port}"
        self._thread = threading.Thread(target=self._listener.serve_forever, name="simulated PBS")
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


def _with_tls(certificate_pem: str, key_pem: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "server.pem")
        path.touch(mode=0o600)
        path.write_text(certificate_pem + key_pem)
        context.load_cert_chain(path)
    return context


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    """A request handler whose requests this API answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = api.answer(self.command, path, query, body, headers)
            time.sleep(reply.seconds)
            self.send_response(reply.status)
            if reply.content_type:
                self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 (looked for by name)

        def log_message(self, *_: object) -> None:
            """Nothing: queries may hold secrets."""

    return Handler
