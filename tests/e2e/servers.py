"""What exporters measure: a real PostgreSQL, a real Redis, and servers of the tests' own."""

import secrets
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.e2e.eventually import eventually
from toolchain import images

ADMIN = "of-the-admin"
POSTGRESQL = (
    "initdb --pgdata /tmp/data --auth-host scram-sha-256 --auth-local trust > /dev/null && "
    "echo 'host all all all scram-sha-256' >> /tmp/data/pg_hba.conf && "
    "exec postgres -D /tmp/data -c listen_addresses='*' -c unix_socket_directories=/tmp "
    "-c password_encryption=scram-sha-256"
)


class Page(BaseHTTPRequestHandler):
    """Says that all is well, whatever is asked."""

    def do_GET(self) -> None:
        body = b"all is well"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: the output is the tests'."""


@dataclass(frozen=True, kw_only=True)
class Servers:
    """All of them; containers `db` and `cache` on a network, whose gateway the others listen on."""

    network: str
    gateway: str
    http: int
    tls: int
    certificate: str
    expiry: float

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> Iterator[Self]:
        """Start them, and end them afterwards."""
        network = f"test-servers-{secrets.token_hex(3)}"
        _docker("network", "create", network)
        with ExitStack() as ends:
            ends.callback(_docker, "network", "rm", network)
            gateway = _docker(
                "network", "inspect", network, "--format", "{{(index .IPAM.Config 0).Gateway}}"
            ).strip()
            for name, command in (
                (
                    "db",
                    [
                        "--user",
                        "postgres",
                        "--entrypoint",
                        "sh",
                        _image("postgresql"),
                        "-c",
                        POSTGRESQL,
                    ],
                ),
                ("cache", [_image("redis"), "redis-server", "--requirepass", ADMIN]),
            ):
                names = ("--network-alias", name, "--network-alias", f"{name}-again")
                _docker(
                    "run",
                    "--detach",
                    "--network",
                    network,
                    *names,
                    "--name",
                    f"{network}-{name}",
                    *command,
                )
                ends.callback(_docker, "rm", "--force", "--volumes", f"{network}-{name}")
            certificate, expiry = _certificate(folder)
            servers = cls(
                network=network,
                gateway=gateway,
                http=ends.enter_context(_serving(gateway)),
                tls=ends.enter_context(_serving(gateway, folder)),
                certificate=certificate,
                expiry=expiry,
            )
            eventually(lambda: servers.psql("SELECT 1"), deadline=30)
            eventually(lambda: "PONG" in servers.redis("PING"), deadline=30)
            yield servers

    def psql(self, statements: str) -> str:
        """What the superuser's statements give."""
        command = ("psql", "-h", "/tmp", "-d", "postgres", "-Atq", "-v", "ON_ERROR_STOP=1")  # noqa: S108 (in a container)
        return _docker("exec", "-i", f"{self.network}-db", *command, given=statements)

    def psql_as(self, user: str, password: str, statement: str) -> str:
        """What a user's statement gives, over TCP, or the error."""
        environment = ("--env", f"PGPASSWORD={password}")
        command = ("psql", "-h", "127.0.0.1", "-U", user, "-d", "postgres", "-Atc", statement)
        return _docker("exec", *environment, f"{self.network}-db", *command, check=False)

    def redis(self, *command: str) -> str:
        """What the administrator's command gives."""
        return self.redis_as("default", ADMIN, *command)

    def redis_as(self, user: str, password: str, *command: str) -> str:
        """What a user's command gives, or the error."""
        login = ("redis-cli", "--no-auth-warning", "--user", user, "--pass", password)
        return _docker("exec", f"{self.network}-cache", *login, *command, check=False)


def _docker(*arguments: str, given: str | None = None, check: bool = True) -> str:
    done = subprocess.run(
        ["docker", *arguments], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 or not check, f"docker {arguments[0]}: {done.stderr}"
    return done.stdout + done.stderr


def _image(service: str) -> str:
    return images.references(images.decide_source())[service]


def _certificate(folder: Path) -> tuple[str, float]:
    """A certificate of its own authority for web.test, and its end as a Unix time."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "30", "-subj", "/CN=web.test"),
            *("-addext", "subjectAltName=DNS:web.test"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")),
        ],
        capture_output=True,
        check=True,
    )
    end = subprocess.run(
        ["openssl", "x509", "-enddate", "-noout", "-in", str(folder / "certificate.pem")],
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    expiry = ssl.cert_time_to_seconds(end.strip().removeprefix("notAfter="))
    return (folder / "certificate.pem").read_text(), float(expiry)


@contextmanager
def _serving(address: str, folder: Path | None = None) -> Iterator[int]:
    """The page on a free port, over TLS with the certificate in `folder` where there is one."""
    server = ThreadingHTTPServer((address, 0), Page)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    if folder:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
