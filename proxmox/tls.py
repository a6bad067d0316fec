"""Whose certificate is trusted, and which one a server shows."""

import hashlib
import socket
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter

CONNECT_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """An API's address, and what its certificate is checked against.

    With neither `fingerprint` nor `ca`, the machine's usual authorities are trusted.
    """

    url: str
    """`https://host:port`."""
    fingerprint: str | None = None
    """SHA-256 of the certificate in 64 small hexadecimal digits."""
    ca: str | None = None
    """The certificate's authorities in PEM."""

    @property
    def host(self) -> str:
        """Name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """Port of the API."""
        return urlsplit(self.url).port or 443


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The certificate that a server shows to everybody who asks."""

    fingerprint: str
    """Its SHA-256, written as Proxmox does: 32 pairs of digits with `:`."""
    trusted: bool
    """Whether one of the machine's usual authorities vouches for it and for the name."""


def shown_by(server: Server) -> Shown:
    """Look at the certificate without sending anything; an OSError where there is none to see."""
    found = hashlib.sha256(_handshake(server, _unchecked())).hexdigest()
    try:
        _handshake(server, _checked(None))
    except ssl.SSLCertVerificationError:
        return Shown(fingerprint=readable(found), trusted=False)
    return Shown(fingerprint=readable(found), trusted=True)


def readable(fingerprint: str) -> str:
    """64 digits as Proxmox writes them: `AB:CD:…`."""
    return (
        fingerprint.upper() if ":" in fingerprint else bytes.fromhex(fingerprint).hex(":").upper()
    )


def can_be_read(ca: str) -> bool:
    """Whether a PEM text holds certificates, and not just something of that form."""
    try:
        _checked(ca)
    except ssl.SSLError:
        return False
    return True


class Adapter(HTTPAdapter):
    """Connects only to the server whose certificate is the right one: nothing is sent before."""

    def __init__(self, server: Server) -> None:
        self._context = _unchecked() if server.fingerprint else _checked(server.ca)
        self._fingerprint = server.fingerprint
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pool with our own trust."""
        options |= {"ssl_context": self._context, "assert_fingerprint": self._fingerprint}
        super().init_poolmanager(*arguments, **options)

    def cert_verify(self, *_: Any) -> None:
        """Leave the context as it is: requests would add authorities that it brings along."""


def _unchecked() -> ssl.SSLContext:
    """Accepts any certificate: for one that is only looked at, or compared by fingerprint."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _checked(ca: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ca)
    # A certificate that isn't an authority's own is trusted as it stands.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    # Python 3.13 refuses certificates without an authority key identifier, as older ones are.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _handshake(server: Server, context: ssl.SSLContext) -> bytes:
    """The certificate in DER, as it was shown in a handshake that the context accepts."""
    address = (server.host, server.port)
    with (
        socket.create_connection(address, timeout=CONNECT_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=server.host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""
