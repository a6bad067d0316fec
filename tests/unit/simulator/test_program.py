"""The simulator's program against mocks: what a stack can watch."""

import json
import re
import runpy
from typing import Any

import pulumi
import pytest

from components import services_image
from operate.incident import OF_DEMO
from operate.simulator import OWN_SECRETS, SHARED_SECRETS
from services.demo.incidents import Incident
from simulator.demo import data_services, disk
from simulator.pve import names
from tests.unit.components.recorder import Recorder, deploy
from toolchain.cache import CHECKOUT

PROJECT = "observability-simulator"
SERVICES = {"postgresql", "redis", "web", "worker", "load", "disk", "demo-host"}
SETTINGS = {"docker-host": "unix:///var/run/docker.sock", "images": {"source": "local"}}
WITH_PVE = SETTINGS | {"pve-port": 18006}
SECRETS = (*OWN_SECRETS, *SHARED_SECRETS, *names.SECRETS)
VALUES = {f"{PROJECT}:{name}": f"value of {name}" for name in SECRETS}


def up(monkeypatch: pytest.MonkeyPatch, settings: object = SETTINGS) -> Recorder:
    """Run simulator/__main__.py as `pulumi` does, with a context that `make setup` would make."""
    context = services_image.BuildContext(folder="../.services", version="1")
    monkeypatch.setattr(services_image, "find_context", lambda *_: context)
    # The recorder's project is the main one.
    monkeypatch.setattr(pulumi.Config, "full_key", lambda _, key: f"{PROJECT}:{key}")
    pulumi.runtime.set_all_config({f"{PROJECT}:stack": json.dumps(settings), **VALUES}, [*VALUES])
    return deploy(lambda: runpy.run_path(str(CHECKOUT / "simulator" / "__main__.py")))


def servers(seen: Recorder) -> dict[str, dict[str, Any]]:
    """What each server's container is asked to be."""
    return {
        name.removesuffix("-container"): seen.inputs("Container", name)
        for name in seen.all("Container")
        if name.endswith("-container")
    }


def test_estate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven services under names and a label that aren't those of the stack that watches them."""
    found = servers(up(monkeypatch))

    assert SERVICES == set(found)
    for service, inputs in found.items():
        assert f"obs-test-sim-{service}" == inputs["name"]
        assert {"label": "observability.stack", "value": "test-sim"} in inputs["labels"]


def test_nothing_leads_out_or_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """One network without a way out, no published port, nobody with more than the rest."""
    seen = up(monkeypatch)

    (network,) = seen.all("Network").values()
    assert "obs-test-sim-demo" == network.inputs["name"]
    assert network.inputs["internal"] is True
    for inputs in servers(seen).values():
        assert "ports" not in inputs
        assert ["obs-test-sim-demo"] == [net["name"] for net in inputs["networksAdvanced"]]
        assert {"drops": ["ALL"]} == inputs["capabilities"]
        assert inputs["readOnly"] is True


def test_passwords_are_in_secret_files_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds one is an upload, and a secret; Redis gets hashes."""
    seen = up(monkeypatch)

    holders = {r.name for r in seen.resources if "value of " in str(r.inputs)}
    assert {f"{name}-config-holder" for name in ("postgresql", "web", "worker", "disk")} == holders
    for name in (*holders, "redis-config-holder"):
        assert seen.holds_secret(name, "uploads")


def test_small_disk_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who fills it and who measures it mount the same volume; the one that measures only reads."""
    seen = up(monkeypatch)

    options = seen.inputs("Volume", "disk")["driverOpts"]
    mounts = {
        name: [m for m in servers(seen)[name]["mounts"] if m["target"] == disk.PATH]
        for name in ("disk", "demo-host")
    }
    assert "tmpfs" == options["type"]
    assert "size=64m" in options["o"]
    assert [["obs-test-sim-disk"]] * 2 == [
        [m["source"] for m in found] for found in mounts.values()
    ]
    assert [False, True] == [found[0]["readOnly"] for found in mounts.values()]
    # It counts as memory of who fills it.
    assert servers(seen)["disk"]["memory"] >= 2 * disk.SIZE_MIB


def test_wrong_settings_are_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the main program: the setting's name, and what is wrong."""
    with pytest.raises(pulumi.RunError, match=r"docker-host: must be like unix:///path"):
        up(monkeypatch, {"docker-host": "nowhere", "images": {}})


def test_redis_passwords_are_hashed() -> None:
    """So that no character of a password means something else to Redis."""
    users = data_services.acl("two words", "p>w")

    assert "two words" not in users
    assert "p>w" not in users
    assert ["default", "monitor", "health"] == re.findall(r"(?m)^user (\S+) on", users)


def test_secrets_are_those_that_make_generates() -> None:
    """The program asks for no secret that `make up` doesn't make."""
    assert {"stack-secret", *data_services.SECRETS, *names.SECRETS} == set(SECRETS)


def test_incidents_are_those_of_the_services() -> None:
    """`make incident` knows each of them, without loading what they need."""
    assert list(OF_DEMO) == [str(name) for name in Incident]


def test_proxmox_is_there_where_it_has_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """One container more, in an image of its own, with a volume for what changes."""
    seen = up(monkeypatch, WITH_PVE)

    found = servers(seen)["pve"]
    (port,) = found["ports"]
    assert SERVICES | {"pve"} == set(servers(seen))
    assert ("127.0.0.1", 18006, 8006) == (port["ip"], port["external"], port["internal"])
    assert {"obs-test-sim-demo", "obs-test-sim-pve"} == {
        net["name"] for net in found["networksAdvanced"]
    }
    assert str(seen.inputs("RemoteImage", "pve-image")["name"]).startswith("obs-simulator:")
    assert "obs-test-sim-pve-data" == seen.inputs("Volume", "pve-data")["name"]
    assert {} == seen.all("FreePort")


def test_proxmox_is_given_its_secrets_as_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tokens and what the authority's key is made of; nothing on the command line."""
    seen = up(monkeypatch, WITH_PVE)

    holders = {r.name for r in seen.resources if "value of pve-" in str(r.inputs)}
    assert {"pve-config-holder"} == holders
    assert seen.holds_secret("pve-config-holder", "uploads")


def test_proxmox_takes_a_free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """For 0, one that is picked once."""
    seen = up(monkeypatch, SETTINGS | {"pve-port": 0})

    assert ["pve-port"] == list(seen.all("FreePort"))
