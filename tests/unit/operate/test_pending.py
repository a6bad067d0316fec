"""What an interrupted `up` was doing is resolved in the state."""

import json
from typing import Any

import pytest

from operate import recover
from operate.stack import Stack

FOLDER = {
    "type": "grafana:oss/folder:Folder",
    "urn": "urn:folder",
    "inputs": {"uid": "infrastructure", "title": "Infrastructure"},
}
DASHBOARD = {
    "type": "grafana:oss/dashboard:Dashboard",
    "urn": "urn:dashboard",
    "inputs": {"configJson": json.dumps({"uid": "host-use"})},
}
CONTAINER = {"type": "docker:index/container:Container", "urn": "urn:container", "inputs": {}}


def resolved(
    monkeypatch: pytest.MonkeyPatch, pending: list[dict[str, Any]], *known: dict[str, Any]
) -> dict[str, Any]:
    """The deployment that is imported for these pending operations."""
    imported: list[dict[str, Any]] = []
    monkeypatch.setattr(recover, "_import", lambda _, deployment: imported.append(deployment))
    inner = {"resources": list(known), "pending_operations": pending}

    recover.resolve_pending(Stack("test"), {"version": 3, "deployment": inner}, pending)

    (deployment,) = imported
    found: dict[str, Any] = deployment["deployment"]
    return found


def creating(resource: dict[str, Any]) -> dict[str, Any]:
    return {"type": "creating", "resource": resource}


def test_nothing_is_pending_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it was: the next `up` isn't held up by it."""
    pending = [creating(CONTAINER), {"type": "deleting", "resource": FOLDER}]

    assert {"resources": []} == resolved(monkeypatch, pending)


@pytest.mark.parametrize(
    ("resource", "id_"), [(FOLDER, "1:infrastructure"), (DASHBOARD, "1:host-use")]
)
def test_what_grafana_may_have_is_taken_for_made(
    monkeypatch: pytest.MonkeyPatch, resource: dict[str, Any], id_: str
) -> None:
    """It stands in the state under the provider's ID, for the next refresh to look at."""
    (made,) = resolved(monkeypatch, [creating(resource)])["resources"]

    assert id_ == made["id"] == made["outputs"]["id"]
    assert resource["urn"] == made["urn"]


def test_what_the_state_knows_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replacement that was under way leaves the old one in the state."""
    known = FOLDER | {"id": "1:old"}

    assert [known] == resolved(monkeypatch, [creating(FOLDER)], known)["resources"]


def test_containers_are_left_to_the_search_for_orphans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their ID isn't known: they are found by label and made again."""
    assert [] == resolved(monkeypatch, [creating(CONTAINER)])["resources"]
