"""Whether something listens at an address, as the server finds out before it takes it."""

import socket
from urllib.parse import urlsplit

SECONDS = 2.0


def reaches(url: str) -> bool:
    """Whether a TCP connection to the host and port of a URL comes about."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=SECONDS):
            return True
    except OSError:
        return False
