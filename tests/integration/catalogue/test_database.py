"""The constraints of the database hold the rules of the domain, whatever program writes the rows."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from services.catalogue.storage.tables import METADATA
from tests.integration.catalogue.catalogue_service import CatalogueService

SESSION = "UPDATE sessions SET "
BROKEN = {
    "no seat": (f"{SESSION} capacity = 0", "capacity_is_bounded"),
    "too many seats": (f"{SESSION} capacity = 1001", "capacity_is_bounded"),
    "requests that close when they open": (
        f"{SESSION} opens_at = closes_at", "requests_open_then_close_before_the_session",
    ),
    "requests that close after the start": (
        f"{SESSION} closes_at = slot_starts[1] + interval '1 second'", "requests_open_then_close_before_the_session",
    ),
    "no slot": (f"{SESSION} slot_ids = '{{}}', slot_starts = '{{}}', slot_ends = '{{}}'", "starts_at"),
    "a slot without an end": (f"{SESSION} slot_ends = slot_ends[1:2]", "every_slot_is_whole"),
    "a slot without an id": (f"{SESSION} slot_ids[2] = NULL", "every_slot_is_whole"),
    "two slots of one id": (f"{SESSION} slot_ids[2] = slot_ids[1]", "every_slot_is_whole"),
    "a trainer twice": (f"{SESSION} trainer_ids = trainer_ids || trainer_ids", "every_trainer_is_another"),
    "slots out of order": (
        f"""{SESSION} slot_starts[2] = slot_starts[3], slot_ends[2] = slot_ends[3],
            slot_starts[3] = slot_starts[2], slot_ends[3] = slot_ends[2]""",
        "slots_follow_one_another",
    ),
    "slots that overlap": (
        f"{SESSION} slot_ends[1] = slot_starts[2] + interval '1 second'", "slots_follow_one_another",
    ),
    "a slot that ends when it starts": (f"{SESSION} slot_ends[2] = slot_starts[2]", "slots_follow_one_another"),
    "a slot without a time": (f"{SESSION} slot_ends[2] = NULL", "slots_follow_one_another"),
    "another state of a session": (f"{SESSION} state = 'maybe'", "sessions_state_check"),
    "another state of a training": ("UPDATE trainings SET state = 'maybe'", "trainings_state_check"),
    "a link that is not https": (f"{SESSION} link = 'http://visio.example'", "links_are_https"),
    "another kind": ("UPDATE trainings SET kind = 'cours'", "trainings_kind_check"),
    "no title": ("UPDATE trainings SET title = ''", "trainings_title_check"),
    "an axis that is not there": ("UPDATE trainings SET axis_id = gen_random_uuid()", "trainings_axis_id_fkey"),
    "a name twice": (
        "INSERT INTO axes SELECT gen_random_uuid(), 1, upper(name), description, position FROM axes",
        "axes_are_told_apart",
    ),
}  # fmt: skip

COMPUTED = """
    SELECT table_name, column_name, collation_name FROM information_schema.columns
    WHERE table_schema = 'public' AND is_generated = 'ALWAYS' ORDER BY table_name, column_name
"""


async def broken_by(service: CatalogueService, statement: str) -> Any:
    async with service.database.engine.connect() as connection:
        with pytest.raises((IntegrityError, ProgrammingError)) as refused:
            await connection.execute(text(statement))
    return refused.value.orig


@pytest.mark.parametrize("what", BROKEN)
async def test_a_row_that_breaks_a_rule_cannot_be_written(service: CatalogueService, what: str) -> None:
    await service.session(await service.training())
    statement, rule = BROKEN[what]
    assert rule in str(await broken_by(service, statement))


async def test_adjacent_slots_and_requests_that_close_at_the_start_can_be_written(service: CatalogueService) -> None:
    await service.session(await service.training())
    async with service.database.transaction() as work:
        await work.connection.execute(text(f"{SESSION} slot_ends[1] = slot_starts[2], closes_at = slot_starts[1]"))
    assert await service.rows("SELECT closes_at = starts_at FROM sessions") == [(True,)]


def differences(connection: Connection) -> list[Any]:
    """Between the declared tables and those of the migrated database, without the tables of shared mechanisms."""

    def is_declared(name: str | None, kind: str, _: Any) -> bool:
        return kind not in {"table", "index", "unique_constraint"} or name in METADATA.tables

    options = {"compare_type": True, "compare_server_default": False, "include_name": is_declared}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


async def test_the_declared_tables_are_those_of_the_migrated_database(service: CatalogueService) -> None:
    async with service.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        computed = (await connection.execute(text(COMPUTED))).all()
    assert [(row.table_name, row.column_name, row.collation_name) for row in computed] == [
        ("sessions", "ends_at", None),
        ("sessions", "searched_place", None),
        ("sessions", "starts_at", None),
        ("trainings", "searched", None),
        ("trainings", "sort_title", "C"),
    ]
    declared = {
        (table.name, column.name) for table in METADATA.tables.values() for column in table.c if column.computed
    }
    assert declared == {(row.table_name, row.column_name) for row in computed}
