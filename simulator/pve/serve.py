"""The simulated site as a server, until it is told to stop.

Usage: python -m simulator.pve.serve --folder PATH --secrets PATH [--port PORT]
"""

import argparse
import asyncio
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

from components import x509
from simulator.pve import certificate, names
from simulator.pve.fake import SimulatedSite

YEARS = timedelta(days=3650)
EARLIER = timedelta(hours=1)
# Each request is remembered; here nobody asks which there were.
REMEMBERED = 100


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="serve", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the state is kept")
    parser.add_argument("--secrets", type=Path, required=True, help="folder of the secret files")
    parser.add_argument("--port", type=int, default=names.PORT)
    return parser.parse_args(arguments)


def certify(folder: Path, seed: str) -> tuple[Path, Path]:
    """Certificate and key in the folder: made once, unless the authority has become another."""
    paths = folder / "server.crt", folder / "server.key"
    marker = folder / "server.names"
    now = datetime.now(UTC)
    term = {"since": now - EARLIER, "until": now + YEARS}
    authority = x509.authority(seed=seed.encode(), common_name=names.AUTHORITY_NAME, **term)
    wanted = f"{certificate.key_of(authority[0])} {' '.join(names.CERTIFIED)}"
    if not marker.exists() or marker.read_text() != wanted:
        for path, content in zip(
            paths, certificate.issue(authority, hosts=names.CERTIFIED, **term), strict=True
        ):
            path.touch(mode=0o600)
            path.write_text(content)
        marker.write_text(wanted)
    return paths


async def serve(options: argparse.Namespace) -> None:
    """Answer until SIGTERM."""
    secrets = {name: (options.secrets / name).read_text().strip() for name in names.SECRETS}
    site = SimulatedSite(
        host="0.0.0.0",  # noqa: S104 (in a container)
        port=options.port,
        program=secrets[names.TOKEN],
        audit=secrets[names.AUDIT_TOKEN],
        folder=options.folder,
    )
    site.max_requests = REMEMBERED
    stopped = asyncio.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(wanted, stopped.set)
    await site.start(*certify(options.folder, secrets[names.AUTHORITY]))
    print(f"simulated Proxmox VE on port {site.port}", flush=True)
    await stopped.wait()
    await site.stop()


if __name__ == "__main__":
    asyncio.run(serve(parse()))
