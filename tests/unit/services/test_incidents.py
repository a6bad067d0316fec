"""Troubles begin, end by themselves at the latest, and are cleaned up."""

import asyncio
from pathlib import Path

import pytest

from services.demo import disk, incidents
from services.demo.disk import Disk, Usage
from services.demo.incident import carry_out, parse
from services.demo.incidents import Incident, Incidents
from tests.unit.services.fakes import FakeRedis
from tests.unit.services.fakes import incidents as seen

REDIS = ["--redis", "redis://x", "--redis-password-file", "x"]


def test_every_incident_expires() -> None:
    """Nothing stays broken for longer than an hour."""
    redis = FakeRedis()

    for incident in Incident:
        asyncio.run(incidents.start(redis.client, incident))

    assert {f"demo:incident:{incident}": 3600 for incident in Incident} == redis.keys


def test_command_starts_lists_and_stops(capsys: pytest.CaptureFixture[str]) -> None:
    """What is on is printed each time."""
    redis = FakeRedis()

    for action in (["start", "errors", "--seconds", "60"], ["list"], ["stop"]):
        asyncio.run(carry_out(parse([*action, *REDIS]), redis.client))

    assert "errors: 60 s left\nerrors: 60 s left\nall is calm\n" == capsys.readouterr().out


def test_unknown_incident_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped name starts nothing."""
    with pytest.raises(SystemExit):
        parse(["start", "error", *REDIS])

    assert "error" in capsys.readouterr().err


def test_services_forget_incidents_without_redis() -> None:
    """A service that can't see the state isn't broken on purpose."""
    redis = FakeRedis()
    known = seen(redis, Incident.ERRORS)

    async def fail(_: str) -> int:
        raise ConnectionError

    redis.ttl = fail  # type: ignore[method-assign, assignment]
    with pytest.raises(ConnectionError):
        asyncio.run(known.watch())

    assert not known.on(Incident.ERRORS)


def test_disk_fills_and_is_emptied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real bytes up to over 95 %, then none."""
    redis, size = FakeRedis(), 100_000
    full = Disk(tmp_path, seen(redis, Incident.FULL_DISK))

    def usage(folder: Path) -> Usage:
        return Usage(size=size, free=size - sum(p.stat().st_size for p in folder.iterdir()))

    monkeypatch.setattr(disk.Usage, "of", usage)
    for _ in range(30):
        full.step()
    used = size - usage(tmp_path).free
    Disk(tmp_path, Incidents(redis.client)).step()

    assert 0.95 * size < used < size
    assert [] == list(tmp_path.iterdir())
