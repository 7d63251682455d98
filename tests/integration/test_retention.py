"""What is over goes, what is younger stays, and so does what an open request needs; the chains hold."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import create_async_engine

import services
from docs import generate, retention_table
from shared.chains import broken_chains
from shared.database import Database
from shared.retention import OF_MECHANISMS, Limited, Retention, RetentionJob, rows_over
from shared.settings import ServiceSettings
from tests.conftest import MakeDatabase
from tests.integration.kinds_of_data import CASES, OLD, OPEN, YOUNG
from tests.support.postgres import TestServer

SERVICES = services.definitions()
EVERY_SERVICE: Final = {"handled messages", "tries", "parked messages", "kept answers", "event log"}
"""The mechanisms are the same everywhere: those of the catalogue are tried, and the event log by its own tests."""
OF_OPEN_REQUESTS: Final = ("motivations", "reasons in the history of requests", "notes of staff")


async def _write(server: TestServer, database: Database, service: str) -> None:
    """As a superuser, without foreign keys; the rows of chains get their hashes."""
    engine = create_async_engine(server.url.set(database=database.engine.url.database))
    keys = text("SELECT conrelid::regclass::text AS name, conname FROM pg_constraint WHERE contype = 'f'")
    async with engine.begin() as connection:
        for key in (await connection.execute(keys)).all():
            await connection.execute(text(f'ALTER TABLE {key.name} DROP CONSTRAINT "{key.conname}"'))
        for kind, case in CASES[service].items():
            days = [(OLD, case.days + 1), (YOUNG, case.days - 1)]
            if kind in OF_OPEN_REQUESTS:
                days.append((OPEN, case.days + 1))
            for row, age in days:
                write = text(case.write.replace(":id", f"'{row}'")).bindparams(bindparam("at"))
                await connection.execute(write, {"at": datetime.now(UTC) - timedelta(days=age)})
    await engine.dispose()


async def _left(database: Database, query: str) -> list[str]:
    async with database.engine.connect() as connection:
        return sorted(str(each) for each in await connection.scalars(text(query)))


@pytest.mark.parametrize("service", CASES)
async def test_what_is_over_goes_and_what_is_younger_or_open_stays(
    make_database: MakeDatabase, postgres_server: TestServer, service: str
) -> None:
    database = await make_database(service)
    await _write(postgres_server, database, service)
    counted: Counter[str] = Counter()
    limits = generate.wired(SERVICES[service], database).retention.limits
    jobs = [RetentionJob(database, limits, lambda kind, rows: counted.update({kind: rows})) for _ in range(2)]

    await asyncio.gather(*(job.run() for job in jobs))
    await jobs[0].run()

    for kind, case in CASES[service].items():
        expected = [YOUNG, OPEN] if kind in OF_OPEN_REQUESTS else [YOUNG]
        assert await _left(database, case.left) == expected, kind
        if case.rows:
            of_two = 4 if kind == "mails" else 2
            assert len(await _left(database, f"SELECT 1 FROM {case.rows}")) == len(expected) - 1 + of_two, kind
    by_owner = {"security events"}
    assert counted == {kind: 2 if kind == "mails" else 1 for kind in CASES[service] if kind not in by_owner}
    async with database.transaction() as work:
        assert await broken_chains(work.connection, SERVICES[service].chains) == []


@pytest.mark.parametrize("service", CASES)
async def test_every_kind_is_tried_and_found_by_an_index(make_database: MakeDatabase, service: str) -> None:
    declared = retention_table.retention_of(service).declarations
    kinds = {each.kind for each in declared if isinstance(each, Limited)}
    assert kinds <= CASES[service].keys() <= kinds | EVERY_SERVICE | {"security events"}
    database = await make_database(service)
    async with database.engine.connect() as connection:
        for plan in ("seqscan", "bitmapscan", "sort"):
            await connection.execute(text(f"SET enable_{plan} = off"))
        for each in (*declared, *OF_MECHANISMS.declarations):
            if isinstance(each, Limited) and each.table.name != "tries":  # it has a row for what is tried now
                steps = await connection.scalars(text(f"EXPLAIN {_as_text(each)}"))
                plan = "\n".join(steps)
                assert "Sort" not in plan, plan
                assert f"Seq Scan on {each.table.name}" not in plan, plan


def _as_text(limited: Limited) -> str:
    rows = rows_over(limited, limited.since).params(age=timedelta(days=1))
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no types
    compiled = rows.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    return str(compiled).replace("%%", "%").replace(":", r"\:")


def test_a_table_that_is_not_declared_keeps_a_service_from_starting() -> None:
    retention: Any = retention_table.retention_of("catalogue")
    tables = retention.declarations[0].table.metadata
    with pytest.raises(ValueError, match="how long the rows of these tables are kept: catalogue_history, sheets"):
        Retention(
            tables, [each for each in retention.declarations if each.table.name not in {"catalogue_history", "sheets"}]
        )
    with pytest.raises(ValueError, match="each kind is declared once: reasons of changes, reasons of changes"):
        Retention(tables, [*retention.declarations, retention.declarations[3]])


@pytest.mark.parametrize("service", SERVICES)
def test_no_setting_keeps_anything_so_shortly_that_a_slip_of_the_pen_empties_it(service: str) -> None:
    settings = SERVICES[service].settings
    names = [name for name in settings.model_fields if name.startswith("keep_")]
    assert {each.age for each in retention_table.retention_of(service).declarations if isinstance(each, Limited)} >= {
        name for name in names if name not in ServiceSettings.model_fields
    }
    for name in names:
        with pytest.raises(ValueError, match=name):
            settings.model_validate({"database_url": "postgresql+asyncpg://x@y/z", name: timedelta(seconds=365)})
