"""The tables that a service declares are those that its migrations create: names, columns, types, nullability,
foreign keys.

CHECK constraints, exclusion constraints, and indexes (partial ones and those on expressions above all) are left to the
migrations: the metadata does not declare them, and the database enforces them whatever the metadata says.
"""

import importlib
import re
from importlib.util import find_spec
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, ForeignKeyConstraint, Integer, MetaData

import services
from shared.tables import MECHANISMS
from tests.conftest import MakeDatabase

SERVICES = services.definitions()
DECLARING = [
    name
    for name in SERVICES
    if find_spec(f"services.{name}.storage.tables") is not None
    and hasattr(importlib.import_module(f"services.{name}.storage.tables"), "METADATA")
]
COMPARED = {
    "add_table",
    "remove_table",
    "add_column",
    "remove_column",
    "modify_type",
    "modify_nullable",
    "add_fk",
    "remove_fk",
}


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


async def test_a_wrong_type_nullability_or_foreign_key_is_found(make_database: MakeDatabase) -> None:
    wrong = MetaData()
    for table in _declared("enrollment").sorted_tables:
        table.to_metadata(wrong)
    accounts, history = wrong.tables["accounts"], wrong.tables["enrollment_history"]
    accounts.c.first_name.type = Integer()
    accounts.c.last_name.nullable = True
    key = next(iter(history.foreign_key_constraints))
    history.constraints.remove(key)
    for part in key.elements:
        part.parent.foreign_keys.remove(part)
    wrong.tables["attachments"].append_constraint(ForeignKeyConstraint(["account_id"], ["accounts.id"]))
    database = await make_database("enrollment")
    async with database.engine.connect() as connection:
        found = await connection.run_sync(_differences, wrong, MECHANISMS)
    assert [re.findall(r"'(\w+)'", step)[:3] for step in found] == [
        ["modify_type", "accounts", "first_name"],
        ["modify_nullable", "accounts", "last_name"],
        ["add_fk", "attachments", "account_id"],
        ["remove_fk", "enrollment_history_enrollment_id_fkey", "enrollment_history"],
    ]


def test_every_service_declares_its_tables() -> None:
    assert list(SERVICES) == DECLARING
