"""What the check before every `up` says of a site."""

import socket
from pathlib import Path

import pytest
from fakepve import FakePve, shapes
from fakepve.certs import make_cert

from proxmox import preflight
from proxmox.preflight import Finding
from proxmox.rights import GUESTS
from proxmox.tls import Server, readable
from tests.unit.proxmox.sites import AUDITOR, PROGRAM
from tests.unit.proxmox.test_connection import ELSEWHERE

WRONG = "00" * 32


def check(server: Server, audit: str = AUDITOR, token: str | None = PROGRAM) -> list[Finding]:
    return preflight.check(server, audit_token=audit, token=token, works=[GUESTS])


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_right_site_takes_two_requests_for_each_token(site: FakePve, server: Server) -> None:
    """Nothing is found, and nothing but GET is asked."""
    assert [] == check(server)
    assert 4 == len(site.requests)
    assert {"GET"} == {method for method, _, _ in site.requests}


def test_wrong_fingerprint_says_which_one_is_shown(site: FakePve, fingerprint: str) -> None:
    """So that it can be compared and set."""
    finding = only(check(Server(url=site.url, fingerprint=WRONG)))

    assert ("pve.fingerprint", "stops") == (finding.setting, finding.weight)
    assert f"shows {readable(fingerprint)}: " in finding.text
    assert f"is {readable(WRONG)}" in finding.text
    assert [] == site.requests


def test_authority_that_doesnt_fit_says_so(site: FakePve, fingerprint: str, tmp_path: Path) -> None:
    """It is the authority that is wrong, not the address."""
    other, _, _ = make_cert(str(tmp_path))
    finding = only(check(Server(url=site.url, ca=Path(other).read_text())))

    assert "pve.ca" == finding.setting
    assert finding.text.startswith("doesn't fit the certificate that 127.0.0.1 shows (")
    assert readable(fingerprint) in finding.text


@pytest.mark.parametrize("content", ["AAAA", "TUlJ"])
def test_authority_that_cant_be_read_says_so(content: str, site: FakePve) -> None:
    """Its form is right, which is all that the settings check."""
    pem = f"-----BEGIN CERTIFICATE-----\n{content}\n-----END CERTIFICATE-----\n"
    finding = only(check(Server(url=site.url, ca=pem)))

    assert ["pve.ca: holds no certificate that can be read"] == finding.lines


def test_name_that_the_certificate_lacks_says_so(site: FakePve, ca: str) -> None:
    """It is the address that is wrong, not the authority."""
    finding = only(check(Server(url=f"https://{ELSEWHERE}:{site.port}", ca=ca)))

    assert "pve.endpoint" == finding.setting
    assert f"{ELSEWHERE} isn't named in the certificate that it shows" in finding.text


def test_certificate_without_an_authority_says_what_to_set(site: FakePve, fingerprint: str) -> None:
    """As PVE's own is, where neither is set."""
    finding = only(check(Server(url=site.url)))

    assert "pve.endpoint" == finding.setting
    assert f"set pve.ca, or pve.fingerprint to {readable(fingerprint)}" in finding.text


def test_site_that_isnt_there_is_one_line() -> None:
    """It may only not be there yet, which isn't a mistake in the settings."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        url = f"https://127.0.0.1:{probe.getsockname()[1]}"

    finding = only(check(Server(url=url)))

    assert [f"pve.endpoint: {url} can't be reached: Connection refused"] == finding.lines
    assert "unreachable" == finding.weight


def test_old_version_is_named(site: FakePve, server: Server) -> None:
    """PVE 7 has seen its end of life; its rights aren't looked at any more."""
    site.version = "7.4-20"

    finding = only(check(server))

    assert ["pve.endpoint: runs Proxmox VE 7.4-20: 8 is the oldest that is supported"] == (
        finding.lines
    )


def test_pve_8_takes_another_privilege(site: FakePve, server: Server) -> None:
    """VM.Monitor, which 9 no longer knows, in place of VM.GuestAgent.Audit."""
    site.version = "8.4.14"

    finding = only(check(server))

    assert "obs@pve!program lacks VM.Monitor; as root on a node:" == finding.text
    assert "VM.GuestAgent.Audit" not in finding.commands[0]


