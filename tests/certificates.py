"""Authorities and certificates for servers of the tests' own."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from components import x509
from simulator.pve import certificate

BEFORE, AFTER = timedelta(hours=1), timedelta(days=30)


@dataclass(frozen=True)
class Authority:
    """Certificate and key, in PEM."""

    certificate: str
    key: str

    @classmethod
    def of(cls, name: str) -> Self:
        """The same key for the same name."""
        now = datetime.now(UTC)
        pair = x509.authority(
            seed=name.encode(), common_name=name, since=now - BEFORE, until=now + AFTER
        )
        return cls(*pair)

    def issue(self, *hosts: str) -> tuple[str, str]:
        """A server's certificate and its key; a new one each time."""
        now = datetime.now(UTC)
        pair = (self.certificate, self.key)
        return certificate.issue(pair, hosts=hosts, since=now - BEFORE, until=now + AFTER)

    def server_context(self, folder: Path, *hosts: str) -> ssl.SSLContext:
        """What a server in this process speaks TLS with."""
        made, key = self.issue(*hosts)
        (folder / "server.pem").write_text(made + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem")
        return context
