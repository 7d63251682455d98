"""Count what a person has in a calendar year: for the rules about a cart, and for those who decide about requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Integer, Row, Uuid, and_, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.rules.situation import Count, ThisYear
from services.enrollment.domain.states import OPEN
from services.enrollment.storage.conditions import word
from services.enrollment.storage.tables import enrollments, sessions, trainings
from shared.compiled import compiled

COUNTS: Final = ("actions", "trainings", "reserved_actions", "reserved_trainings")


def _year(moment: ColumnElement[datetime]) -> ColumnElement[int]:
    """The calendar year of a moment, as people in France read it."""
    return func.date_part("year", func.timezone(PARIS.key, moment), type_=Integer)


def counts_of_year(
    requests: FromClause, theirs: FromClause, of_what: FromClause, session: FromClause
) -> Sequence[ColumnElement[int]]:
    """Count the open and attended requests whose session, `theirs`, begins in the same year as `session`."""
    counts = and_(
        requests.c.approval.in_([word(approval.value) for approval in sorted(OPEN)]),
        requests.c.attended.is_not(False),
        _year(theirs.c.starts_at) == _year(session.c.starts_at),
    )
    is_training, is_reserved = of_what.c.kind == word("training"), of_what.c.members_only
    conditions = ((counts,), (counts, is_training), (counts, is_reserved), (counts, is_reserved, is_training))
    return [func.count().filter(*each).label(name) for name, each in zip(COUNTS, conditions, strict=True)]


def year_of(row: Row[Any]) -> ThisYear:
    """The counts of a row with the columns COUNTS."""
    return ThisYear(
        of_all=Count(actions=row.actions, trainings=row.trainings),
        reserved=Count(actions=row.reserved_actions, trainings=row.reserved_trainings),
    )


_every, _theirs, _of_what, _its = (
    enrollments.alias("every"),
    sessions.alias("theirs"),
    trainings.alias("of_what"),
    trainings.alias("its_training"),
)
_OF_REQUESTS: Final = compiled(
    select(enrollments.c.id, _its.c.members_only, *counts_of_year(_every, _theirs, _of_what, sessions))
    .select_from(enrollments)
    .join(sessions, sessions.c.id == enrollments.c.session_id)
    .join(_its, _its.c.id == enrollments.c.training_id)
    .join(_every, _every.c.account_id == enrollments.c.account_id)
    .join(_theirs, _theirs.c.id == _every.c.session_id)
    .join(_of_what, _of_what.c.id == _every.c.training_id)
    .where(enrollments.c.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))
    .group_by(enrollments.c.id, _its.c.members_only)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedYear:
    """What the person of a request has in the year of its session, and whether that session is for members only."""

    this_year: ThisYear
    members_only: bool


class YearlyCounts:
    """Reads the counts of many requests at once. Callers have loaded the requests, and that is the access check."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_requests(self, ids: Sequence[UUID]) -> Mapping[UUID, CountedYear]:
        rows = await _OF_REQUESTS.all(self._connection, {"ids": list(ids)})
        return {row.id: CountedYear(this_year=year_of(row), members_only=row.members_only) for row in rows}
