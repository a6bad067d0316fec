"""The simulated site as a server, until it is told to stop.

Usage: python -m simulator.pve.serve --folder PATH --secrets PATH --names NAME,NAME [--port PORT]
"""

import argparse
import asyncio
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from components import x509
from simulator.pve import certificate
from simulator.pve.fake import SimulatedSite

AUTHORITY = "pve-authority"
TOKEN = "pve-token"  # noqa: S105 (the name of a file)
AUDIT_TOKEN = "pve-audit-token"  # noqa: S105 (the name of a file)
"""Files of the folder of secrets: what the authority's key is made of, and the two tokens."""
PORT = 8006
YEARS = timedelta(days=3650)
EARLIER = timedelta(hours=1)
# Each request is remembered; here nobody asks which there were.
REMEMBERED = 100


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="serve", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the state is kept")
    parser.add_argument("--secrets", type=Path, required=True, help="folder of the secret files")
    parser.add_argument("--names", required=True, help="names and addresses for the certificate")
    parser.add_argument("--port", type=int, default=PORT)
    return parser.parse_args(arguments)


def certify(folder: Path, seed: str, names: list[str]) -> tuple[Path, Path]:
    """Certificate and key in the folder: made once, unless the authority has become another."""
    paths = folder / "server.crt", folder / "server.key"
    marker = folder / "server.names"
    now = datetime.now(UTC)
    term = {"since": now - EARLIER, "until": now + YEARS}
    authority = x509.authority(seed=seed.encode(), common_name=certificate.AUTHORITY, **term)
    wanted = f"{certificate.key_of(authority[0])} {' '.join(names)}"
    if not marker.exists() or marker.read_text() != wanted:
        for path, content in zip(
            paths, certificate.issue(authority, hosts=names, **term), strict=True
        ):
            path.touch(mode=0o600)
            path.write_text(content)
        marker.write_text(wanted)
    return paths


async def serve(options: argparse.Namespace) -> None:
    """Answer until SIGTERM."""
    secrets = {
        name: (options.secrets / name).read_text().strip()
        for name in (AUTHORITY, TOKEN, AUDIT_TOKEN)
    }
    site = SimulatedSite(
        host="0.0.0.0",  # noqa: S104 (in a container)
        port=options.port,
        program=secrets[TOKEN],
        audit=secrets[AUDIT_TOKEN],
        folder=options.folder,
    )
    site.max_requests = REMEMBERED
    stopped = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stopped.set)
    await site.start(*certify(options.folder, secrets[AUTHORITY], options.names.split(",")))
    print(f"simulated Proxmox VE on port {site.port}", flush=True)
    await stopped.wait()
    await site.stop()


if __name__ == "__main__":
    asyncio.run(serve(parse()))
