"""What a stack and its simulated Proxmox VE have in common: tokens, an authority, a port."""

import http.client
import re
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from operate.stack import PROJECT, OperateError, Stack, generate_secrets
from simulator.pve import check, names

HERE = "127.0.0.1"
TOKENS = {names.TOKEN: names.PROGRAM, names.AUDIT_TOKEN: names.AUDIT}
SECONDS = 60.0
PAUSE_SECONDS = 0.2
EARLIER, LIFE = timedelta(hours=1), timedelta(days=3650)


def port(stack: Stack) -> int | None:
    """Where the stack looks for it; None for a stack that watches none, or a real one."""
    # What is wrong with another text, the program says.
    found = re.fullmatch(rf"https://{re.escape(HERE)}:(\d{{1,5}})", _endpoint(stack))
    return int(found[1]) if found else None


def prepare(stack: Stack) -> None:
    """Make what the two share, and have the stack trust the authority."""
    present = stack.config
    for name, token in TOKENS.items():
        if f"{PROJECT}:{name}" not in present:
            stack.set_secret(name, f"{token}={uuid.uuid4()}")
    generate_secrets(stack, [names.AUTHORITY])
    if not {"ca", "fingerprint"} & set(_section(stack)):
        stack.set_setting("pve.ca", _certificate(stack.secret(names.AUTHORITY)))


def wait_until_it_answers(port: int, *, seconds: float = SECONDS) -> None:
    """Return once it does: a fresh container takes a moment; an OperateError otherwise.

    Its health isn't waited for, which Docker looks at every ten seconds only.
    """
    deadline = time.monotonic() + seconds
    while not _answers(port):
        if time.monotonic() >= deadline:
            raise OperateError(
                f"the simulated Proxmox VE doesn't answer on {HERE}:{port} after {seconds:.0f} s"
            )
        time.sleep(PAUSE_SECONDS)


def _answers(port: int) -> bool:
    try:
        return check.status(port) == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def _endpoint(stack: Stack) -> str:
    return str(_section(stack).get("endpoint", ""))


def _section(stack: Stack) -> dict[str, Any]:
    section = stack.settings.get("pve")
    return section if isinstance(section, dict) else {}


def _certificate(seed: str) -> str:
    from components import x509  # noqa: PLC0415 (0.1 s, which other runs needn't spend)

    now = datetime.now(UTC)
    certificate, _ = x509.authority(
        seed=seed.encode(),
        common_name=names.AUTHORITY_NAME,
        since=now - EARLIER,
        until=now + LIFE,
    )
    return certificate
