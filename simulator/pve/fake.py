"""The simulated site: fakepve with what it lacks."""

from pathlib import Path
from typing import Any

from aiohttp import web
from fakepve import FakePve

from simulator.pve import inventory, state
from simulator.pve.access import new_rights
from simulator.pve.backup_jobs import BackupJobApi
from simulator.pve.cluster import ClusterApi
from simulator.pve.faults import FaultApi
from simulator.pve.groups import GroupApi
from simulator.pve.incidents import FILE, Incidents
from simulator.pve.names import AUDIT, PROGRAM, ROLES
from simulator.pve.rights import Entry
from simulator.pve.tokens import TokenApi, new_token


class SimulatedSite(
    FaultApi,
    TokenApi,
    GroupApi,
    BackupJobApi,
    ClusterApi,
    FakePve,  # type: ignore[misc]  # it has no types
):
    """A cluster of three nodes with a dozen guests. Tasks end before they are answered.

    `root@pam!…` tokens may do what root may, other than in PVE: fakepve asks for no rights there.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        program: str | None = None,
        audit: str | None = None,
        folder: Path | None = None,
    ) -> None:
        """Tokens are `user@realm!name=uuid`; without them, they are made up. What is changed is
        kept in the folder, and taken from there at the next start."""
        self.program = program or new_token(PROGRAM)
        self.audit = audit or new_token(AUDIT)
        self.rights = new_rights()
        self.jobs: dict[str, Any] = {}
        self._undo = {}
        self._state = folder / "state" if folder else None
        self.incidents = Incidents(folder / FILE if folder else None)
        super().__init__(host=host, port=port)
        # Anything but None: rights are checked.
        self.acl: dict[str, Any] = {}
        inventory.fill(self, self.clock())
        if self._state:
            state.load(self, self._state)
        for token in (self.program, self.audit):
            self._admit(token)
        self.keep()

    def keep(self) -> None:
        """Save the state, without what incidents have done to it."""
        if self._state:
            self.put_right()
            state.save(self, self._state)
            self.settle()

    def _admit(self, token: str) -> None:
        name, _, value = token.partition("=")
        role = ROLES.get(name, ROLES[AUDIT])
        if name not in self.rights.tokens:
            self.issue(name)
            self.rights.entries += [
                Entry(path="/", type=kind, ugid=ugid, role=role)
                for kind, ugid in (("user", name.partition("!")[0]), ("token", name))
            ]
        self.apitokens[name] = value

    def _authenticate(self, request: web.Request) -> Any:
        self.settle()
        user = super()._authenticate(request)
        if user and "!" in user:
            self.check_current(user)
        return user

    async def _answer(self, request: web.Request, *rest: Any) -> web.StreamResponse:
        answer = await super()._answer(request, *rest)
        if request.method != "GET":
            self.keep()
        return answer
