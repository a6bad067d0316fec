"""What takes secrets out of lines: the expressions by their names in the settings."""

import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from logs.model import Replace

TEXT = "[redacted]"
_QUOTE = r"\\*[\"']?"
_NAMES = r"passw(?:or)?d|passphrase|pwd|token|secret|(?:api|access|private|secret)[_-]?key"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_BASE64 = "[A-Za-z0-9+/]"

# An agent replaces what the groups catch and leaves the rest, so that one still sees what it was.
# The order of application: a password with spaces goes before its first word would.
EXPRESSIONS: Mapping[str, str] = MappingProxyType(
    {
        # A key that is printed to a container's log arrives line by line, without its frame.
        "private-keys": (
            r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----((?s:.+?))(?:-----END|$)"
            rf"|^\s*({_BASE64}{{64}}|{_BASE64}{{70}}|{_BASE64}{{76}})\s*$"
        ),
        "authorization": (
            rf"(?i)authorization{_QUOTE}\s*[:=]\s*{_QUOTE}(?:[a-z]+\s+)?([^\s\"'\\,]+)"
            r"|\bbearer\s+([a-z0-9._~+/-]{16,}=*)"
            r"|\bbasic\s+([a-z0-9+/]{16,}={0,2}|[a-z0-9+/]{6,}={1,2})"
        ),
        "proxmox-tokens": rf"(?i)[\w.+-]+@[\w.-]+![\w.-]+[=:]({_UUID})",
        "urls": r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@\"']*:([^\s/\"']+)@",
        "key-values": (
            rf"(?i)(?:{_NAMES}){_QUOTE}\s*[:=]>?\s*"
            r"(?:\"((?:[^\"\\]|\\.)+)|\\+\"([^\"\\]+)|\\*'([^']+)"
            # Not the punctuation behind it: what was JSON stays JSON.
            r"|([^\s\"']*[^\s\"'\\,;)}]))"
        ),
    }
)


def stages(chosen: Collection[str], own: Collection[str] = ()) -> Iterator[Replace]:
    """A stage for each chosen expression, ours by their names in our order, then the user's."""
    for name, expression in EXPRESSIONS.items():
        if name in chosen:
            yield Replace(expression=expression, text=TEXT)
    for expression in own:
        # Without a group of its own, all that it fits is the secret.
        groups = re.compile(expression).groups
        yield Replace(expression=expression if groups else f"({expression})", text=TEXT)
