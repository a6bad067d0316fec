"""Starts, stops and lists the site's troubles, beside the server.

Usage: python -m simulator.pve.incident start NAME|stop|list --folder PATH
"""

import argparse
import sys
from pathlib import Path

from simulator.pve.incidents import FILE, LONGEST_SECONDS, Incident, Incidents


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="incident", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    start = actions.add_parser("start", help="begin one")
    start.add_argument("incident", type=Incident, choices=list(Incident), metavar="NAME")
    start.add_argument(
        "--seconds", type=int, default=LONGEST_SECONDS, help="when it ends by itself"
    )
    for action in (start, actions.add_parser("stop"), actions.add_parser("list")):
        action.add_argument("--folder", type=Path, required=True, help="the server's")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Do it, and print what is on afterwards."""
    options = parse(arguments)
    incidents = Incidents(options.folder / FILE)
    if options.action == "start":
        incidents.start(options.incident, options.seconds)
    elif options.action == "stop":
        incidents.stop()
    left = incidents.left()
    print("\n".join(f"{name}: {seconds} s left" for name, seconds in left.items()) or "all is calm")
    return 0


if __name__ == "__main__":
    sys.exit(main())
