"""Starts, stops and lists the demo's troubles.

Usage: python -m services.demo.incident start NAME|stop|list --redis URL --redis-password-file PATH
"""

import argparse
import asyncio
import sys

import redis

from services.demo import incidents, stores
from services.demo.incidents import LONGEST_SECONDS, Incident


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
        stores.add_redis(action)
    return parser.parse_args(arguments)


async def carry_out(options: argparse.Namespace, client: stores.Redis) -> None:
    """Do it, and print what is on afterwards."""
    if options.action == "start":
        await incidents.start(client, options.incident, options.seconds)
    elif options.action == "stop":
        await incidents.stop(client)
    on = await incidents.active(client)
    print("\n".join(f"{name}: {seconds} s left" for name, seconds in on.items()) or "all is calm")


def main() -> int:
    """The command line; 1 and one line where Redis doesn't answer."""
    options = parse()

    async def once() -> None:
        async with stores.make_redis(options) as client:
            await carry_out(options, client)

    try:
        asyncio.run(once())
    except (OSError, redis.RedisError) as error:
        print(f"incident: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
