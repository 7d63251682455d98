"""Runs a service's Alembic migrations as the owner role, then grants the running role what it needs and no more."""

import asyncio
from collections.abc import Sequence
from importlib.resources import files

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.messaging.schema import MECHANISMS

LOCK = 7_267_001
"""Two migrations of one database at once wait for each other on this advisory lock."""


def migrate(owner_url: str, *, package: str, running_role: str | None, append_only: Sequence[str] = ()) -> None:
    """Bring the database to the newest revision of `package` (a dotted name) and grant `running_role` its rights.

    Tables named in `append_only` can be read and added to, never changed nor emptied.
    """
    asyncio.run(migrate_async(owner_url, package=package, running_role=running_role, append_only=append_only))


async def migrate_async(
    owner_url: str, *, package: str, running_role: str | None, append_only: Sequence[str] = ()
) -> None:
    """Do the same from inside a running loop."""
    engine = create_async_engine(owner_url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
            await connection.run_sync(_upgrade, package)
            if running_role is not None:
                await connection.run_sync(_grant, running_role, append_only)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, package: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files(package)))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _grant(connection: Connection, role: str, append_only: Sequence[str]) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"REVOKE ALL ON alembic_version FROM {quoted}"))
    for table in append_only:
        name = connection.dialect.identifier_preparer.quote(table)
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM {quoted}"))


def run_env() -> None:
    """Be the whole of a service's `env.py`: run the migrations on the connection that `migrate` opened."""
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    context.run_migrations()


def create_mechanisms() -> None:
    """Create the tables of outbox, inbox, idempotency and key memory; called by each service's first revision."""
    run_sql(MECHANISMS)


def run_sql(script: str) -> None:
    """Run a script of several statements, which asyncpg's prepared statements cannot.

    Statements end with a semicolon at the end of a line; the body of a function stands between `$$`.
    """
    for statement in _statements(script):
        op.get_bind().exec_driver_sql(statement)


def _statements(script: str) -> list[str]:
    found: list[str] = []
    lines: list[str] = []
    quoted = False
    for line in script.splitlines():
        quoted ^= line.count("$$") % 2 == 1
        lines.append(line)
        if not quoted and line.rstrip().endswith(";"):
            found.append("\n".join(lines).strip())
            lines = []
    rest = "\n".join(lines).strip()
    return [*found, rest] if rest else found
