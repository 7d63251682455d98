"""Which failed deliveries an operator means: those of a message, of a handler, with an error, since a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, bindparam, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.undelivered import Undelivered, record_of
from shared.tables import undelivered

BATCH = 500
LISTED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """All of its conditions must be true; without any, it is all failed deliveries."""

    parked: bool = False
    name: str | None = None
    handler: str | None = None
    error: str | None = None
    """A part of the reason, in any case."""
    since: datetime | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing restricts it."""
        return self == Selection()

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """For a WHERE clause."""
        columns = undelivered.c
        given: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
            (self.parked, lambda _: columns.parked_at.is_not(None)),
            (self.name, columns.name.__eq__),
            (self.handler, columns.handler.__eq__),
            (self.error, lambda error: columns.last_error.icontains(error, autoescape=True)),
            (self.since, columns.created_at.__ge__),
        ]
        return [condition(value) for value, condition in given if value]


async def list_selected(
    connection: AsyncConnection, selection: Selection, *, limit: int = 100
) -> Sequence[Undelivered]:
    """The selected deliveries, the oldest first."""
    statement = select(undelivered).where(*selection.conditions).order_by(undelivered.c.id).limit(limit)
    return [record_of(row) for row in await connection.execute(statement)]


async def replay_selected(
    connection: AsyncConnection, selection: Selection, *, per_second: float | None
) -> int:  # untraced
    """Make the selected deliveries due, with all their attempts left; return how many.

    With `per_second`, they become due one after the other.
    """
    last = await connection.scalar(select(func.max(undelivered.c.id)).where(*selection.conditions))
    replayed, number, batch = 0, 0, BATCH
    while last is not None and batch == BATCH:
        numbers = await _replay_batch(connection, selection, (number, last), replayed, per_second)
        batch = len(numbers)
        replayed += batch
        number = max(numbers, default=last)
    return replayed


async def _replay_batch(
    connection: AsyncConnection,
    selection: Selection,
    between: tuple[int, int],
    before: int,
    per_second: float | None,
) -> Sequence[int]:
    after, last = between
    chosen = (
        select(undelivered.c.id)
        .where(*selection.conditions, undelivered.c.id > after, undelivered.c.id <= last)
        .order_by(undelivered.c.id)
        .limit(BATCH)
        .with_for_update()
        .cte("chosen")
    )
    placed = select(chosen.c.id, func.row_number().over(order_by=chosen.c.id).label("place")).cte("placed")
    place = cast(placed.c.place, Float) + bindparam("before", before, Float)
    seconds = place / per_second if per_second else bindparam("at_once", 0.0, Float)
    statement = (
        update(undelivered)
        .where(undelivered.c.id == placed.c.id)
        .values(attempts=0, parked_at=None, next_at=func.now() + func.make_interval(0, 0, 0, 0, 0, 0, seconds))
        .returning(undelivered.c.id)
    )
    return list(await connection.scalars(statement))
