"""A small Proxmox VE site in this process: two nodes, three guests, two tokens."""

import hashlib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from fakepve import FakePve

from proxmox.connection import Token
from proxmox.rights import AUDIT, GUESTS
from tests.e2e.eventually import eventually

AUDITOR = "obs@pve!audit=11111111-2222-3333-4444-555555555555"
PROGRAM = "obs@pve!program=66666666-7777-8888-9999-000000000000"
# The listening socket, and the one by which the loop is woken.
ITS_OWN = 2


@contextmanager
def furnished(fake: FakePve) -> Iterator[FakePve]:
    """The site with guests, and with rights as they should be; ends when all have hung up."""
    fake.add_vm(101, "web", node="pve1", status="running", config={"tags": "a;b", "onboot": 1})
    fake.add_ct(200, "prober", node="pve2", status="stopped")
    fake.add_vm(100, "template", node="pve2", template=True)
    for text in (AUDITOR, PROGRAM):
        token = Token.parse(text)
        fake.apitokens[token.id] = token.secret
    fake.grant(Token.parse(AUDITOR).id, "/", *AUDIT)
    fake.grant(Token.parse(PROGRAM).id, "/", *GUESTS.needed(9))
    yield fake
    # A connection that the fake hasn't seen end would be left open by its stop.
    open_ones = fake.runner.server._loop._selector.get_map()
    eventually(lambda: len(open_ones) <= ITS_OWN, deadline=10)


def fingerprint_of(pem: str) -> str:
    """SHA-256 of a certificate."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
