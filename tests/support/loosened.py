"""Rows that the database itself would refuse: for tests of what finds them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.database import Database
from tests.support.postgres import TestServer

LOOSEN = """
DO $$
DECLARE
    each record;
BEGIN
    FOR each IN SELECT conrelid::regclass AS of_table, conname AS name FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'f', 'u') AND conparentid = 0
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', each.of_table, each.name);
    END LOOP;
    FOR each IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary AND NOT relispartition
    LOOP
        EXECUTE format('DROP INDEX %s', each.name);
    END LOOP;
    FOR each IN SELECT attrelid::regclass AS of_table, attname AS name FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND NOT relispartition AND attnum > 0
            AND attnotnull AND attidentity = ''
            AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY(indkey))
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', each.of_table, each.name);
    END LOOP;
END
$$
"""
"""Drop every constraint but primary keys."""


@asynccontextmanager
async def superuser(database: Database, server: TestServer) -> AsyncIterator[AsyncConnection]:
    """A superuser whose statements run no triggers and no foreign keys."""
    engine = create_async_engine(server.url.set(database=database.engine.url.database))
    async with engine.begin() as connection:
        await connection.execute(text("SET session_replication_role = replica"))
        yield connection
    await engine.dispose()


async def loosen(database: Database, server: TestServer) -> None:
    """Let the tables of a test's database take any rows."""
    async with superuser(database, server) as connection:
        await connection.execute(text(LOOSEN))
