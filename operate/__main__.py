"""`python -m operate COMMAND STACK`, as the Makefile calls it."""

import argparse
import sys
from collections.abc import Callable

from operate import agents, bench, incident, init, lifecycle, record, report
from operate.stack import Stack
from toolchain.cache import SetupError
from toolchain.say import say

COMMANDS: dict[str, Callable[[Stack], int]] = {
    "agents": agents.agents,
    "init": init.init,
    "up": lifecycle.up,
    "down": lifecycle.down,
    "purge": lifecycle.purge,
    "preview": lifecycle.preview,
    "incident": incident.incident,
    "calm": incident.calm,
    "shell": lifecycle.shell,
    "password": lifecycle.password,
    "bench": bench.bench,
    "record": record.record,
    "report": report.report,
}


def main() -> int:
    """Run one command; mistakes that the user can mend are one line, not a traceback."""
    parser = argparse.ArgumentParser(prog="operate")
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("stack")
    arguments = parser.parse_args()
    try:
        return COMMANDS[arguments.command](Stack(arguments.stack))
    except SetupError as error:
        say(f"{arguments.command}: {error}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
