"""What the incidents do to the site, and how it is put right afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from fakepve.model import TaskError

from simulator.pve.extension import Extension, Values
from simulator.pve.incidents import Incident, Incidents
from simulator.pve.rights import Rights

OFFLINE_NODE = "pve3"
STOPPED_GUEST = 202
SLOW_SECONDS = 3.0
FULL_STORAGE = "local-lvm"
EXPIRED = 1

Undo = Callable[[], None]


class FaultApi(Extension):
    """Looks for incidents before every answer."""

    rights: Rights
    incidents: Incidents
    audit: str
    """The token that expires, with its value."""
    set_node_offline: Callable[..., None]
    lose_quorum: Undo
    regain_quorum: Undo
    add_ct: Callable[..., Any]
    task: Callable[..., Awaitable[str]]

    def settle(self) -> None:
        """Have the site be as the incidents that are on want it."""
        on = self.incidents.left()
        for incident in [one for one in self._undo if one not in on]:
            self._undo.pop(incident)()
        for incident in on:
            if incident not in self._undo:
                self._undo[incident] = self._begin(incident)

    def put_right(self) -> None:
        """Undo what incidents have done; `settle` does it again where they are on."""
        while self._undo:
            self._undo.popitem()[1]()

    def take(self, vmid: int) -> None:
        """Somebody else makes a guest with this number, unless it is taken already."""
        if not self.guest(vmid):
            self.add_ct(vmid, "taken", max(self.nodes), "stopped")

    _undo: dict[Incident, Undo]

    def _begin(self, incident: Incident) -> Undo:
        begin: dict[Incident, Callable[[], Undo]] = {
            Incident.NODE_OFFLINE: self._node_offline,
            Incident.QUORUM_LOST: self._quorum_lost,
            Incident.GUEST_STOPPED: self._guest_stopped,
            Incident.TOKEN_EXPIRED: self._token_expired,
            Incident.DATASTORE_FULL: self._datastore_full,
        }
        # The others are looked for where they matter.
        return begin.get(incident, lambda: lambda: None)()

    def _node_offline(self) -> Undo:
        self.set_node_offline(OFFLINE_NODE)
        return lambda: self.set_node_offline(OFFLINE_NODE, offline=False)

    def _quorum_lost(self) -> Undo:
        self.lose_quorum()
        return self.regain_quorum

    def _guest_stopped(self) -> Undo:
        guest = self.guest(STOPPED_GUEST)
        if guest is None or guest.status != "running":
            return lambda: None

        def start() -> None:
            guest.status, guest.started_at = "running", self.clock()

        guest.status, guest.started_at = "stopped", None
        return start

    def _token_expired(self) -> Undo:
        token = self.rights.tokens[self.audit.partition("=")[0]]
        before = token["expire"]
        token["expire"] = EXPIRED

        def renew() -> None:
            token["expire"] = before

        return renew

    def _datastore_full(self) -> Undo:
        store = self.storages.get(FULL_STORAGE, {})
        free, store["avail"] = store.get("avail", 0), 0

        def empty() -> None:
            store["avail"] = free

        return empty

    async def _answer(self, request: web.Request, *rest: Any) -> web.StreamResponse:
        if Incident.SLOW_PROXMOX in self._undo:
            await asyncio.sleep(SLOW_SECONDS)
        answer: web.StreamResponse = await super()._answer(request, *rest)  # type: ignore[misc]
        return answer

    async def _qm_create(self, v: Values, user: str) -> Any:
        self._before_create(v)
        return await super()._qm_create(v, user)  # type: ignore[misc]

    async def _lxc_create(self, user: str, v: Values) -> Any:
        self._before_create(v)
        if Incident.DATASTORE_FULL in self._undo and FULL_STORAGE in _storages(v):
            # For containers, fakepve doesn't look how much room there is.
            return await self.task(v["node"], "vzcreate", v["vmid"], user, _no_room(v["vmid"]))
        return await super()._lxc_create(user, v)  # type: ignore[misc]

    def _before_create(self, v: Values) -> None:
        if Incident.VMID_TAKEN in self._undo:
            self.take(int(v["vmid"]))


def _storages(v: Values) -> set[str]:
    """Those that a new container's disks are to be on."""
    disks = [str(value) for key, value in v.items() if key.startswith(("rootfs", "mp"))]
    named = {disk.partition(":")[0] for disk in disks if ":" in disk}
    return named or {v.get("storage", "local")}


def _no_room(vmid: int) -> Callable[[], Awaitable[None]]:
    async def fail() -> None:
        raise TaskError(
            f"unable to create CT {vmid} - unable to write to storage '{FULL_STORAGE}': "
            "No space left on device"
        )

    return fail
