"""The event log: partitioned by day, kept for 30 days, and only ever appended to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from shared.database import Database
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.worker import Worker
from shared.migrations import migrate_async
from shared.retention import OF_MECHANISMS
from shared.settings import ServiceSettings
from tests.conftest import MakeDatabase
from tests.support.eventually import eventually
from tests.support.postgres import TestServer

ROW = """
    INSERT INTO event_log (event_id, aggregate_id, aggregate_version, name, payload, headers, created_at)
    VALUES (gen_random_uuid(), gen_random_uuid(), 1, :name, '{}', '{}', now() - make_interval(days => :age))
"""


async def _write(database: Database, *ages: int) -> None:
    async with database.engine.begin() as connection:
        for age in ages:
            await connection.execute(text(ROW), {"name": f"{age} days", "age": age})


async def _names(database: Database) -> set[str]:
    async with database.engine.connect() as connection:
        return set(await connection.scalars(text("SELECT name FROM event_log")))


async def _partitions(database: Database) -> list[str]:
    statement = "SELECT relid::text FROM pg_partition_tree('event_log') WHERE isleaf ORDER BY 1"
    async with database.engine.connect() as connection:
        return list(await connection.scalars(text(statement)))


async def _clean_up(database: Database) -> None:
    """Run the worker's job, as the running role."""
    limits = OF_MECHANISMS.limits(ServiceSettings(database_url="postgresql+asyncpg://nobody@localhost/nowhere"))
    worker: Worker[Any] = Worker(
        database,
        InProcessTransport(),
        service="test",
        subscriptions=[],
        transaction=lambda work: work,
        retention=limits,
    )
    (job,) = [job for job in worker.jobs if job.name == "retention"]
    await job.run()


def _of_day(ahead: int) -> str:
    return f"event_log_{datetime.now(UTC) + timedelta(days=ahead):%Y_%m_%d}"


@asynccontextmanager
async def owner_of(database: Database, server: TestServer) -> AsyncIterator[Database]:
    owner = Database(server.address(str(database.engine.url.database), "mechanisms_owner"), application="owner")
    yield owner
    await owner.close()


async def test_there_is_a_partition_for_each_of_the_next_days(make_database: MakeDatabase) -> None:
    database = await make_database("mechanisms")
    await _clean_up(database)
    assert await _partitions(database) == [*(_of_day(ahead) for ahead in range(8)), "event_log_other_days"]
    await _write(database, 0)
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT tableoid::regclass::text FROM event_log")) == _of_day(0)


async def test_partitions_older_than_thirty_days_are_dropped_and_so_are_old_rows_without_one(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    database = await make_database("mechanisms")
    async with owner_of(database, postgres_server) as owner, owner.engine.begin() as connection:
        for age in (29, 31):
            day = (datetime.now(UTC) - timedelta(days=age)).date()
            await connection.execute(
                text(
                    f"CREATE TABLE {_of_day(-age)} PARTITION OF event_log "
                    f"FOR VALUES FROM ('{day} 00:00+00') TO ('{day + timedelta(days=1)} 00:00+00')"
                )
            )
    await _write(database, 0, 5, 29, 31, 40)
    await _clean_up(database)
    assert await _names(database) == {"0 days", "5 days", "29 days"}
    assert _of_day(-29) in await _partitions(database)
    assert _of_day(-31) not in await _partitions(database)


async def test_a_day_that_comes_without_a_partition_is_kept_all_the_same(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    """A worker was off for longer than the partitions that were created ahead."""
    database = await make_database("mechanisms")
    async with owner_of(database, postgres_server) as owner, owner.engine.begin() as connection:
        await connection.execute(text(f"DROP TABLE {_of_day(0)}"))
    await _write(database, 0)
    await _clean_up(database)
    assert await _names(database) == {"0 days"}
    assert _of_day(0) not in await _partitions(database)


async def _somebody_waits(database: Database) -> bool:
    async with database.engine.connect() as connection:
        return bool(await connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


async def test_two_workers_may_clean_up_at_the_same_time(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    database = await make_database("mechanisms")
    async with owner_of(database, postgres_server) as owner, owner.engine.begin() as connection:
        for ahead in range(8):
            await connection.execute(text(f"DROP TABLE {_of_day(ahead)}"))
    async with database.engine.connect() as first, database.engine.connect() as second:
        await first.execute(text("SELECT maintain_event_log()"))
        waiting = asyncio.create_task(second.execute(text("SELECT maintain_event_log()")))
        await eventually(lambda: _somebody_waits(database), within=10)
        await first.commit()
        await waiting
        await second.commit()
    assert len(await _partitions(database)) == 9


async def test_an_existing_log_by_month_is_moved_and_what_is_older_than_thirty_days_goes(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    await make_database("mechanisms")  # so that its roles exist
    name = "event_log_of_old"
    await postgres_server.execute(f"CREATE DATABASE {name} OWNER mechanisms_owner")
    owner = postgres_server.address(name, "mechanisms_owner")
    package = "tests.support.mechanisms"
    database = Database(postgres_server.address(name, "mechanisms"), application="test")
    try:
        await migrate_async(owner, package=package, running_role="mechanisms", revision="0001")
        await _write(database, 0, 12, 29, 31, 100)
        assert "event_log_default" in await _partitions(database)

        await migrate_async(owner, package=package, running_role="mechanisms")
        assert await _names(database) == {"0 days", "12 days", "29 days"}
        assert "event_log_default" not in await _partitions(database)
        await migrate_async(owner, package=package, running_role="mechanisms")
        await _clean_up(database)
        assert await _names(database) == {"0 days", "12 days", "29 days"}
    finally:
        await database.close()
        await postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
