"""The Proxmox VE site of a stack, checked before an `up` or a preview touches anything."""

from operate.stack import OperateError, Stack
from operate.validated import settings_of
from proxmox import preflight
from proxmox.preflight import Finding
from proxmox.rights import GUESTS
from proxmox.tls import Server
from settings.pve import Pve
from settings.sections import Secret
from toolchain.say import say


def check(stack: Stack, *, for_changes: bool) -> None:
    """An OperateError with a line for each mistake in what the settings say of the site.

    A site that doesn't answer stops only an `up` (`for_changes`) that has something to do there:
    what only watches can be changed while it is down, and a preview needs none yet.
    """
    settings = settings_of(stack) if stack.settings.get("pve") else None
    if settings is None or settings.pve is None:
        return
    site = settings.pve
    findings = preflight.check(
        server(site),
        audit_token=_secret(stack, "pve.audit-token", site.audit_token),
        token=_secret(stack, "pve.token", site.token) if site.token else None,
        works=[GUESTS],
    )
    weights = {"stops", "unreachable"} if for_changes and site.token else {"stops"}
    stop = [line for finding in findings if finding.weight in weights for line in finding.lines]
    if stop:
        raise OperateError("\n  ".join(["the Proxmox VE site isn't right:", *stop]))
    tell(findings)


def tell(findings: list[Finding]) -> None:
    """Say what stops nothing."""
    for line in (line for finding in findings for line in finding.lines):
        say(line)


def server(site: Pve) -> Server:
    """The site's API, and what its certificate is checked against."""
    return Server(url=site.endpoint, fingerprint=site.fingerprint, ca=site.ca)


def _secret(stack: Stack, setting: str, named: Secret) -> str:
    key = f"{stack.project}:{named.secret}"
    if key not in stack.config:
        command = f"pulumi config set --secret --stack {stack.name} {key}"
        raise OperateError(f"{setting}: {key} is missing; `{command}` in `make shell` asks for it")
    return stack.secret(named.secret)