@pytest.mark.parametrize("setting", ["pve.audit-token", "pve.token"])
def test_token_that_isnt_let_in_is_named(setting: str, server: Server) -> None:
    """By its ID; its value is in no finding."""
    wrong = "obs@pve!other=wrong-secret"
    tokens = {"pve.audit-token": (wrong, PROGRAM), "pve.token": (AUDITOR, wrong)}

    finding = only(check(server, *tokens[setting]))

    assert setting == finding.setting
    assert finding.text.startswith("obs@pve!other isn't let in (401 ")
    assert "wrong-secret" not in str(finding)


@pytest.mark.parametrize("setting", ["pve.audit-token", "pve.token"])
def test_secret_of_another_form_is_told_before_it_is_sent(
    setting: str, site: FakePve, server: Server
) -> None:
    """It isn't repeated: it may be a password."""
    tokens = {"pve.audit-token": ("hunter2", PROGRAM), "pve.token": (AUDITOR, "hunter2")}

    finding = only(check(server, *tokens[setting]))

    assert [f"{setting}: its secret must be like user@realm!name=uuid"] == finding.lines
    assert "hunter2" not in str(site.requests)


def test_rights_that_the_auditor_lacks_are_named(site: FakePve, server: Server) -> None:
    """Rights on a part of the site aren't enough, and the line gives what is."""
    site.acl = {}
    site.grant("obs@pve!audit", "/", "Sys.Audit")
    site.grant("obs@pve!audit", "/vms/100", "VM.Audit")

    finding = only(check(server, token=None))

    assert ("pve.audit-token", "stops") == (finding.setting, finding.weight)
    assert "obs@pve!audit lacks Datastore.Audit, VM.Audit on / with propagation" in finding.text
    line = "pveum acl modify / --users obs@pve --tokens 'obs@pve!audit' --roles PVEAuditor"
    assert (line,) == finding.commands


def test_auditor_that_can_write_is_a_warning(site: FakePve, server: Server) -> None:
    """All works, and the token lies in more containers than it should."""
    site.grant("obs@pve!audit", "/vms/101", "VM.PowerMgmt", "VM.Allocate", "VM.Clone", "VM.Backup")

    finding = only(check(server))

    assert ("pve.audit-token", "warns") == (finding.setting, finding.weight)
    assert "can do more than read (VM.Allocate, VM.Backup, VM.Clone and 1 more)" in finding.text


def test_rights_that_the_program_lacks_come_with_the_lines_that_give_them(
    site: FakePve, server: Server
) -> None:
    """The role is made with all that the work takes, and given to user and token."""
    held = set(GUESTS.needed(9)) - {"VM.Allocate", "SDN.Use"}
    site.acl = {"obs@pve!audit": site.acl["obs@pve!audit"]}
    site.grant("obs@pve!program", "/pool/obs", *held)

    finding = only(check(server))

    assert ("pve.token", "stops") == (finding.setting, finding.weight)
    assert "obs@pve!program lacks SDN.Use, VM.Allocate; as root on a node:" == finding.text
    role, acl = finding.commands
    made = f"ObservabilityGuests --privs '{' '.join(GUESTS.needed(9))}'"
    assert f"pveum role add {made} || pveum role modify {made}" == role
    ids = "--users obs@pve --tokens 'obs@pve!program'"
    assert f"pveum acl modify / {ids} --roles ObservabilityGuests" == acl
    assert [f"pve.token: {finding.text}", f"  {role}", f"  {acl}"] == finding.lines


def test_every_needed_privilege_is_one_of_pves() -> None:
    """`pveum role add` refuses a name that PVE doesn't know."""
    assert set(GUESTS.needed(9)) <= set(shapes.PRIVILEGES)


def test_both_tokens_are_judged_in_one_run(site: FakePve, server: Server) -> None:
    """All that is wrong is told in one run."""
    site.acl = {}

    findings = check(server)

    assert ["pve.audit-token", "pve.token"] == [finding.setting for finding in findings]


def test_other_refusals_have_pves_words(site: FakePve, server: Server) -> None:
    """A node that is in trouble says so."""
    site.fail("GET", "/access/permissions", 500, "unable to read config")

    finding = only(check(server))

    assert f"{site.url} says: 500 unable to read config" == finding.text
