"""The simulated site inside a process, for tests."""

import asyncio
import secrets
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from components import x509
from simulator.pve import certificate, names
from simulator.pve.fake import SimulatedSite

HOSTS = ("127.0.0.1", "localhost")
# Of the loop, in which closed connections are cleared away.
LAST_ROUNDS = 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class SimulatedPve:
    """A Proxmox VE API on a free port of the loopback address, while the context lasts.

    It runs in a thread of its own, and its certificate comes from an authority of its own.
    """

    url: str
    """https://127.0.0.1:port"""
    fingerprint: str
    """SHA-256 of the server's certificate, as 64 hexadecimal digits."""
    ca: str
    """The authority's certificate, in PEM."""
    token: str
    """`user@realm!name=uuid` with the role Administrator on /."""
    audit_token: str
    """The same with the role PVEAuditor."""
    fake: SimulatedSite

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated PVE")

    def __enter__(self) -> Self:
        now = datetime.now(UTC)
        term = {"since": now - HOUR, "until": now + DAY}
        authority = x509.authority(
            seed=secrets.token_bytes(), common_name=names.AUTHORITY_NAME, **term
        )
        own, key = certificate.issue(authority, hosts=HOSTS, **term)
        self.ca, self.fingerprint = authority[0], certificate.fingerprint(own)
        self.fake = SimulatedSite(host=HOSTS[0])
        self._thread.start()
        with tempfile.TemporaryDirectory() as folder:
            paths = Path(folder, "server.crt"), Path(folder, "server.key")
            for path, content in zip(paths, (own, key), strict=True):
                path.write_text(content)
            asyncio.run_coroutine_threadsafe(self.fake.start(*paths), self._loop).result()
        self.url = self.fake.url
        self.token, self.audit_token = self.fake.program, self.fake.audit
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self) -> None:
        """Without waiting for clients to say goodbye, which some never do."""
        for connection in list(self.fake.runner.server.connections):
            if connection.transport:
                connection.transport.abort()
        await self.fake.stop()
        for _ in range(LAST_ROUNDS):
            await asyncio.sleep(0)
