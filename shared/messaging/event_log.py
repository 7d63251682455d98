"""The event log of a publisher: lists its events for a subscriber, and publishes them again with the same ids."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, ColumnElement, DateTime, Interval, Select, Uuid, bindparam, func, select, tuple_

from shared.contracts.catch_up import EventsListed, EventsRequested, Position
from shared.database import Database
from shared.messaging.envelope import stored_envelope
from shared.messaging.technical import technical_envelope
from shared.messaging.transport import Outcome, Transport
from shared.tables import event_log

PAGE = 500
"""The most rows that one answer lists, and that are published again for one request."""
GRACE = timedelta(minutes=1)
"""Younger rows are not listed: they may still be on their way, and those of a slower relay may come before them."""

_TIME: Final = DateTime(timezone=True)


def _page(*columns: Column[Any], until: ColumnElement[datetime]) -> Select[Any]:
    """The rows after a position, in the order of publication."""
    position = (event_log.c.published_at, event_log.c.event_id)
    return (
        select(*columns)
        .where(
            tuple_(*position) > tuple_(bindparam("published_at", type_=_TIME), bindparam("event_id", type_=Uuid)),
            event_log.c.published_at <= until,
        )
        .order_by(*position)
        .limit(bindparam("limit"))
    )


_LIST = _page(
    event_log.c.published_at,
    event_log.c.event_id,
    event_log.c.name,
    until=func.now() - bindparam("grace", type_=Interval),
)
_READ = _page(*event_log.c, until=func.coalesce(bindparam("until", type_=_TIME), func.now()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Republished:
    """How many events were published again, how many were not, and how many the service does not subscribe to."""

    published: int = 0
    refused: int = 0
    unwanted: int = 0

    def __add__(self, other: "Republished") -> "Republished":
        return Republished(
            published=self.published + other.published,
            refused=self.refused + other.refused,
            unwanted=self.unwanted + other.unwanted,
        )


class EventLog:
    """The event log of one service."""

    def __init__(self, database: Database, transport: Transport, *, service: str) -> None:
        self.database = database
        self.transport = transport
        self.service = service

    async def close(self) -> None:
        """Close the connections to the database and to the broker."""
        await self.transport.close()
        await self.database.close()

    async def answer(self, subscriber: str, request: EventsRequested) -> None:
        """Publish to the subscriber what it misses, then list the page after its position, if there are rows.

        What cannot be published is not waited for: the subscriber asks again.
        """
        if request.missing and not await self._republish_missing(subscriber, request):
            return
        rows = await self._rows(_LIST, request.after, limit=PAGE, grace=GRACE)
        if not rows:
            return
        names = set(request.names)
        listed = EventsListed(
            after=request.after,
            until=_position(rows[-1]),
            events=tuple(row.event_id for row in rows if row.name in names),
            more=len(rows) == PAGE,
            republished=bool(request.missing),
        )
        await self.transport.publish([technical_envelope(listed, source=self.service)], to=subscriber)

    async def _republish_missing(self, subscriber: str, request: EventsRequested) -> bool:
        missing = set(request.missing)
        rows = await self._rows(_READ, request.after, limit=PAGE, until=None)
        done = await self._publish((row for row in rows if row.event_id in missing), to=subscriber)
        return done.refused == 0

    async def republish(
        self, *, since: datetime, until: datetime, name: str | None, to: str | None, per_second: int
    ) -> Republished:
        """Publish again what was published between two times: all, or the events of a name, to all or to one service.

        Every second it goes through no more than `per_second` rows.
        """
        after, total = Position(published_at=since, event_id=UUID(int=0)), Republished()
        while True:
            rows = await self._rows(_READ, after, limit=per_second, until=until)
            total += await self._publish((row for row in rows if name in {None, row.name}), to=to)
            if len(rows) < per_second:
                return total
            after = _position(rows[-1])
            await asyncio.sleep(1)

    async def _publish(self, rows: Iterable[Any], *, to: str | None) -> Republished:
        # the rows of one batch of the relay have the same time: the versions are the order for each aggregate
        ordered = sorted(rows, key=lambda row: (row.published_at, row.aggregate_version))
        envelopes = [stored_envelope(row, source=self.service) for row in ordered]
        outcomes = await self.transport.publish(envelopes, to=to) if envelopes else []
        accepted = outcomes.count(Outcome.CONFIRMED)
        unwanted = 0 if to is None else outcomes.count(Outcome.UNROUTABLE)
        return Republished(published=accepted, refused=len(outcomes) - accepted - unwanted, unwanted=unwanted)

    async def _rows(self, statement: Select[Any], after: Position, **parameters: object) -> list[Any]:
        async with self.database.engine.connect() as connection:
            return list(await connection.execute(statement, {**after.model_dump(), **parameters}))


def _position(row: Any) -> Position:  # noqa: ANN401 - a row of the log
    return Position(published_at=row.published_at, event_id=row.event_id)
