"""Whether a Proxmox VE site can be worked with, asked before anything is touched.

Two requests for each token; each mistake is one finding that names its setting.
"""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from proxmox import rights
from proxmox.connection import (
    CertificateError,
    Connection,
    ProxmoxError,
    Token,
    UnreachableError,
)
from proxmox.pve import Pve, Version
from proxmox.rights import Permissions, Work
from proxmox.tls import Server, can_be_read, readable, shown_by

OLDEST = 8
UNAUTHORISED = 401
Weight = Literal["stops", "unreachable", "warns"]
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong with one setting."""

    setting: str
    """`pve.endpoint`, `pve.fingerprint`, `pve.ca`, `pve.audit-token` or `pve.token`."""
    text: str
    """What is wrong, in one line."""
    weight: Weight = "stops"
    """Whether the stack can't work so, the site doesn't answer, or it had better be otherwise."""
    commands: tuple[str, ...] = field(default=())
    """What mends it, typed as root on a node."""

    @property
    def lines(self) -> list[str]:
        """The finding, and its commands one by one below."""
        return [f"{self.setting}: {self.text}", *(f"  {command}" for command in self.commands)]


class _FoundError(Exception):
    """Ends the check: what comes after it can't be asked."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


def check(
    server: Server, *, audit_token: str, token: str | None, works: Sequence[Work] = ()
) -> list[Finding]:
    """What is wrong with the site as the settings have it; nothing where all is well.

    `audit_token` and `token` are values `user@realm!name=uuid`; the latter is checked for what
    `works` take.
    """
    if server.ca and not can_be_read(server.ca):
        return [Finding(setting="pve.ca", text="holds no certificate that can be read")]
    try:
        auditor = _parsed("pve.audit-token", audit_token)
        version, held = _ask(server, auditor, "pve.audit-token", _read)
        _refuse_old(version)
        findings = _of_auditor(auditor, held)
    except _FoundError as stop:
        return [stop.finding]
    if token is None:
        return findings
    try:
        own = _parsed("pve.token", token)
        _, held = _ask(server, own, "pve.token", _read)
    except _FoundError as stop:
        return [*findings, stop.finding]
    return [*findings, *_of_program(own, held, version, works)]


def _read(pve: Pve) -> tuple[Version, Permissions]:
    return pve.version(), pve.permissions()


def _parsed(setting: str, text: str) -> Token:
    try:
        return Token.parse(text)
    except ValueError as error:
        raise _FoundError(Finding(setting=setting, text=f"its secret {error}")) from None


def _ask(server: Server, token: Token, setting: str, read: Callable[[Pve], Answer]) -> Answer:
    """What the API answers; a _FoundError that says which setting keeps it from answering."""
    try:
        with Connection(server, token) as connection:
            return read(Pve(connection))
    except CertificateError as error:
        finding = _of_certificate(server, error)
    except UnreachableError as error:
        finding = _of_address(server, str(error))
    except ProxmoxError as error:
        finding = Finding(setting="pve.endpoint", text=f"{server.url} says: {error}")
        if error.status == UNAUTHORISED:
            text = f"{token.id} isn't let in ({error}): wrong, expired or deleted"
            finding = Finding(setting=setting, text=text)
    raise _FoundError(finding)


def _of_address(server: Server, reason: str) -> Finding:
    text = f"{server.url} can't be reached: {reason}"
    return Finding(setting="pve.endpoint", text=text, weight="unreachable")


def _of_certificate(server: Server, error: CertificateError) -> Finding:
    try:
        shown = shown_by(server).fingerprint
    except (OSError, ssl.SSLError) as gone:
        return _of_address(server, str(gone))
    if server.fingerprint:
        wanted = readable(server.fingerprint)
        text = (
            f"is {wanted}, and {server.host} shows {shown}: set that one if `pvenode cert info` "
            "on the node says the same"
        )
        return Finding(setting="pve.fingerprint", text=text)
    if error.wrong_name:
        text = f"{server.host} isn't named in the certificate that it shows: {error}"
        return Finding(setting="pve.endpoint", text=text)
    if server.ca:
        text = (
            f"doesn't fit the certificate that {server.host} shows ({error}), whose fingerprint "
            f"is {shown}"
        )
        return Finding(setting="pve.ca", text=text)
    text = (
        f"no usual authority vouches for {server.host} ({error}): set pve.ca, or pve.fingerprint "
        f"to {shown} if `pvenode cert info` on the node says the same"
    )
    return Finding(setting="pve.endpoint", text=text)


def _refuse_old(version: Version) -> None:
    if version.major < OLDEST:
        text = f"runs Proxmox VE {version.text}: {OLDEST} is the oldest that is supported"
        raise _FoundError(Finding(setting="pve.endpoint", text=text))


def _of_auditor(token: Token, held: Permissions) -> list[Finding]:
    commands = tuple(rights.lines_for_auditor(token.user, token.name))
    findings = []
    if missing := rights.missing_to_audit(held):
        text = f"{token.id} lacks {', '.join(missing)} on / with propagation; as root on a node:"
        findings.append(Finding(setting="pve.audit-token", text=text, commands=commands))
    if more := rights.more_than_audit(held):
        text = f"{token.id} can do more than read ({_some(more)}): one with {rights.AUDITOR} alone"
        text += " is enough, and safer in the containers that get it"
        findings.append(Finding(setting="pve.audit-token", text=text, weight="warns"))
    return findings


def _of_program(
    token: Token, held: Permissions, version: Version, works: Sequence[Work]
) -> list[Finding]:
    findings = []
    for work in works:
        if missing := rights.missing_for(work, held, version.major):
            commands = rights.lines_for(work, token.user, token.name, version.major)
            text = f"{token.id} lacks {', '.join(missing)}; as root on a node:"
            found = Finding(setting="pve.token", text=text, commands=tuple(commands))
            findings.append(found)
    return findings


def _some(names: Sequence[str], most: int = 3) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
