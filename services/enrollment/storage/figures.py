"""Figures about the whole agency, for staff.

Each one is read from a part of an index: requests of some months by approval, sessions of these months, decisions of
the last month. So a look costs what these months hold, and not what the tables hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Float,
    Integer,
    Interval,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.states import Approval
from services.enrollment.storage.conditions import APPROVAL_IS_OPEN, word
from services.enrollment.storage.listings import COUNT_UP_TO
from services.enrollment.storage.tables import employer_decisions, enrollments, sessions, trainings
from shared.tables import undelivered

_TIME: Final = DateTime(timezone=True)
_SINCE, _UNTIL, _NOW = (bindparam(name, type_=_TIME) for name in ("since", "until", "now"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfRequests:
    """The requests that were made in a month (`2027-03`) and have an approval now."""

    month: str
    approval: Approval
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FillOfAxis:
    """The sessions of an axis that begin in the period. `axis_name` is None until an event has brought it."""

    axis_name: str | None
    sessions: int
    capacity: int
    held: int
    queued: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits for somebody now; numbers up to 1,000. The delay is the median of the last 30 days, in hours."""

    queued: int
    sheets_to_close: int
    sessions_without_trainer: int
    sessions_overbooked: int
    undelivered: int
    decision_hours: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How many decisions of employers of the last 30 days came after at least so many days, and before the next ones.

    `until` is None for the longest delays.
    """

    since: int
    until: int | None
    decisions: int


_begin: Final = func.date_trunc(word("month"), func.timezone(PARIS.key, _SINCE))
_ONE_MONTH: Final = literal_column("interval '1 month'", Interval)
_months = (
    func.generate_series(_begin, func.timezone(PARIS.key, _UNTIL), _ONE_MONTH)
    .table_valued(column("begin", DateTime()))
    .render_derived("months")
)
_approvals = (
    func.unnest(bindparam("approvals", type_=ARRAY(Text())))
    .table_valued(column("approval", Text()))
    .render_derived("approvals")
)
_counted = (
    select(func.count().label("requests"))
    .select_from(enrollments)
    .where(
        enrollments.c.approval == _approvals.c.approval,
        enrollments.c.requested_at >= func.greatest(_SINCE, func.timezone(PARIS.key, _months.c.begin)),
        enrollments.c.requested_at < func.least(_UNTIL, func.timezone(PARIS.key, _months.c.begin + _ONE_MONTH)),
    )
    .correlate(_months, _approvals)
    .lateral("counted")
)
# each count reads one part of the index of approvals and times, and nothing is computed or sorted for each request
_REQUESTS: Final = (
    select(
        func.to_char(_months.c.begin, word("YYYY-MM"), type_=Text).label("month"),
        _approvals.c.approval,
        _counted.c.requests,
    )
    .select_from(_months.join(_approvals, true()).join(_counted, true()))
    .where(_counted.c.requests > 0)
    .order_by(_months.c.begin, _approvals.c.approval)
)
_in_queue = (
    select(enrollments.c.session_id, func.count().label("queued"))
    .where(enrollments.c.seat == word("queued"))
    .group_by(enrollments.c.session_id)
    .subquery("in_queue")
)
_FILL: Final = (
    select(
        trainings.c.axis_name,
        func.count().label("sessions"),
        cast(func.sum(sessions.c.capacity), BigInteger).label("capacity"),
        cast(func.sum(sessions.c.held), BigInteger).label("held"),
        cast(func.coalesce(func.sum(_in_queue.c.queued), 0), BigInteger).label("queued"),
    )
    .select_from(
        sessions.join(trainings, trainings.c.id == sessions.c.training_id).outerjoin(
            _in_queue, _in_queue.c.session_id == sessions.c.id
        )
    )
    .where(sessions.c.state == word("scheduled"), sessions.c.starts_at >= _SINCE, sessions.c.starts_at < _UNTIL)
    .group_by(trainings.c.axis_name)
    .order_by(trainings.c.axis_name)
)


def _number(table: Any, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:  # noqa: ANN401 - a table
    some: Select[Any] = (
        select(literal_column("1")).select_from(table).where(*conditions).limit(literal_column(str(COUNT_UP_TO)))
    )
    return select(func.count().cast(Integer)).select_from(some.subquery()).scalar_subquery()


_TO_COME: Final = (sessions.c.state == word("scheduled"), sessions.c.starts_at > _NOW)
_median = func.percentile_cont(literal_column("0.5")).within_group(employer_decisions.c.waited)
_WAITING: Final = select(
    _number(enrollments, enrollments.c.seat == word("queued"), APPROVAL_IS_OPEN).label("queued"),
    _number(
        sessions,
        sessions.c.state == word("scheduled"),
        sessions.c.attendance_closed_at.is_(None),
        sessions.c.ends_at <= _NOW,
        sessions.c.held > 0,
    ).label("sheets_to_close"),
    _number(sessions, *_TO_COME, func.cardinality(sessions.c.trainer_ids) == 0).label("sessions_without_trainer"),
    _number(sessions, *_TO_COME, sessions.c.held > sessions.c.capacity).label("sessions_overbooked"),
    _number(undelivered).label("undelivered"),
    select(cast(func.extract("epoch", _median) / 3600, Float))
    .where(employer_decisions.c.at >= bindparam("recently", type_=_TIME), employer_decisions.c.waited.is_not(None))
    .scalar_subquery()
    .label("decision_hours"),
)
_RECENT: Final = timedelta(days=30)
DELAYS: Final = (0, 1, 3, 7, 14)
"""The days where the groups of delays begin."""
_group = func.width_bucket(employer_decisions.c.waited, bindparam("limits", type_=ARRAY(Interval)))
_DELAYS: Final = (
    select(_group.label("group"), func.count().label("decisions"))
    .where(employer_decisions.c.at >= bindparam("recently", type_=_TIME), employer_decisions.c.waited.is_not(None))
    .group_by(literal_column("1"))
)


class Figures:
    """The figures. Callers check that the person is staff."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def requests(self, since: datetime, until: datetime) -> Sequence[MonthOfRequests]:
        """The requests of the period by month of Paris and present approval."""
        values = {"since": since, "until": until, "approvals": [each.value for each in Approval]}
        return [
            MonthOfRequests(month=row.month, approval=Approval(row.approval), requests=row.requests)
            for row in await self._connection.execute(_REQUESTS, values)
        ]

    async def fill(self, since: datetime, until: datetime) -> Sequence[FillOfAxis]:
        """How full the sessions are that begin in the period, by axis."""
        rows = await self._connection.execute(_FILL, {"since": since, "until": until})
        return [FillOfAxis(**row) for row in rows.mappings()]

    async def waiting(self, now: datetime) -> Waiting:
        """What waits for somebody now."""
        row = (await self._connection.execute(_WAITING, {"now": now, "recently": now - _RECENT})).mappings().one()
        return Waiting(**row)

    async def delays(self, now: datetime) -> Sequence[Delay]:
        """The decisions of the last 30 days, by how long employers took."""
        values = {"recently": now - _RECENT, "limits": [timedelta(days=each) for each in DELAYS[1:]]}
        counted = {row.group: row.decisions for row in await self._connection.execute(_DELAYS, values)}
        return [
            Delay(since=since, until=until, decisions=counted.get(group, 0))
            for group, (since, until) in enumerate(zip(DELAYS, (*DELAYS[1:], None), strict=True))
        ]
