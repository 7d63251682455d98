"""Find the requests and trainings for the job of the clock, which loads each one again under its training's lock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import DateTime, Integer, Interval, Select, bindparam, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.states import Approval
from services.enrollment.storage.conditions import IS_QUEUED, approval_in, held_by_structure, word
from services.enrollment.storage.enrollments import RequestKey
from services.enrollment.storage.tables import enrollments, sessions

_NOW: Final = bindparam("now", type_=DateTime(timezone=True))
_BEFORE: Final = bindparam("before", type_=DateTime(timezone=True))
_REQUESTS: Final = select(enrollments.c.id, enrollments.c.training_id).join(
    sessions, sessions.c.id == enrollments.c.session_id
)
_UNDECIDED: Final = _REQUESTS.where(
    approval_in(Approval.AWAITING_EMPLOYER),
    or_(
        sessions.c.starts_at <= _NOW,
        # the employer has the days of the rule again after the request came back to them
        enrollments.c.employer_asked_at <= _BEFORE,
    ),
)
_QUEUED_TOO_LONG: Final = _REQUESTS.where(IS_QUEUED, sessions.c.ends_at <= _NOW).order_by(
    enrollments.c.training_id, enrollments.c.id
)
_UPCOMING: Final = (
    select(sessions.c.training_id)
    .distinct()
    .where(sessions.c.ends_at > _NOW, sessions.c.state == word("scheduled"))
    .order_by(sessions.c.training_id)
)
_CAP: Final = bindparam("cap", type_=Integer)
_SOMEBODY_MAY_HAVE_A_SEAT: Final = exists().where(
    enrollments.c.training_id == sessions.c.training_id,
    enrollments.c.session_id == sessions.c.id,
    IS_QUEUED,
    or_(sessions.c.closes_at <= _NOW, _CAP.is_(None), held_by_structure(_NOW) < _CAP),
)
_LEFT_OVER: Final = _UPCOMING.where(
    sessions.c.starts_at > _NOW + bindparam("freeze", type_=Interval),
    sessions.c.attendance_closed_at.is_(None),
    sessions.c.held < sessions.c.capacity,
    _SOMEBODY_MAY_HAVE_A_SEAT,
)


class ClockQueries:
    """The queries of the clock. They have no acting person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def undecided(self, now: datetime, before: datetime | None) -> list[RequestKey]:
        """Requests that wait for an employer who was asked until `before`, or whose session has begun."""
        return await self._keys(_UNDECIDED, now=now, before=before)

    async def queued_too_long(self, now: datetime) -> list[RequestKey]:
        """Requests that are still queued for a session that is over, in the order of the locks."""
        return await self._keys(_QUEUED_TOO_LONG, now=now)

    async def left_over(self, now: datetime, *, cap: int | None, freeze: timedelta) -> Sequence[UUID]:
        """Trainings with a free seat that a queued request may have because time has passed, in the lock order.

        The session takes no more requests; or another session of the training is over, so that its seats do not count
        any more for the structure. `cap` is None if the rule is off; `freeze`: see `TrainingSeats`.
        """
        return (await self._connection.scalars(_LEFT_OVER, {"now": now, "cap": cap, "freeze": freeze})).all()

    async def upcoming(self, now: datetime) -> Sequence[UUID]:
        """Trainings with a session that is not over, in the order of the locks.

        Trainings without a free seat are included: a decision that is not committed yet may free a seat, and may not
        give it to anybody because it has read the old rules.
        """
        return (await self._connection.scalars(_UPCOMING, {"now": now})).all()

    async def _keys(self, statement: Select[tuple[UUID, UUID]], **values: datetime | None) -> list[RequestKey]:
        rows = await self._connection.execute(statement, values)
        return [RequestKey(id=row.id, training_id=row.training_id) for row in rows]
