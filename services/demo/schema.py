"""Creates the shop's tables once PostgreSQL answers, and ends; web and worker do the same.

Usage: python -m services.demo.schema --database URL --database-password-file PATH
"""

import argparse
import asyncio
import logging

import psycopg

from services import logs
from services.demo import stores, tables
from services.server import keep_up

LOG = logging.getLogger(__name__)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="schema", description=__doc__)
    stores.add_database(parser)
    conninfo = stores.conninfo(parser.parse_args())
    logs.set_up()

    async def create() -> None:
        async with await psycopg.AsyncConnection.connect(conninfo) as connection:
            await tables.create(connection)

    asyncio.run(keep_up(create))
    LOG.info("the tables are there")


if __name__ == "__main__":
    main()
