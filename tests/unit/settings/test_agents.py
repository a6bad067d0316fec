"""Hosts are entries whose names the user chooses; what is wrong in one names it."""

import pytest

from tests.unit.settings.judge import accepted, mistakes


def hosts(**entries: object) -> dict[str, object]:
    return {"agents": {"hosts": entries}}


def test_an_address_is_enough() -> None:
    """All else has defaults."""
    host = accepted(hosts(pve1={"address": "root@10.0.0.2"})).agents.hosts["pve1"]

    assert ("guest", "0.0.0.0:9100", ("updates",), "none") == (
        host.role,
        host.listen,
        host.textfile,
        host.log_agent,
    )


LISTEN = "must be an IPv4 address and a port such as 0.0.0.0:9100"
LOGIN = "must be like root@10.0.0.2 or a host's name"


@pytest.mark.parametrize(
    ("setting", "value", "problem"),
    [
        ("address", "-oProxyCommand=x", LOGIN),
        ("address", "root@-oProxyCommand=x", LOGIN),
        ("address", "a b", LOGIN),
        ("listen", "9100", LISTEN),
        ("listen", "0.0.0.0:0", LISTEN),
        ("listen", "0.0.0.0:65536", LISTEN),
        ("listen", "0.0.0.0: 91", LISTEN),
        ("listen", "localhost:9100", LISTEN),
        ("adress", "x", "unknown setting; did you mean address?"),
        ("log-agent", "alloy", "needs a gateway or agents.loki-url to push to"),
    ],
)
def test_a_mistake_names_its_host(setting: str, value: str, problem: str) -> None:
    """One line, under the path of the setting."""
    told = mistakes(hosts(pve1={"address": "pve1", setting: value}))

    assert [f"agents.hosts.pve1.{setting}: {problem}"] == told


def test_collectors_are_known() -> None:
    """A collector that there isn't stops the run."""
    (told,) = mistakes(hosts(pve1={"address": "a", "textfile": ["smrt"]}))

    assert told.startswith("agents.hosts.pve1.textfile.0: input should be 'smart'")


def test_names_are_checked() -> None:
    """A host's name becomes a label and stands in a script."""
    told = mistakes(hosts(**{"a b": {"address": "a"}}))

    assert ["agents.hosts.a b: must be a name of letters, digits, `.`, `-`, `_`"] == told


def test_two_hosts_are_not_one() -> None:
    """The Docker host has a name of its own."""
    told = mistakes({"host-name": "a", **hosts(a={"address": "a"})})

    assert ["agents.hosts.a: is also host-name: two hosts would be one"] == told
