"""What the extensions of fakepve find in `self`: fakepve has no types of its own."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from fakepve.model import PveError

Values = dict[str, Any]
Handler = Callable[[Values, str], Awaitable[Any]]
Routes = list[tuple[str, str, Handler]]


class Extension:
    """A mixin in front of FakePve; routes come from its methods called `_routes_<name>`.

    A handler gets the parameters, checked against PVE's schema, and the user, whose rights by the
    schema are checked too; it answers with `data` or raises PveError.
    """

    nodes: dict[str, Any]
    vms: list[Any]
    cts: list[Any]
    pools: dict[str, set[int]]
    storages: dict[str, Any]
    apitokens: dict[str, str]
    quorate: bool
    cluster_name: str
    allowed: Callable[[str, str, str], bool]
    need_quorum: Callable[[], None]
    guest: Callable[[int], Any]

    @staticmethod
    def clock() -> float:
        """The time, in Unix seconds."""
        return time.time()

    def guests(self) -> list[Any]:
        """VMs and containers, by number."""
        return sorted([*self.vms, *self.cts], key=lambda guest: guest.vmid)


def refuse(status: int, message: str, **fields: str) -> NoReturn:
    """Answer with PVE's error; `fields` are its messages by parameter."""
    raise PveError(status, message, fields or None)


def items(text: object) -> list[str]:
    """PVE's list: separated by commas, semicolons or space."""
    return str(text or "").replace(",", " ").replace(";", " ").split()
