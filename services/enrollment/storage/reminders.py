"""Claim the reminders that are due. A row of `reminders` is one that was given.

Any number of workers may claim at the same time: each locks the requests that it claims and skips those that another
one has locked, and the primary key of `reminders` decides whose claim counts. The lock also keeps a decision from being
taken before the reminder is committed. The clock is the database's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Interval,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.reminders import SHEET_AFTER, Awaited, Occasion
from services.enrollment.domain.states import Approval
from services.enrollment.storage.arrays import Columns, parameters, rows
from services.enrollment.storage.conditions import IS_HELD, IS_OPEN, approval_in, word
from services.enrollment.storage.details import enrollment_of
from services.enrollment.storage.tables import enrollment_history, enrollments, reminders, sessions

MOST: Final = 100
"""The most reminders that one transaction gives."""
SHEET: Final = "sheet"

_OCCASION: Final[Columns] = {"key": Text(), "after": Interval(), "before_start": Interval()}
_GIVEN: Final[Columns] = {"subject_id": Uuid(), "occasion": Text(), "waiting_since_version": BigInteger()}
_GIVE: Final = (
    insert(reminders)
    .from_select(list(_GIVEN), select(rows("given", _GIVEN)))
    .on_conflict_do_nothing()
    .returning(reminders.c.subject_id, reminders.c.occasion)
)
_DECIDED: Final = and_(
    enrollment_history.c.aggregate_id == enrollments.c.id, enrollment_history.c.version == enrollments.c.version
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    """A request of which somebody is reminded now, with the key of the last occasion that has come.

    `since` is when the wait began.
    """

    enrollment: Enrollment
    motivation: str
    since: datetime
    first_slot: datetime
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueSheet:
    """A session that has ended and whose sheet is not closed."""

    session_id: UUID
    ended_at: datetime


def _claim(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Lock open requests of which somebody has to be reminded. No session has begun.

    The wait began with the last move, or with the request; a request that waits anew is reminded of anew.
    """
    since = func.coalesce(enrollment_history.c.at, enrollments.c.requested_at)
    version = enrollments.c.version
    occasion = rows("occasion", _OCCASION)
    moment = func.coalesce(since + occasion.c.after, sessions.c.starts_at - occasion.c.before_start)
    was_given = exists(
        select(literal(1))
        .where(
            reminders.c.subject_id == enrollments.c.id,
            reminders.c.occasion == occasion.c.key,
            reminders.c.waiting_since_version == version,
        )
        .correlate(enrollments, occasion)
    )
    due = (
        select(func.array_agg(occasion.c.key).aggregate_order_by(moment).label("occasions"))
        # an occasion from before the wait began is none: they were told when it began
        .where(moment > since, moment <= func.now(), ~was_given)
        .correlate(enrollments, sessions, enrollment_history)
        .lateral("due")
    )
    return (
        select(enrollments, sessions.c.starts_at, since.label("since"), due.c.occasions)
        .select_from(
            enrollments.join(sessions, sessions.c.id == enrollments.c.session_id)
            .outerjoin(enrollment_history, _DECIDED)
            .join(due, true())
        )
        .where(
            IS_OPEN,
            sessions.c.state == word("scheduled"),
            sessions.c.starts_at > func.now(),
            due.c.occasions.is_not(None),
            *conditions,
        )
        .order_by(enrollments.c.id)
        .limit(MOST)
        .with_for_update(of=enrollments, skip_locked=True, key_share=True)
    )


_CLAIMS: Final[Mapping[Awaited, Select[Any]]] = {
    "employer": _claim(approval_in(Approval.AWAITING_EMPLOYER)),
    "trainer": _claim(approval_in(Approval.AWAITING_TRAINER), IS_HELD),
    "answer": _claim(approval_in(Approval.AWAITING_BENEFICIARY)),
}
_CLAIM_SHEETS: Final = (
    select(sessions.c.id, sessions.c.ends_at)
    .where(
        sessions.c.attendance_closed_at.is_(None),
        sessions.c.state == word("scheduled"),
        sessions.c.ends_at <= func.now() - bindparam("after", type_=Interval()),
        exists().where(
            enrollments.c.training_id == sessions.c.training_id, enrollments.c.session_id == sessions.c.id, IS_HELD
        ),
        ~exists().where(reminders.c.subject_id == sessions.c.id, reminders.c.occasion == word(SHEET)),
    )
    .order_by(sessions.c.ends_at)
    .limit(MOST)
    .with_for_update(of=sessions, skip_locked=True, key_share=True)
)


class Reminders:
    """The reminders that were given."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, awaited: Awaited, occasions: Sequence[Occasion]) -> list[DueReminder]:
        """Claim reminders that are due, at most `MOST`; empty if there are none, or others are giving them.

        If several occasions of a request have come, only the last one is given, and the others are not given later.
        """
        values = [{"key": each.key, "after": each.after, "before_start": each.before_start} for each in occasions]
        found = (await self._connection.execute(_CLAIMS[awaited], parameters("occasion", _OCCASION, values))).all()
        given = await self._give([(row.id, key, row.version) for row in found for key in row.occasions])
        return [
            DueReminder(
                enrollment=enrollment_of(row),
                motivation=row.motivation,
                since=row.since,
                first_slot=row.starts_at,
                key=row.occasions[-1],
            )
            for row in found
            if (row.id, row.occasions[-1]) in given
        ]

    async def claim_sheets(self, after: timedelta = SHEET_AFTER) -> list[OverdueSheet]:
        """Claim the sheets that are not closed so long `after` the end of their session, and that somebody is on."""
        found = (await self._connection.execute(_CLAIM_SHEETS, {"after": after})).all()
        given = await self._give([(row.id, SHEET, 0) for row in found])
        return [OverdueSheet(session_id=row.id, ended_at=row.ends_at) for row in found if (row.id, SHEET) in given]

    async def _give(self, claimed: Sequence[tuple[UUID, str, int]]) -> set[tuple[UUID, str]]:
        """Store the reminders; return those that nobody had stored."""
        if not claimed:
            return set()
        values = [dict(zip(_GIVEN, each, strict=True)) for each in claimed]
        stored = await self._connection.execute(_GIVE, parameters("given", _GIVEN, values))
        return {(row.subject_id, row.occasion) for row in stored}
