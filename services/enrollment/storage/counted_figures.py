"""The figures that a job of the worker counts, and that staff read: one row of `figures` for each, with its lines.

Counting reads whole tables. A look at the figures reads three rows, whatever the size of these tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Float, Integer, Interval, Select, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.states import Approval
from services.enrollment.storage.conditions import IS_QUEUED, word
from services.enrollment.storage.tables import employer_decisions, enrollments, figures, sessions, trainings

_RECENT: Final = literal(timedelta(days=30), Interval)
DELAYS: Final = (0, 1, 3, 7, 14)
"""The days where the groups of delays begin."""
_LIMITS: Final = [timedelta(days=each) for each in DELAYS[1:]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfRequests:
    """The requests that were made in a month (`2027-03`), and had an approval when they were counted."""

    month: str
    approval: Approval
    requests: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FillOfAxis:
    """The sessions of an axis that begin in some months. `axis_name` is None until an event has brought it."""

    axis_name: str | None
    sessions: int
    capacity: int
    held: int
    queued: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """How many decisions of employers of the last 30 days came after at least so many days, and before the next ones.

    `until` is None for the longest delays.
    """

    since: int
    until: int | None
    decisions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The figures of some months. `counted_at` is None if nothing has been counted yet.

    `decision_hours`: the median time until an employer decided, of the last 30 days; None if nobody decided.
    """

    counted_at: datetime | None
    requests: Sequence[MonthOfRequests]
    fill: Sequence[FillOfAxis]
    delays: Sequence[Delay]
    decision_hours: float | None


def _month(time: Any) -> Any:  # noqa: ANN401 - a column
    return func.date_trunc(word("month"), func.timezone(word(PARIS.key), time))


def _name_of(month: Any) -> Any:  # noqa: ANN401 - a column
    return func.to_char(month, word("YYYY-MM"), type_=Text).label("month")


_months = (
    select(_month(enrollments.c.requested_at).label("month"), enrollments.c.approval, func.count().label("requests"))
    .group_by(_month(enrollments.c.requested_at), enrollments.c.approval)
    .subquery("months")
)
# the name of a month is made once for each group: for each request, that takes longer than to count it
_REQUESTS: Final = select(_name_of(_months.c.month), _months.c.approval, _months.c.requests).order_by(
    _months.c.month, _months.c.approval
)
_in_queue = (
    select(enrollments.c.session_id, func.count().label("queued"))
    .where(IS_QUEUED)
    .group_by(enrollments.c.session_id)
    .subquery("in_queue")
)
_planned = (
    select(
        _month(sessions.c.starts_at).label("month"),
        trainings.c.axis_name,
        func.count().label("sessions"),
        func.sum(sessions.c.capacity).label("capacity"),
        func.sum(sessions.c.held).label("held"),
        func.coalesce(func.sum(_in_queue.c.queued), 0).label("queued"),
    )
    .select_from(
        sessions.join(trainings, trainings.c.id == sessions.c.training_id).outerjoin(
            _in_queue, _in_queue.c.session_id == sessions.c.id
        )
    )
    .where(sessions.c.state == word("scheduled"))
    .group_by(_month(sessions.c.starts_at), trainings.c.axis_name)
    .subquery("planned")
)
_FILL: Final = select(
    _name_of(_planned.c.month), *_planned.c["axis_name", "sessions", "capacity", "held", "queued"]
).order_by(_planned.c.month, _planned.c.axis_name)
_waited = (
    select(
        employer_decisions.c.waited,
        func.width_bucket(employer_decisions.c.waited, literal(_LIMITS, ARRAY(Interval))).label("group"),
    )
    .where(employer_decisions.c.at >= func.now() - _RECENT, employer_decisions.c.waited.is_not(None))
    .subquery("waited")
)
_median = func.percentile_cont(0.5).within_group(_waited.c.waited)
_DECISIONS: Final = select(
    cast(func.extract("epoch", _median) / 3600, Float).label("hours"),
    *(
        func.count().filter(_waited.c.group == number).cast(Integer).label(f"group_{number}")
        for number in range(len(DELAYS))
    ),
)


def _count(name: str, figure: Select[Any]) -> Any:  # noqa: ANN401 - an insert with ON CONFLICT
    lines = figure.subquery("lines")
    rows = select(
        literal(name, Text),
        func.now(),
        func.coalesce(func.jsonb_agg(func.to_jsonb(lines.table_valued())), func.jsonb_build_array(), type_=JSONB),
    ).select_from(lines)
    counted = insert(figures).from_select(["name", "counted_at", "lines"], rows)
    newest = counted.excluded
    return counted.on_conflict_do_update(
        index_elements=[figures.c.name],
        set_={"counted_at": newest.counted_at, "lines": newest.lines},
        where=figures.c.counted_at < newest.counted_at,
    )


_COUNT: Final = tuple(
    _count(name, figure) for name, figure in (("requests", _REQUESTS), ("fill", _FILL), ("decisions", _DECISIONS))
)


class CountedFigures:
    """The counted figures. Callers check that the person is staff."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def count(self) -> None:
        """Count everything anew. If two workers count at the same time, what was counted later stays."""
        for statement in _COUNT:
            await self._connection.execute(statement)

    async def of_months(self, first: str, last: str) -> Counted:
        """The figures from a month to another, both like `2027-03`."""
        rows = {row.name: row for row in await self._connection.execute(select(figures))}
        lines: Mapping[str, Sequence[Mapping[str, Any]]] = {
            name: [line for line in row.lines if first <= line.get("month", first) <= last]
            for name, row in rows.items()
        }
        [decisions] = lines.get("decisions", [{}])
        return Counted(
            counted_at=min((row.counted_at for row in rows.values()), default=None),
            requests=[
                MonthOfRequests(month=line["month"], approval=Approval(line["approval"]), requests=line["requests"])
                for line in lines.get("requests", ())
            ],
            fill=_fill(lines.get("fill", ())),
            delays=[
                Delay(since=since, until=until, decisions=decisions.get(f"group_{number}", 0))
                for number, (since, until) in enumerate(zip(DELAYS, (*DELAYS[1:], None), strict=True))
            ],
            decision_hours=decisions.get("hours"),
        )


def _fill(lines: Sequence[Mapping[str, Any]]) -> Sequence[FillOfAxis]:
    """The sums over the months, by the name of the axis; sessions of unknown axes come last."""
    names = sorted({line["axis_name"] for line in lines}, key=lambda name: (name is None, name))
    return [
        FillOfAxis(
            axis_name=name,
            **{
                number: sum(line[number] for line in lines if line["axis_name"] == name)
                for number in ("sessions", "capacity", "held", "queued")
            },
        )
        for name in names
    ]
