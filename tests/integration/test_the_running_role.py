"""What the role that a service runs as is not allowed to do in its own database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

import services
from shared.database import Database
from shared.migrations import APPEND_ONLY
from tests.conftest import MakeDatabase
from tests.support.postgres import TestServer

SERVICES = services.definitions()
HISTORIES = [(name, table) for name, service in SERVICES.items() for table in service.append_only]
LOGS = [
    (name, table)
    for name in SERVICES
    for table in ("event_log", "event_log_other_days", f"event_log_{datetime.now(UTC):%Y_%m_%d}")
]


@pytest.mark.parametrize(("service", "table"), [*HISTORIES, *LOGS])
async def test_a_history_and_the_event_log_can_be_read_and_appended_to_and_never_changed(
    make_database: MakeDatabase, service: str, table: str
) -> None:
    database = await make_database(service)
    async with database.engine.connect() as connection:
        await connection.execute(text(f"SELECT * FROM {table}"))
        columns = (
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = :table AND is_identity = 'NO' AND is_generated = 'NEVER' LIMIT 1"
        )
        column = await connection.scalar(text(columns), {"table": table})
        rights = text("SELECT has_table_privilege(:table, 'INSERT')")
        assert await connection.scalar(rights, {"table": table})
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = NULL", f"TRUNCATE {table}"):
        await _refused(database, statement)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_partition_of_the_event_log_can_be_changed_and_none_that_is_added_later(
    make_database: MakeDatabase, postgres_server: TestServer, service: str
) -> None:
    database = await make_database(service)
    owner = Database(
        postgres_server.address(str(database.engine.url.database), f"{service}_owner"), application="owner"
    )
    later = "event_log_2999_01_01"
    async with owner.engine.begin() as connection:  # as `maintain_event_log` does it, long after the migration
        await connection.execute(
            text(f"CREATE TABLE {later} PARTITION OF event_log FOR VALUES FROM ('2999-01-01') TO ('2999-01-02')")
        )
    await owner.close()
    async with database.engine.connect() as connection:
        partitions = list(
            await connection.scalars(text("SELECT relid::regclass::text FROM pg_partition_tree('event_log')"))
        )
    assert {"event_log", "event_log_other_days", later} <= set(partitions)
    for table in partitions:
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET name = ''", f"TRUNCATE {table}"):
            await _refused(database, statement)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine (id int)", "ALTER TABLE inbox ADD COLUMN mine int", "DROP TABLE outbox"]
)
async def test_only_the_owner_role_changes_tables(make_database: MakeDatabase, service: str, statement: str) -> None:
    await _refused(await make_database(service), statement)


async def _refused(database: Database, statement: str) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            await connection.execute(text(statement))


def test_every_service_that_takes_decisions_keeps_a_history_of_them() -> None:
    assert {service for service, _ in HISTORIES} == {"identity", "catalogue", "enrollment"}
    assert APPEND_ONLY == ("event_log", "repairs")
