"""Read the sessions of a trainer with their seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, Subquery, func, literal, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.access import Actor
from services.enrollment.storage.conditions import IS_QUEUED
from services.enrollment.storage.tables import enrollments, sessions
from shared.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeatsDetails:
    """A session with its seats. `slots` have the format of the catalogue's event."""

    id: UUID
    training_id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    held: int
    queued: int
    state: str
    slots: Sequence[dict[str, Any]]
    attendance_closed_at: datetime | None


class TrainedSessions:
    """The sessions that a person trains. Staff see all sessions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(self, actor: Actor, *, after: tuple[datetime, UUID] | None, limit: int) -> list[SessionSeatsDetails]:
        """Sessions sorted by their start, latest first. A page has `limit` + 1 rows if there are more."""
        conditions = [_trains(actor)]
        if after is not None:
            conditions.append(tuple_(sessions.c.starts_at, sessions.c.id) < tuple_(*map(literal, after)))
        page = (
            select(sessions)
            .where(*conditions)
            .order_by(sessions.c.starts_at.desc(), sessions.c.id.desc())
            .limit(limit + 1)
            .subquery("page")
        )
        statement = _with_queue(page).order_by(page.c.starts_at.desc(), page.c.id.desc())
        return [_session_details_of(row) for row in await self._connection.execute(statement)]

    async def one(self, session_id: UUID, actor: Actor) -> SessionSeatsDetails:
        """Load one session. Raises NotFound if the person may not see it."""
        page = select(sessions).where(sessions.c.id == session_id, _trains(actor)).subquery("page")
        row = (await self._connection.execute(_with_queue(page))).one_or_none()
        if row is None:
            raise NotFound
        return _session_details_of(row)


def _trains(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_staff else sessions.c.trainer_ids.contains([actor.account_id])


def _with_queue(page: Subquery) -> Select[Any]:
    queued = (
        select(func.count().cast(Integer).label("queued"))
        .where(
            enrollments.c.training_id == page.c.training_id,
            enrollments.c.session_id == page.c.id,
            IS_QUEUED,
        )
        .lateral("queue")
    )
    return select(page, queued.c.queued).select_from(page.join(queued, true()))


def _session_details_of(row: Row[Any]) -> SessionSeatsDetails:
    return SessionSeatsDetails(
        id=row.id,
        training_id=row.training_id,
        title=row.title,
        place=row.place,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        capacity=row.capacity,
        held=row.held,
        queued=row.queued,
        state=row.state,
        slots=row.slots,
        attendance_closed_at=row.attendance_closed_at,
    )
