"""The declared tables are those of the migrated database, and a migration keeps what was there before."""

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any
from uuid import uuid4

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.enrollment.storage.tables import METADATA
from services.enrollment.wiring import SERVICE
from shared.database import Database
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.support.postgres import TestServer

BEFORE = """
    WITH made AS (
        INSERT INTO sessions (id, version, training_id, title, place, capacity, opens_at, closes_at, starts_at, ends_at,
            slots,
            trainer_ids, state, held, attendance_closed_at, attendance_closed_by, attendance_note)
        VALUES (gen_random_uuid(), 1, gen_random_uuid(), 'VAE', 'Limoges', 5, now(), now(), now(), now(), '[]',
            CAST(:trainers AS uuid[]), 'scheduled', 1, '2026-03-02T17:00Z', :closed_by, :note)
        RETURNING id, training_id
    )
    INSERT INTO enrollments (id, version, account_id, structure_id, training_id, session_id, motivation, requested_at,
        approval, seat, queue_number, late, attendance, attended)
    SELECT :request, 5, gen_random_uuid(), gen_random_uuid(), training_id, id, '', now(),
        'validated', 'held', 1, false, '[]', true
    FROM made
"""
LINES = """
    SELECT aggregate_id, version, act, from_approval, to_approval, from_seat, to_seat, acted_by, acting_as, note
    FROM enrollment_history ORDER BY acting_as
"""


def differences(connection: Connection) -> list[Any]:
    """Between the declared tables and those of the migrated database, without the tables of shared mechanisms."""

    def is_declared(name: str | None, kind: str, _: Any) -> bool:
        return kind not in {"table", "index", "unique_constraint"} or name in METADATA.tables

    options = {"compare_type": True, "compare_server_default": False, "include_name": is_declared}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


async def test_the_declared_tables_are_those_of_the_migrated_database(service: EnrollmentService) -> None:
    async with service.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files(SERVICE.migrations_package)))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


async def test_an_attendance_that_was_closed_before_gets_its_line_of_history(
    postgres_server: TestServer, make_database: Callable[[str], Awaitable[Database]]
) -> None:
    await make_database("enrollment")  # makes the roles
    name = f"before_{uuid4().hex[:12]}"
    await postgres_server.execute(f"CREATE DATABASE {name} OWNER enrollment_owner")
    engine = create_async_engine(postgres_server.address(name, "enrollment_owner"), poolclass=NullPool)
    trainer, staff, by_trainer, by_staff = (uuid4() for _ in range(4))
    async with engine.begin() as connection:
        await connection.run_sync(upgrade, "0001")
        for request, closed_by, note in ((by_trainer, trainer, None), (by_staff, staff, "Feuille papier.")):
            values = {"request": request, "trainers": [trainer], "closed_by": closed_by, "note": note}
            await connection.execute(text(BEFORE), values)
        await connection.run_sync(upgrade, "0002")
        lines = [tuple(row) for row in await connection.execute(text(LINES))]
    await engine.dispose()
    await postgres_server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    states = ("validated", "validated", "held", "held")
    assert lines == [
        (by_staff, 5, "attend", *states, staff, "staff", "Feuille papier."),
        (by_trainer, 5, "attend", *states, trainer, "trainer", None),
    ]
