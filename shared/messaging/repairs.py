"""What people do with deliveries that failed: each replay and each drop is kept with who did it, and why.

Staff do it over HTTP, operators with `messages …`: both call these functions, which keep an act in its transaction.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging import undelivered
from shared.messaging.envelope import Envelope
from shared.messaging.selection import Selection, replay_selected
from shared.tables import repairs
from shared.tables import undelivered as deliveries

_NEWEST: Final = select(repairs).order_by(repairs.c.at.desc(), repairs.c.id.desc())


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """The member of staff who acts, or None for an operator's command; and why."""

    acted_by: UUID | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One act. `number`: of the one delivery; without it, of all with this name and handler, if they are given."""

    id: UUID
    at: datetime
    act: Literal["replay", "drop"]
    acted_by: UUID | None
    reason: str
    deliveries: int
    number: int | None
    name: str | None
    handler: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many deliveries are parked, and how many wait for another attempt."""

    parked: int
    waiting: int


async def counts(connection: AsyncConnection) -> Counts:  # untraced
    is_parked = deliveries.c.parked_at.is_not(None)
    statement = select(
        func.count().filter(is_parked).label("parked"), func.count().filter(~is_parked).label("waiting")
    ).select_from(deliveries)
    row = (await connection.execute(statement)).one()
    return Counts(parked=row.parked, waiting=row.waiting)


async def page(
    connection: AsyncConnection, selection: Selection, *, after: int | None, limit: int
) -> Sequence[undelivered.Undelivered]:
    """The selected deliveries, the newest first; one more than `limit` when there are more."""
    conditions: list[ColumnElement[bool]] = [*selection.conditions]
    if after is not None:
        conditions.append(deliveries.c.id < after)
    statement = select(deliveries).where(*conditions).order_by(deliveries.c.id.desc()).limit(limit + 1)
    return [undelivered.record_of(row) for row in await connection.execute(statement)]


async def newest(connection: AsyncConnection, *, limit: int) -> Sequence[Repair]:
    """The last acts."""
    return [Repair(**row._asdict()) for row in await connection.execute(_NEWEST.limit(limit))]


async def replay_one(connection: AsyncConnection, number: int, author: Author) -> bool:  # untraced
    """Make a delivery due now. Return False if there is none of that number."""
    found = await undelivered.find(connection, number)
    if found is None or not await undelivered.replay(connection, number):
        return False
    await _keep(connection, author, act="replay", deliveries=1, of=found)
    return True


async def drop_one(connection: AsyncConnection, number: int, author: Author) -> bool:  # untraced
    """Delete a delivery. Return False if there is none of that number."""
    found = await undelivered.find(connection, number)
    if found is None or not await undelivered.drop(connection, number):
        return False
    await _keep(connection, author, act="drop", deliveries=1, of=found)
    return True


async def replay_many(
    connection: AsyncConnection, selection: Selection, author: Author, *, per_second: float | None
) -> int:  # untraced
    """Make the selected deliveries due, one after the other, in this transaction; return how many."""
    replayed = await replay_selected(connection, selection, per_second=per_second)
    if replayed:
        await _keep(
            connection, author, act="replay", deliveries=replayed, name=selection.name, handler=selection.handler
        )
    return replayed


async def return_dead(connection: AsyncConnection, envelope: Envelope, why: str, author: Author) -> None:  # untraced
    """Have a message that the broker gave up tried again by all its handlers; `why` it was given up."""
    await undelivered.retry_from_start(connection, envelope, why)
    await _keep(connection, author, act="replay", deliveries=1, name=undelivered.storable(envelope.name))


async def _keep(
    connection: AsyncConnection,
    author: Author,
    *,
    of: undelivered.Undelivered | None = None,
    **values: Any,  # noqa: ANN401 - the values of columns
) -> None:
    if of is not None:
        values |= {"number": of.number, "name": of.name, "handler": of.handler}
    await connection.execute(insert(repairs).values(id=uuid4(), **asdict(author), **values))
