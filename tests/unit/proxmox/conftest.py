"""A Proxmox VE site in this process, and ways to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakepve import FakePve

from proxmox.connection import Connection, Token
from proxmox.pve import Pve
from proxmox.tls import Server
from tests.unit.proxmox.sites import AUDITOR, fingerprint_of, furnished


@pytest.fixture
def site(fakepve: FakePve) -> Iterator[FakePve]:
    """The site, with rights as they should be."""
    with furnished(fakepve) as site:
        yield site


@pytest.fixture
def ca(fakepve_cafile: str) -> str:
    """The site's certificate in PEM."""
    return Path(fakepve_cafile).read_text()


@pytest.fixture
def fingerprint(ca: str) -> str:
    """Its SHA-256."""
    return fingerprint_of(ca)


@pytest.fixture
def server(site: FakePve, fingerprint: str) -> Server:
    """The site as it is trusted by fingerprint."""
    return Server(url=site.url, fingerprint=fingerprint)


@pytest.fixture
def pve(server: Server) -> Iterator[Pve]:
    """The site as its auditor sees it."""
    with Connection(server, Token.parse(AUDITOR)) as connection:
        yield Pve(connection)
