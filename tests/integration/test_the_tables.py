"""The tables that a service declares are those that its migrations create: names, columns, types, nullability.

CHECK constraints, exclusion constraints, and indexes (partial ones and those on expressions above all) are left to the
migrations: the metadata does not declare them, and the database enforces them whatever the metadata says.
"""

import importlib
from importlib.util import find_spec
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from docs import generate
from shared.tables import MECHANISMS
from tests.conftest import MakeDatabase

SERVICES = generate.services()
DECLARING = [
    name
    for name in SERVICES
    if find_spec(f"services.{name}.storage.tables") is not None
    and hasattr(importlib.import_module(f"services.{name}.storage.tables"), "METADATA")
]
COMPARED = {"add_table", "remove_table", "add_column", "remove_column", "modify_type", "modify_nullable"}


def _declared(service: str) -> MetaData:
    module = importlib.import_module(f"services.{service}.storage.tables")
    return module.METADATA  # type: ignore[no-any-return]  # each service's module has one


def _differences(connection: Connection, *metadata: MetaData) -> list[str]:
    declared = MetaData()
    for part in metadata:
        for table in part.sorted_tables:
            table.to_metadata(declared)
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "include_name": lambda name, kind, _: not _is_partition(name, kind)}
    )
    found = compare_metadata(context, declared)
    flat = [step for steps in found for step in (steps if isinstance(steps, list) else [steps])]
    return [str(step) for step in flat if step[0] in COMPARED]


def _is_partition(name: Any, kind: str) -> bool:
    return kind == "table" and str(name).startswith("event_log_")


@pytest.mark.parametrize("service", DECLARING)
async def test_the_declared_tables_are_those_of_the_migrated_database(
    make_database: MakeDatabase, service: str
) -> None:
    database = await make_database(service)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences, _declared(service), MECHANISMS) == []


async def test_a_difference_is_found(make_database: MakeDatabase) -> None:
    database = await make_database("enrollment")
    async with database.engine.connect() as connection:
        found = "\n".join(await connection.run_sync(_differences, MECHANISMS))
    assert "remove_table" in found
    assert "event_log" not in found


def test_every_service_declares_its_tables() -> None:
    assert list(SERVICES) == DECLARING
