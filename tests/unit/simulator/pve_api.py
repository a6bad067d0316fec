"""Asking the simulated site as its clients do."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from proxmoxer import ProxmoxAPI

from simulator.pve.site import SimulatedPve


def options(token: str, authority: str) -> dict[str, Any]:
    """What proxmoxer takes; the authority's certificate is in a file."""
    name, _, value = token.partition("=")
    user, _, short = name.partition("!")
    return {
        "user": user,
        "token_name": short,
        "token_value": value,
        "verify_ssl": authority,
        "timeout": 20,
    }


@contextmanager
def authority(pve: SimulatedPve) -> Iterator[str]:
    """The path of a file with the authority's certificate."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(pve.ca)
        file.flush()
        yield file.name


@contextmanager
def api(pve: SimulatedPve, token: str | None = None) -> Iterator[Any]:
    """A client that checks the certificate; the program's token without another."""
    with authority(pve) as file:
        given = options(token or pve.token, file)
        yield ProxmoxAPI(pve.url.removeprefix("https://"), **given)
