"""The session with a Proxmox Backup Server, against the simulated one over TLS."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from proxmox.connection import CertificateError, ProxmoxError, Token, UnreachableError
from proxmox.pbs import HiddenError, Pbs, TaskError, is_absent
from proxmox.tls import Server
from simulator.pbs.site import SimulatedPbs

JOB: dict[str, Any] = {"id": "keep", "store": "main", "schedule": "daily"}


@pytest.fixture
def site() -> Iterator[SimulatedPbs]:
    """An empty server."""
    with SimulatedPbs() as site:
        yield site


def session(site: SimulatedPbs, token: str = "", **trust: str) -> Pbs:
    server = Server(url=site.url, **(trust or {"fingerprint": site.fingerprint}))
    return Pbs(server, Token.parse(token or site.token))


@pytest.fixture
def pbs(site: SimulatedPbs) -> Iterator[Pbs]:
    """The program's session."""
    with session(site) as pbs:
        yield pbs


def refusal(pbs: Pbs, method: str, path: str, **values: object) -> ProxmoxError:
    with pytest.raises(ProxmoxError) as caught:
        pbs.ask(method, path, values)
    return caught.value


def test_digest_stands_beside_the_data(site: SimulatedPbs, pbs: Pbs) -> None:
    """And guards a change that was made for another state of the file."""
    pbs.ask("POST", "/config/prune", JOB)
    before = pbs.ask("GET", "/config/prune/keep")
    pbs.ask("PUT", "/config/prune/keep", {"comment": "x", "digest": before["digest"]})
    late = refusal(pbs, "PUT", "/config/prune/keep", comment="y", digest=before["digest"])

    assert before["data"] == JOB
    assert "detected modified configuration" in str(late)
    assert site.server.files["prune"].sections["keep"]["comment"] == "x"


def test_values_are_written_as_the_server_reads_them(site: SimulatedPbs, pbs: Pbs) -> None:
    """Lists as repeated parameters, truth in small letters."""
    pbs.ask("POST", "/config/prune", {**JOB, "disable": True, "keep-last": 2, "comment": "c"})
    pbs.ask("PUT", "/config/prune/keep", {"delete": ["keep-last", "comment"]})

    assert site.server.files["prune"].sections["keep"] == {**JOB, "disable": True}


def test_refusals_are_the_servers_words(pbs: Pbs) -> None:
    """With their status, which tells what isn't there from what isn't right."""
    absent = refusal(pbs, "GET", "/config/prune/none")
    gone = refusal(pbs, "DELETE", "/config/sync/none")
    wrong = refusal(pbs, "POST", "/config/prune", **{**JOB, "keep-daily": 0})

    assert [str(absent), is_absent(absent)] == ["no such prune 'none'", True]
    assert [str(gone), is_absent(gone)] == ["job 'none' does not exist.", True]
    assert "'keep-daily': value must have a minimum value of 1 (got 0)" in str(wrong)
    assert [wrong.status, is_absent(wrong)] == [400, False]


def test_hidden_is_not_empty(site: SimulatedPbs, pbs: Pbs) -> None:
    """The same answer, but for its digest."""
    empty = pbs.listed("/config/prune")
    pbs.ask("POST", "/config/prune", JOB)
    site.server.access.acl.sections.clear()
    with pytest.raises(HiddenError) as caught:
        pbs.listed("/config/prune")

    assert empty == []
    assert "token program@pbs!pulumi, but not in truth" in str(caught.value)


def test_task_is_waited_for(site: SimulatedPbs, pbs: Pbs) -> None:
    """Until it has ended; what it says in the end is the error."""
    site.server.create_seconds = 0.3
    values = {"name": "main", "path": "/srv/main"}
    pbs.wait(pbs.ask("POST", "/config/datastore", values)["data"])
    there = "main" in site.server.files["datastore"].sections
    inside = pbs.ask("POST", "/config/datastore", {"name": "two", "path": "/srv/main/two"})
    with pytest.raises(TaskError) as failed:
        pbs.wait(inside["data"])
    site.server.create_seconds = 60
    slow = pbs.ask("POST", "/config/datastore", {"name": "three", "path": "/srv/three"})
    with pytest.raises(TaskError) as late:
        pbs.wait(slow["data"], seconds=0.2)

    assert there
    assert "nested datastores not allowed" in str(failed.value)
    assert "hasn't ended after 0 s" in str(late.value)


def test_certificate_is_checked_before_the_token_is_sent(site: SimulatedPbs) -> None:
    """By authority or by fingerprint."""
    with session(site, ca=site.ca) as trusted:
        version = trusted.ask("GET", "/version")["data"]["version"]
    site.api.requests.clear()
    with session(site, fingerprint="ab" * 32) as wrong, pytest.raises(CertificateError):
        wrong.ask("GET", "/version")

    assert version == "4.2"
    assert site.api.requests == []


def test_wrong_token_and_no_server(site: SimulatedPbs) -> None:
    """Neither says the secret."""
    secret = str(uuid.uuid4())
    with session(site, token=f"program@pbs!pulumi={secret}") as wrong:
        refused = refusal(wrong, "GET", "/version")
    nobody = Server(url="https://127.0.0.1:1", fingerprint=site.fingerprint)
    with Pbs(nobody, Token.parse(site.token)) as far, pytest.raises(UnreachableError) as away:
        far.ask("GET", "/version")

    assert [refused.status, str(refused)] == [401, "authentication failed"]
    assert secret not in f"{refused!r}{away.value!r}"
