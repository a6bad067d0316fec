"""What the site, its container and whoever prepares both call the same; without fakepve."""

SERVICE = "pve"
PORT = 8006
AUTHORITY = "pve-authority"
TOKEN = "pve-token"  # noqa: S105 (the name of a secret)
AUDIT_TOKEN = "pve-audit-token"  # noqa: S105 (the name of a secret)
SECRETS = (AUTHORITY, TOKEN, AUDIT_TOKEN)
"""What the authority's key is made of, and the tokens; also the names of the files."""

PROGRAM = "observability@pve!program"
AUDIT = "observability-audit@pve!audit"
ROLES = {PROGRAM: "Administrator", AUDIT: "PVEAuditor"}
"""The tokens that the site begins with, and what they may on /."""

AUTHORITY_NAME = "Simulated PVE"
"""What the authority calls itself; with its key, it makes two of them the same."""
CERTIFIED = ("pve", "127.0.0.1", "localhost")
"""Names and addresses that the container's certificate is for."""
