"""The audit sees what it is for: each invariant broken in tables that, unlike the service's own, refuse nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.invariants import AUDIT, violations

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TABLES = (
    "CREATE TEMP TABLE sessions (id uuid, capacity int, held int, overbooked_to int)",
    "ALTER TABLE sessions ADD closes_at timestamptz, ADD starts_at timestamptz, ADD ends_at timestamptz",
    """CREATE TEMP TABLE enrollments (id uuid, version int, account_id uuid, structure_id uuid, training_id uuid,
    session_id uuid, approval text, seat text, queue_number int, attendance jsonb)""",
    """CREATE TEMP TABLE enrollment_history (aggregate_id uuid, version int, from_approval text, from_seat text,
    to_approval text, to_seat text)""",
)


class Tables:
    """Rows written past every rule."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.training, self.structure = uuid4(), uuid4()

    async def insert(self, table: str, **values: Any) -> None:
        statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES (:{', :'.join(values)})"
        await self.connection.execute(text(statement), values)

    async def session(
        self, capacity: int, held: int, overbooked_to: int | None = None, *, closed: bool = False, begun: bool = False
    ) -> UUID:
        made = uuid4()
        closes = NOW + timedelta(days=-1 if closed or begun else 1)
        starts = NOW + timedelta(hours=0 if begun else 48)
        times = {"closes_at": closes, "starts_at": starts, "ends_at": NOW + timedelta(days=9)}
        await self.insert("sessions", id=made, capacity=capacity, held=held, overbooked_to=overbooked_to, **times)
        return made

    async def request(
        self, session: UUID, seat: str, number: int | None, approval: str = "awaiting_trainer", **changes: Any
    ) -> UUID:
        made = uuid4()
        values = {"version": 2, "account_id": uuid4(), "structure_id": uuid4(), "training_id": self.training, **changes}
        await self.insert(
            "enrollments", id=made, session_id=session, approval=approval, seat=seat, queue_number=number, **values
        )
        await self.line(made, 2, ("awaiting_employer", "none"), (approval, seat))
        return made

    async def line(self, enrollment: UUID, version: int, before: tuple[str, str], after: tuple[str, str]) -> None:
        states = {"from_approval": before[0], "from_seat": before[1], "to_approval": after[0], "to_seat": after[1]}
        await self.insert("enrollment_history", aggregate_id=enrollment, version=version, **states)

    async def broken(self, *, freeze: int = 0) -> list[str]:
        """The invariants that the audit finds broken, without the rows."""
        found = await violations(self.connection, now=NOW, freeze=freeze)
        return [invariant for invariant in AUDIT if any(line.startswith(f"{invariant}:") for line in found)]


@pytest.fixture
async def tables(make_database: Any) -> AsyncIterator[Tables]:
    """Empty tables, gone with the connection."""
    database = await make_database("mechanisms")
    async with database.engine.connect() as connection:
        for table in TABLES:
            await connection.execute(text(table))
        yield Tables(connection)


async def test_what_is_well_is_not_reported(tables: Tables) -> None:
    full = await tables.session(1, 1)
    await tables.request(full, "held", 1)
    await tables.request(full, "queued", 2)
    overbooked = await tables.session(1, 2, 2)
    for number in (1, 2):
        await tables.request(overbooked, "held", number, structure_id=tables.structure)
    over_the_cap = await tables.session(9, 0)
    await tables.request(over_the_cap, "queued", 1, structure_id=tables.structure)
    assert await tables.broken() == []


async def test_more_held_than_the_capacity(tables: Tables) -> None:
    session = await tables.session(1, 2)
    await tables.request(session, "held", 1)
    await tables.request(session, "held", 2)
    assert await tables.broken() == [
        "1. more seats are held than there are",
        "6. more seats are held than there are and the session is not marked as overbooked",
    ]


async def test_a_count_that_lies(tables: Tables) -> None:
    await tables.session(5, 1)
    assert await tables.broken() == ["1. the counter of held seats is wrong"]


async def test_two_open_requests_for_one_training(tables: Tables) -> None:
    somebody = uuid4()
    for _ in range(2):
        await tables.request(await tables.session(1, 1), "held", 1, account_id=somebody)
    assert await tables.broken() == ["2. two open requests of one person for one training"]


@pytest.mark.parametrize(("of_the_structure", "closed"), [(1, False), (2, True)])
async def test_a_free_seat_and_somebody_who_may_have_it(tables: Tables, of_the_structure: int, closed: bool) -> None:
    elsewhere = await tables.session(of_the_structure, of_the_structure)
    for number in range(of_the_structure):
        await tables.request(elsewhere, "held", number, structure_id=tables.structure)
    await tables.request(await tables.session(1, 0, closed=closed), "queued", 1, structure_id=tables.structure)
    assert await tables.broken() == ["3. a seat is free while an eligible request is queued"]


async def test_a_free_seat_is_owed_to_nobody_once_the_session_has_begun_or_inside_the_freeze(tables: Tables) -> None:
    await tables.request(await tables.session(1, 0, begun=True), "queued", 1)
    assert await tables.broken() == []
    await tables.request(await tables.session(1, 0), "queued", 1)
    assert await tables.broken(freeze=48) == []
    assert await tables.broken(freeze=47) == ["3. a seat is free while an eligible request is queued"]


async def test_numbers_that_are_missing_or_given_twice(tables: Tables) -> None:
    session = await tables.session(3, 3)
    for number in (None, 4, 4):
        await tables.request(session, "held", number)
    assert await tables.broken() == [
        "4. a seat or a place in the queue without a number",
        "4. one queue number given to two requests",
    ]


async def test_a_closed_request_that_holds_a_seat(tables: Tables) -> None:
    await tables.request(await tables.session(1, 1), "held", 1, "withdrawn")
    assert await tables.broken() == ["5. a closed request still has a seat or a place in the queue"]


async def test_a_history_that_does_not_lead_here(tables: Tables) -> None:
    request = await tables.request(await tables.session(1, 1), "held", 1)
    await tables.line(request, 3, ("validated", "held"), ("declined", "none"))
    assert await tables.broken() == [
        "5. a request differs from the last line of its history",
        "5. a request changed without a line of history",
        "5. a line of history does not begin where the one before it ended",
    ]


async def test_a_decision_without_a_line(tables: Tables) -> None:
    await tables.request(await tables.session(1, 1), "held", 1)
    await tables.connection.execute(text("DELETE FROM enrollment_history"))
    assert await tables.broken() == [
        "5. a decided request has no line of history",
        "5. a request changed without a line of history",
    ]


async def test_a_version_without_a_line(tables: Tables) -> None:
    await tables.request(await tables.session(1, 1), "held", 1, version=3)
    assert await tables.broken() == ["5. a request changed without a line of history"]
