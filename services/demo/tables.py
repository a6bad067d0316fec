"""The shop's tables and products."""

import psycopg

PRODUCTS = 200
# Any number that nothing else in the database locks.
LOCK = 4_826_001
STATEMENTS = (
    """CREATE TABLE IF NOT EXISTS products (
         id integer PRIMARY KEY, name text NOT NULL, cents integer NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS orders (
         id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
         product integer NOT NULL REFERENCES products, quantity integer NOT NULL,
         state text NOT NULL DEFAULT 'new', made timestamptz NOT NULL DEFAULT now())""",
    f"""INSERT INTO products
        SELECT n, 'Product ' || n, 100 + n * 37 % 9900 FROM generate_series(1, {PRODUCTS}) n
        ON CONFLICT DO NOTHING""",  # noqa: S608 (our own number)
)


async def create(connection: psycopg.AsyncConnection) -> None:
    """Make what isn't there yet; of two that start at once, one waits for the other."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for statement in STATEMENTS:
            await connection.execute(statement)
