"""Objects of a Proxmox Backup Server: the real engine against a simulated server.

The simulated one answers as a real one did (tests/contract/test_pbs_simulator.py).
"""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from simulator.pbs.site import SimulatedPbs
from simulator.pbs.store import Snapshot
from tests.e2e.site import Site, clone

PROGRAM = "tests/e2e/pbs_program"
Objects = dict[str, dict[str, Any]]
MAIN: Objects = {
    "datastore": {"name": "main", "path": "/srv/main", "gc_schedule": "daily"},
    "namespace": {"store": "main", "ns": "prod/web"},
    "prune": {
        "id": "keep",
        "store": "main",
        "schedule": "03:00",
        "keep_daily": 7,
        "keep_weekly": 4,
        "keep_monthly": 3,
        "comment": "kept",
    },
    "verify": {"id": "weekly", "store": "main", "schedule": "sun 04:00", "outdated_after": 30},
}


@dataclass
class Backups(Site):
    """A stack of the small program, and the server that it is about."""

    pbs: SimulatedPbs = field(default_factory=SimulatedPbs)

    def pulumi(self, *arguments: str, status: int = 0) -> str:
        """Plain `pulumi` on the small program."""
        phrase = "PULUMI_CONFIG_PASSPHRASE=of a test"
        inner = ("pulumi", "--cwd", PROGRAM, *arguments, "--stack", self.stack, "--non-interactive")
        return self.run("./toolchain/run", "--only-python", "env", phrase, *inner, status=status)

    def up(self, objects: Objects, *more: str, status: int = 0) -> str:
        """`pulumi up` of these objects."""
        self.pulumi("config", "set", "--path", "objects", json.dumps(objects))
        return self.pulumi("up", "--yes", "--skip-preview", *more, status=status)

    def live(self, file: str) -> dict[str, dict[str, Any]]:
        """The server's sections of one file."""
        return self.pbs.server.files[file].sections

    def writes(self) -> list[tuple[str, str]]:
        """What has been asked for but reading, since the last time this was called."""
        found = [request for request in self.pbs.api.requests if request[0] != "GET"]
        self.pbs.api.requests.clear()
        return found


@pytest.fixture
def backups(tmp_path: Path) -> Iterator[Backups]:
    """A server of its own, and a stack that is empty yet."""
    with SimulatedPbs() as pbs:
        made = Backups(
            stack=f"test-{secrets.token_hex(3)}", folder=tmp_path / "clone", data=tmp_path, pbs=pbs
        )
        clone(made.folder)
        made.pulumi("stack", "init")
        settings = {"pbs": {"endpoint": pbs.url, "ca": pbs.ca, "token": {"secret": "pbs-token"}}}
        made.pulumi("config", "set", "observability:stack", json.dumps(settings))
        made.pulumi("config", "set", "--secret", "observability:pbs-token", pbs.token)
        yield made
        made.pulumi("destroy", "--yes", "--skip-preview")


def test_is_made_read_back_changed_and_kept(backups: Backups) -> None:
    """From nothing; again: no change; by hand: put back; a dropped field: unset."""
    backups.up(MAIN)
    made = backups.live("prune")["keep"]
    spaces = backups.pbs.server.disks["/srv/main"].namespaces
    backups.writes()
    backups.up(MAIN, "--expect-no-changes")
    unchanged = backups.writes()
    backups.live("prune")["keep"]["schedule"] = "05:00"
    del backups.live("verification")["weekly"]
    by_hand = backups.pulumi("preview", "--diff")
    backups.up(MAIN)
    put_back = backups.live("prune")["keep"]["schedule"], "weekly" in backups.live("verification")
    less = {name: dict(given) for name, given in MAIN.items()}
    del less["prune"]["keep_monthly"], less["prune"]["comment"]
    backups.up(less)

    assert {"id": "keep", "store": "main", "schedule": "03:00"}.items() <= made.items()
    assert spaces == {"", "prod", "prod/web"}
    assert unchanged == []
    assert '"05:00" => "03:00"' in by_hand
    assert put_back == ("03:00", True)
    assert {"keep-monthly", "comment"}.isdisjoint(backups.live("prune")["keep"])
    assert backups.live("prune")["keep"]["keep-daily"] == 7


def test_data_outlive_their_datastore(backups: Backups) -> None:
    """Out of the program: out of the config, its backups where they were; in again: found."""
    only = {name: MAIN[name] for name in ("datastore", "namespace")}
    backups.up(only)
    store = backups.pbs.server.disks["/srv/main"]
    store.snapshots.append(Snapshot(kind="vm", id="100", time=int(time.time()), ns="prod/web"))
    backups.up({})
    forgotten = "main" not in backups.live("datastore")
    kept = list(store.snapshots)
    backups.up(only)

    assert forgotten
    assert [one.id for one in kept] == ["100"]
    assert backups.pbs.server.disks["/srv/main"].snapshots == kept
    assert "main" in backups.live("datastore")


def test_somebody_elses_is_told_and_taken_over_when_asked(backups: Backups) -> None:
    """A job of the same name that differs stops the preview; an equal one, and `adopt`, don't."""
    theirs = {"id": "keep", "store": "main", "schedule": "01:00", "keep-last": 3}
    backups.live("prune")["keep"] = dict(theirs)
    objects = {name: MAIN[name] for name in ("datastore", "prune")}
    refused = backups.up(objects, status=1)
    untouched = dict(backups.live("prune")["keep"])
    adopted = {**objects, "prune": {**objects["prune"], "adopt": True}}
    backups.up(adopted)

    assert "prune job keep is there already" in refused
    assert "keep-last is 3 there and not set here" in refused
    assert untouched == theirs
    assert "keep-last" not in backups.live("prune")["keep"]
    assert backups.live("prune")["keep"]["keep-daily"] == 7


def test_weak_token_is_no_empty_server(backups: Backups) -> None:
    """A token that sees nothing stops the run: nothing is taken for gone and made again."""
    backups.up(MAIN)
    access = backups.pbs.server.access
    entries = dict(access.acl.sections)
    access.acl.sections.clear()
    backups.writes()
    said = backups.up(MAIN, status=1)
    written = backups.writes()
    access.acl.sections.update(entries)

    assert "lacks the right to see what is there (pbs.token)" in said
    assert written == []


def test_secret_is_nowhere_in_the_state(backups: Backups) -> None:
    """Nor in what was printed."""
    backups.up(MAIN)

    secret = backups.pbs.token.partition("=")[2]
    assert secret not in backups.pulumi("stack", "export")
    assert not [text for text in backups.output if secret in text]
