"""What the role that a service runs as may not do in its own database, whatever its code would like to."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from docs import generate
from tests.conftest import MakeDatabase

SERVICES = generate.services()
APPEND_ONLY = [(name, table) for name, service in SERVICES.items() for table in service.append_only]


@pytest.mark.parametrize(("service", "table"), APPEND_ONLY)
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET at = now()", "TRUNCATE {}"])
async def test_what_was_written_of_who_did_what_is_never_changed(
    make_database: MakeDatabase, service: str, table: str, act: str
) -> None:
    act = act if table != "presences" else act.replace(" at ", " recorded_at ")
    await _refused(make_database, service, act.format(table))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "act", ["CREATE TABLE mine (id int)", "ALTER TABLE inbox ADD COLUMN mine int", "DROP TABLE outbox"]
)
async def test_tables_are_the_owners_alone(make_database: MakeDatabase, service: str, act: str) -> None:
    await _refused(make_database, service, act)


async def _refused(make_database: MakeDatabase, service: str, act: str) -> None:
    database = await make_database(service)
    async with database.engine.connect() as connection:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            await connection.execute(text(act))


def test_every_service_that_takes_decisions_keeps_a_trace_of_them() -> None:
    assert {service for service, _ in APPEND_ONLY} == {"identity", "catalogue", "enrollment"}
