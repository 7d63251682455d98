"""When a free seat is owed to a queued request: the invariant of the audit follows the rules in force.

The rows are written past every rule, in tables that refuse nothing. That `audit` names each invariant that is broken is
tested in `tests/integration/test_the_invariants.py`.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.invariants import INVARIANTS
from shared.invariants import violations
from tests.conftest import MakeDatabase
from tests.support.loosened import loosen, superuser
from tests.support.postgres import TestServer

FREE = ["a seat is free while a request that may have it is queued"]


class Tables:
    """Rows of sessions of one training, and of requests of its structures."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.training, self.structure = uuid4(), uuid4()
        self.now = datetime.now(UTC)

    async def insert(self, table: str, **values: Any) -> None:
        statement = text(f"INSERT INTO {table} ({', '.join(values)}) VALUES (:{', :'.join(values)})")
        if table == "rules":
            statement = statement.bindparams(bindparam("value", type_=JSONB))
        await self.connection.execute(statement, values)

    async def session(self, capacity: int, held: int, **changes: Any) -> UUID:
        made = uuid4()
        times = {
            "closes_at": self.now + timedelta(days=1),
            "starts_at": self.now + timedelta(hours=48),
            "ends_at": self.now + timedelta(days=9),
        }
        values = {"last_queue_number": 9, "state": "scheduled", **times, **changes}
        await self.insert("sessions", id=made, training_id=self.training, capacity=capacity, held=held, **values)
        return made

    async def request(self, session: UUID, seat: str, number: int, *, of_structure: bool = False) -> None:
        made, structure = uuid4(), self.structure if of_structure else uuid4()
        await self.insert(
            "enrollments",
            id=made,
            version=2,
            account_id=uuid4(),
            structure_id=structure,
            training_id=self.training,
            session_id=session,
            approval="awaiting_trainer",
            seat=seat,
            queue_number=number,
        )
        await self.insert(
            "enrollment_history",
            aggregate_id=made,
            version=2,
            from_approval="awaiting_employer",
            from_seat="none",
            to_approval="awaiting_trainer",
            to_seat=seat,
        )

    async def rule(self, name: str, *, version: int = 1, enabled: bool = True, **value: int) -> None:
        await self.insert(
            "rules", name=name, version=version, enabled=enabled, value=value, effective_from=self.now, set_at=self.now
        )

    async def broken(self) -> list[str]:
        return [each.sentence for each in await violations(self.connection, INVARIANTS, most=5)]


@pytest.fixture
async def tables(make_database: MakeDatabase, postgres_server: TestServer) -> AsyncIterator[Tables]:
    database = await make_database("enrollment")
    await loosen(database, postgres_server)
    async with superuser(database, postgres_server) as connection:
        yield Tables(connection)


async def test_what_is_well_is_not_reported(tables: Tables) -> None:
    full = await tables.session(1, 1)
    await tables.request(full, "held", 1)
    await tables.request(full, "queued", 2)
    overbooked = await tables.session(1, 2, overbooked_to=2)
    for number in (1, 2):
        await tables.request(overbooked, "held", number, of_structure=True)
    over_the_cap = await tables.session(9, 0)
    await tables.request(over_the_cap, "queued", 1, of_structure=True)
    assert await tables.broken() == []


@pytest.mark.parametrize(
    ("held", "closed_for", "rule", "broken"),
    [
        (1, None, None, FREE),
        (2, None, None, []),
        (2, timedelta(hours=1), None, FREE),
        (2, timedelta(minutes=5), None, []),
        (2, None, {"people": 3}, FREE),
        (1, None, {"people": 1}, []),
        (2, None, {"people": 1, "enabled": False}, FREE),
    ],
    ids=str,
)
async def test_a_free_seat_is_owed_within_the_cap_of_the_structure_and_to_all_once_requests_are_closed(
    tables: Tables, held: int, closed_for: timedelta | None, rule: dict[str, Any] | None, broken: list[str]
) -> None:
    elsewhere = await tables.session(held, held)
    for number in range(1, held + 1):
        await tables.request(elsewhere, "held", number, of_structure=True)
    changes = {} if closed_for is None else {"closes_at": tables.now - closed_for}
    await tables.request(await tables.session(1, 0, **changes), "queued", 1, of_structure=True)
    if rule is not None:
        await tables.rule("structure_cap", people=9)
        await tables.rule("structure_cap", version=2, **rule)
    assert await tables.broken() == broken


@pytest.mark.parametrize(
    "changes",
    [
        {"starts_at": timedelta(minutes=-1), "closes_at": timedelta(days=-1)},
        {"state": "cancelled"},
        {"attendance_closed_at": timedelta(0)},
    ],
    ids=str,
)
async def test_no_seat_is_owed_of_a_session_that_gives_none(tables: Tables, changes: dict[str, Any]) -> None:
    moved = {name: tables.now + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    await tables.request(await tables.session(1, 0, **moved), "queued", 1)
    assert await tables.broken() == []


@pytest.mark.parametrize(("hours", "enabled", "broken"), [(49, True, []), (47, True, FREE), (49, False, FREE)])
async def test_no_seat_is_owed_inside_the_freeze(tables: Tables, hours: int, enabled: bool, broken: list[str]) -> None:
    await tables.request(await tables.session(1, 0), "queued", 1)
    await tables.rule("promotion_freeze", hours=hours, enabled=enabled)
    assert await tables.broken() == broken
