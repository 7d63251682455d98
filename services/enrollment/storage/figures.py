"""Figures about the whole agency, for staff.

What waits now is counted at each look, up to 1,000 of each. The figures of months and of decisions are counted by a job
of the worker, so that a look costs the same however many requests there are: see `CountedFigures`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, DateTime, Integer, ScalarSelect, Select, bindparam, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.conditions import APPROVAL_IS_OPEN, IS_QUEUED, word
from services.enrollment.storage.listings import COUNT_UP_TO
from services.enrollment.storage.tables import enrollments, sessions
from shared.tables import undelivered

_NOW: Final = bindparam("now", type_=DateTime(timezone=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for somebody now; numbers up to 1,000."""

    queued: int
    sheets_to_close: int
    sessions_without_trainer: int
    sessions_overbooked: int
    undelivered: int


def _number(table: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:  # noqa: ANN401 - a table
    some: Select[Any] = (
        select(literal_column("1")).select_from(table).where(*conditions).limit(literal_column(str(COUNT_UP_TO)))
    )
    return select(func.count().cast(Integer)).select_from(some.subquery()).scalar_subquery()


# the conditions are those of partial indexes
_TO_COME: Final = (sessions.c.state == word("scheduled"), sessions.c.starts_at > _NOW)
_WAITING: Final = select(
    _number(enrollments, IS_QUEUED, APPROVAL_IS_OPEN).label("queued"),
    _number(
        sessions,
        sessions.c.state == word("scheduled"),
        sessions.c.attendance_closed_at.is_(None),
        sessions.c.ends_at <= _NOW,
        sessions.c.held > 0,
    ).label("sheets_to_close"),
    _number(sessions, *_TO_COME, func.cardinality(sessions.c.trainer_ids) == literal_column("0")).label(
        "sessions_without_trainer"
    ),
    _number(sessions, *_TO_COME, sessions.c.overbooked_to.is_not(None)).label("sessions_overbooked"),
    _number(undelivered).label("undelivered"),
)


class Figures:
    """What waits now. Callers check that the person is staff."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def waiting(self, now: datetime) -> Waiting:
        row = (await self._connection.execute(_WAITING, {"now": now})).mappings().one()
        return Waiting(**row)
