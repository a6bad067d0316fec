"""`make init STACK=name`: reads a Proxmox VE site and writes a stack file that watches it.

Nothing is changed on Proxmox VE. What is asked on the terminal can be given in the environment.
"""

import getpass
import os
import sys

from pydantic import TypeAdapter, ValidationError

from operate import inventory, template
from operate.pve import tell
from operate.stack import OperateError, Stack, initialise
from proxmox import preflight, rights
from proxmox.connection import Connection, ProxmoxError, Token
from proxmox.pve import Pve
from proxmox.tls import Server, readable, shown_by
from settings.pve import ApiUrl, Fingerprint
from toolchain.say import say

ENDPOINT, FINGERPRINT, TOKEN = "PVE_ENDPOINT", "PVE_FINGERPRINT", "PVE_AUDIT_TOKEN"
PORT = 8006
SECRET = "pve-audit-token"  # noqa: S105 (the name of a secret, not its value)
NEW_TOKEN = rights.lines_for_new_auditor("observability@pve", "audit")
FILE = """\
# The stack `{name}` watches the Proxmox VE site of {host} and changes nothing there.
# `make init` wrote this file, which is yours to edit; docs/settings.md has all settings.
config:
  observability:stack:
    # The containers run on this machine unless docker-host says another, as ssh://user@host.
    pve:
      endpoint: {url}
{pin}      audit-token: {{secret: {secret}}}  # encrypted, at the end of this file
"""
PIN = '      fingerprint: "{fingerprint}"  # its certificate; changes with it\n'


def init(stack: Stack) -> int:
    """Ask, read the site, and write the stack file with the token as a secret."""
    _refuse_to_overwrite(stack)
    server = _trusted(_endpoint())
    token = _token()
    findings = preflight.check(server, audit_token=token, token=None)
    if wrong := [line for f in findings if f.weight != "warns" for line in f.lines]:
        raise OperateError("\n  ".join(["the Proxmox VE site can't be watched:", *wrong]))
    tell(findings)
    try:
        with Connection(server, Token.parse(token)) as connection:
            print(f"\n{inventory.read(Pve(connection))}\n")
    except ProxmoxError as error:
        raise OperateError(f"{server.url} says: {error}") from None
    initialise(stack, lambda: template.write(_content(stack, server), stack.config_file))
    stack.set_secret(SECRET, token)
    say(f"{stack.config_file.name} is there, with the token encrypted; Proxmox VE is unchanged.")
    say(f"Next: make up STACK={stack.name}")
    return 0


def _refuse_to_overwrite(stack: Stack) -> None:
    of_its_name = stack.checkout / "stacks" / f"{stack.name}.yaml"
    if stack.config_file.exists():
        raise OperateError(f"{stack.config_file.name} is there already, and stays as it is")
    if of_its_name.exists():
        raise OperateError(
            f"stacks/{of_its_name.name} is what `make up` begins {stack.name} with: give the "
            "stack of your site another name, STACK=name"
        )
    if stack.exists():
        raise OperateError(
            f"there is a stack {stack.name} already, whose file `make up` takes from its last "
            "state: give another name, STACK=name"
        )


def _endpoint() -> Server:
    """The API that the user names, by whatever part of its address they give."""
    given = _ask(ENDPOINT, "Address of the Proxmox VE site, like pve.example or 10.0.0.2: ")
    host = given.removeprefix("https://").rstrip("/")
    url = f"https://{host}" if ":" in host else f"https://{host}:{PORT}"
    try:
        return Server(url=TypeAdapter(ApiUrl).validate_python(url))
    except ValidationError:
        raise OperateError(f"{ENDPOINT} must be like https://pve.example:{PORT}") from None


def _trusted(server: Server) -> Server:
    """The same, with the fingerprint that a person has confirmed unless nobody needs to."""
    try:
        shown = shown_by(server)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OperateError(f"{server.url} can't be reached: {reason}") from None
    say(f"{server.host} shows a certificate with the SHA-256 fingerprint\n  {shown.fingerprint}")
    if given := os.environ.get(FINGERPRINT):
        if _digits(given) != _digits(shown.fingerprint):
            raise OperateError(f"that isn't {FINGERPRINT}: another server answers there")
    elif shown.trusted:
        say("An authority that this machine trusts vouches for it, so it isn't pinned.")
        return server
    elif not sys.stdin.isatty():
        raise OperateError(f"compare it with `pvenode cert info` and say {FINGERPRINT}=…")
    elif _ask("", "Does `pvenode cert info` on the node say the same? [yes/no] ") != "yes":
        raise OperateError("stopped, nothing was written")
    return Server(url=server.url, fingerprint=_digits(shown.fingerprint))


def _digits(fingerprint: str) -> str:
    try:
        return TypeAdapter(Fingerprint).validate_python(fingerprint)
    except ValidationError:
        raise OperateError(f"{FINGERPRINT} must be 32 pairs of hexadecimal digits") from None


def _token() -> str:
    """The value of an API token, which is never shown."""
    lines = [f"  {line}" for line in NEW_TOKEN]
    if given := os.environ.get(TOKEN):
        return given.strip()
    if sys.stdin.isatty():
        say("\n".join(["An API token that only reads. These lines make one, as root:", *lines]))
        if typed := getpass.getpass("user@realm!name=value of it (isn't shown): ").strip():
            return typed
    wanted = f"there is no token: say {TOKEN}=… in the environment; as root on a node, these make"
    raise OperateError("\n".join([f"{wanted} one:", *lines]))


def _ask(variable: str, question: str) -> str:
    """What the environment has or, where there is a terminal, a person says."""
    if variable and (given := os.environ.get(variable)):
        return given.strip()
    if not sys.stdin.isatty():
        raise OperateError(f"there is no terminal to ask on: say {variable}=…")
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _content(stack: Stack, server: Server) -> str:
    pin = PIN.format(fingerprint=readable(server.fingerprint)) if server.fingerprint else ""
    return FILE.format(name=stack.name, host=server.host, url=server.url, pin=pin, secret=SECRET)
