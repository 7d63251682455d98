"""Runs a service's Alembic migrations as the owner role, then grants the running role only what it needs."""

import asyncio
from collections.abc import Sequence
from functools import partial
from importlib.resources import files
from typing import Any

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import DDL, Connection, Text, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.util import await_only

from shared.chains import CHAINS, ERASES_BY_INDEX, ERASURES
from shared.messaging.schema import (
    BY_AGE,
    ERASED_FROM_THE_LOG,
    EVENT_LOG_BY_DAY,
    EVENT_LOG_READER,
    MECHANISMS,
    REBUILDS,
    REPAIRS,
    TRIES,
)

LOCK = 7_267_001
"""The advisory lock that keeps two migrations of one database from running at the same time."""

APPEND_ONLY = ("event_log", "repairs")
"""The tables of the mechanisms that the running role may read and insert into, but never change."""
READ_ONLY = ("chain_ends", "chain_erasures")
"""The tables of the mechanisms that only triggers write."""


def migrate(owner_url: str, *, package: str, running_role: str | None, append_only: Sequence[str] = ()) -> None:
    """Bring the database to the newest revision of `package` (a dotted name) and grant `running_role` its rights.

    `append_only` are tables of the service that `running_role` may read and insert into, but not change.
    """
    asyncio.run(migrate_async(owner_url, package=package, running_role=running_role, append_only=append_only))


async def migrate_async(
    owner_url: str,
    *,
    package: str,
    running_role: str | None,
    append_only: Sequence[str] = (),
    revision: str = "head",
) -> None:
    """The same as `migrate`, from inside a running event loop, and to any revision."""
    engine = create_async_engine(owner_url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
            await connection.run_sync(_upgrade, package, revision)
            if running_role is not None:
                await connection.run_sync(_grant, running_role, (*APPEND_ONLY, *append_only))
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, package: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files(package)))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO %(role)s",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %(role)s",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %(role)s",
    "REVOKE ALL ON alembic_version FROM %(role)s",
    "GRANT SELECT ON alembic_version TO %(role)s",
)
_ONLY_READ = "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %(table)s FROM %(role)s"
_ONLY_APPEND = "REVOKE UPDATE, DELETE, TRUNCATE ON %(table)s FROM %(role)s"


def _grant(connection: Connection, role: str, append_only: Sequence[str]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    for statement in _GRANTS:
        _run_ddl(connection, statement, role=quote(role))
    for table in filter(partial(_exists, connection), READ_ONLY):
        _run_ddl(connection, _ONLY_READ, role=quote(role), table=quote(table))
    for table in filter(partial(_exists, connection), append_only):
        _run_ddl(connection, _ONLY_APPEND, role=quote(role), table=quote(table))
        for partition in _partitions(connection, table):
            _run_ddl(connection, _ONLY_APPEND, role=quote(role), table=partition)


def _exists(connection: Connection, table: str) -> bool:
    """Else a later revision creates it."""
    return connection.scalar(select(func.to_regclass(table))) is not None


def _run_ddl(connection: Connection, statement: str, **quoted_names: str) -> None:
    connection.execute(DDL(statement, context=quoted_names))  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types


def _partitions(connection: Connection, table: str) -> Sequence[str]:
    """The quoted names of the partitions of a table; none if it is not partitioned."""
    tree = func.pg_partition_tree(bindparam("table", type_=REGCLASS)).table_valued("relid")
    names = select(cast(cast(tree.c.relid, REGCLASS), Text))
    return [name for name in connection.scalars(names, {"table": table}) if name != table]


def run_env() -> None:
    """The whole of a service's `env.py`: run the migrations on the connection that `migrate` opened."""
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    context.run_migrations()


def create_mechanisms() -> None:
    """Create the tables of the shared mechanisms; called by each service's first revision."""
    run_sql(MECHANISMS)


def partition_event_log_by_day() -> None:
    """Partition the event log by day, so that it is kept for 30 days; rows younger than that are moved.

    Called by a revision of each service after its first.
    """
    run_sql(EVENT_LOG_BY_DAY)


def create_tries() -> None:
    """Create the table in which a worker notes what it tries; called by a revision of each service."""
    run_sql(TRIES)


def let_the_event_log_be_read() -> None:
    """Add what subscribers need to find out what they have missed. Called by a revision of each service."""
    run_sql(EVENT_LOG_READER)


def create_chains() -> None:
    """Create what chains rows that never change; called by a revision of each service after its first."""
    run_sql(CHAINS)


def create_erasures() -> None:
    """Create what takes the texts of a person out of rows that never change. Called by a revision of each service."""
    run_sql(ERASURES)
    run_sql(ERASED_FROM_THE_LOG)


def create_rebuilds() -> None:
    """Create the table of what an operator lets be rebuilt. Called by a revision of each service."""
    run_sql(REBUILDS)


def prepare_retention() -> None:
    """Let rows whose time is over be found and emptied by indexes. Called by a revision of each service."""
    run_sql(ERASES_BY_INDEX)
    run_sql(BY_AGE)


def create_repairs() -> None:
    """Create the table of what was done with failed deliveries. Called by a revision of each service."""
    run_sql(REPAIRS)


def run_sql(script: str) -> None:
    """Run a script of several statements.

    asyncpg runs it itself, because SQLAlchemy would prepare it, and a prepared statement cannot contain several.
    """
    driver: Any = op.get_bind().connection.driver_connection
    await_only(driver.execute(script))
