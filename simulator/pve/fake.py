"""The simulated site: fakepve with what it lacks."""

from typing import Any

from aiohttp import web
from fakepve import FakePve

from simulator.pve import inventory
from simulator.pve.access import new_rights
from simulator.pve.backup_jobs import BackupJobApi
from simulator.pve.cluster import ClusterApi
from simulator.pve.groups import GroupApi
from simulator.pve.tokens import TokenApi

PROGRAM = "observability@pve!program"
AUDIT = "observability-audit@pve!audit"


class SimulatedSite(TokenApi, GroupApi, BackupJobApi, ClusterApi, FakePve):  # type: ignore[misc]
    """A cluster of three nodes with a dozen guests. Tasks end before they are answered.

    `root@pam!…` tokens may do what root may, other than in PVE: fakepve asks for no rights there.
    """

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.rights = new_rights()
        self.jobs: dict[str, Any] = {}
        super().__init__(host=host, port=port)
        # Anything but None: rights are checked.
        self.acl: dict[str, Any] = {}
        self.program = f"{PROGRAM}={self.issue(PROGRAM, role='Administrator')}"
        self.audit = f"{AUDIT}={self.issue(AUDIT, role='PVEAuditor')}"
        inventory.fill(self, self.clock())

    def _authenticate(self, request: web.Request) -> Any:
        user = super()._authenticate(request)
        if user and "!" in user:
            self.check_current(user)
        return user
