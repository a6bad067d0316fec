"""The simulated server's state, and what every handler needs of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.pbs.access import Access
from simulator.pbs.errors import bad, forbidden
from simulator.pbs.kinds import DATASTORE, SECTIONS, Kind
from simulator.pbs.sections import ConfigFile, Section
from simulator.pbs.store import Store
from simulator.pbs.tasks import Task, Tasks


@dataclass
class Request:
    """Who asks for what: the values are typed, by the rules of the path's schema."""

    auth_id: str
    values: dict[str, Any]
    template: str


@dataclass
class Answer:
    """The data of an answer, and what stands beside them."""

    data: Any = None
    beside: dict[str, Any] = field(default_factory=dict)


@dataclass
class Server:
    """All that the server remembers. `now` gives Unix time, which tests may set."""

    now: Callable[[], float] = time.time
    create_seconds: float = 0
    """How long it takes to create a datastore; 2 to 3 s on the real one."""
    files: dict[str, ConfigFile] = field(
        default_factory=lambda: (
            {kind.file: ConfigFile() for kind in SECTIONS} | {"notifications": ConfigFile()}
        )
    )
    access: Access = field(default_factory=Access)
    disks: dict[str, Store] = field(default_factory=dict)
    """Data by path, whether a datastore is configured for it or not."""
    last_runs: dict[tuple[str, str], Task] = field(default_factory=dict)
    """The last task of each job, by its kind and id."""
    others: "dict[str, Server]" = field(default_factory=dict)
    """Other simulated servers by host name, for sync jobs."""
    tasks: Tasks = field(init=False)

    def __post_init__(self) -> None:
        self.tasks = Tasks(self.now)

    def sections(self, kind: Kind) -> dict[str, Section]:
        return self.files[kind.file].sections

    def may(self, request: Request, path: str, right: str) -> bool:
        return right in self.access.privileges(request.auth_id, path)

    def need(self, request: Request, path: str, *rights: str) -> None:
        """Refuse as the router does, unless one of the rights is there."""
        if not any(self.may(request, path, right) for right in rights):
            raise forbidden()

    def store(self, name: str) -> Store:
        """A datastore's data; refused where it is in maintenance or isn't there."""
        section = self.sections(DATASTORE).get(name)
        if section is None:
            raise DATASTORE.absent(name)
        return self.disks[section["path"]]

    def writable(self, name: str) -> Store:
        """The same, for a change."""
        store = self.store(name)
        mode, _, message = self.sections(DATASTORE)[name].get("maintenance-mode", "").partition(",")
        if mode:
            said = message.removeprefix("message=")
            raise bad(f"datastore '{name}' is unavailable: {mode} maintenance mode: {said}")
        return store
