"""Read the sessions of a trainer with their seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, Subquery, Text, func, literal, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.attendance import Slot
from services.enrollment.domain.states import Approval
from services.enrollment.storage.access import Actor
from services.enrollment.storage.attendance import slots_of
from services.enrollment.storage.conditions import IS_QUEUED, approval_in
from services.enrollment.storage.tables import enrollments, sessions, trainings
from shared.errors import NotFound

When = Literal["coming", "past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSeatsDetails:
    """A session with its seats, and how many of its requests wait for the trainer (`pending`) or for an answer."""

    id: UUID
    training_id: UUID
    title: str
    axis: str | None
    place: str
    opens_at: datetime
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    slots: Sequence[Slot]
    trainer_ids: frozenset[UUID]
    capacity: int
    held: int
    queued: int
    pending: int
    awaiting_answer: int
    state: str
    attendance_closed_at: datetime | None

    def label(self, now: datetime) -> str:
        """The French label of the state that the session has at that time."""
        if self.state == "cancelled":
            return "Annulée"
        if self.attendance_closed_at is not None:
            return "Émargement clos"
        if now < self.starts_at:
            return "À venir"
        return "En cours" if now < self.ends_at else "Émargement à clore"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilters:
    """The filters of the list; None means no filter. `q` is in the title or the place, accents and case ignored."""

    when: When | None = None
    q: str | None = None


class TrainedSessions:
    """The sessions that a person trains. Staff see all sessions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(
        self,
        actor: Actor,
        filters: SessionFilters,
        *,
        now: datetime,
        after: tuple[datetime, UUID] | None,
        limit: int,
    ) -> list[SessionSeatsDetails]:
        """Sessions sorted by their start: the soonest first if they are to come, else the latest first.

        A session is to come until it is over. A page has `limit` + 1 rows if there are more.
        """
        soonest_first = filters.when == "coming"
        conditions = [_trains(actor)]
        if filters.when is not None:
            conditions.append(sessions.c.ends_at > now if soonest_first else sessions.c.ends_at <= now)
        if filters.q is not None:
            conditions.append(or_(_contains(sessions.c.title, filters.q), _contains(sessions.c.place, filters.q)))
        if after is not None:
            key, last = tuple_(sessions.c.starts_at, sessions.c.id), tuple_(*map(literal, after))
            conditions.append(key > last if soonest_first else key < last)
        page = (
            select(sessions)
            .where(*conditions)
            .order_by(*_order(sessions, soonest_first=soonest_first))
            .limit(limit + 1)
            .subquery("page")
        )
        statement = _with_requests(page).order_by(*_order(page, soonest_first=soonest_first))
        return [_session_details_of(row) for row in await self._connection.execute(statement)]

    async def one(self, session_id: UUID, actor: Actor) -> SessionSeatsDetails:
        """Load one session. Raises NotFound if the person may not see it."""
        page = select(sessions).where(sessions.c.id == session_id, _trains(actor)).subquery("page")
        row = (await self._connection.execute(_with_requests(page))).one_or_none()
        if row is None:
            raise NotFound
        return _session_details_of(row)


def _trains(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_staff else sessions.c.trainer_ids.contains([actor.account_id])


def _contains(text: ColumnElement[str], q: str) -> ColumnElement[bool]:
    plain, wanted = (func.lower(func.unaccent(each), type_=Text) for each in (text, literal(q)))
    return func.strpos(plain, wanted) > 0


def _order(table: Any, *, soonest_first: bool) -> list[ColumnElement[Any]]:  # noqa: ANN401 - a table or a subquery
    key = [table.c.starts_at, table.c.id]
    return key if soonest_first else [column.desc() for column in key]


def _with_requests(page: Subquery) -> Select[Any]:
    counts = (
        select(
            func.count().filter(IS_QUEUED).cast(Integer).label("queued"),
            func.count().filter(approval_in(Approval.AWAITING_TRAINER)).cast(Integer).label("pending"),
            func.count().filter(approval_in(Approval.AWAITING_BENEFICIARY)).cast(Integer).label("awaiting_answer"),
        )
        .where(enrollments.c.session_id == page.c.id)
        .lateral("counts")
    )
    return select(page, counts, trainings.c.axis_name).select_from(
        page.join(counts, true()).outerjoin(trainings, trainings.c.id == page.c.training_id)
    )


def _session_details_of(row: Row[Any]) -> SessionSeatsDetails:
    return SessionSeatsDetails(
        id=row.id,
        training_id=row.training_id,
        title=row.title,
        axis=row.axis_name,
        place=row.place,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        slots=slots_of(row.slots),
        trainer_ids=frozenset(row.trainer_ids),
        capacity=row.capacity,
        held=row.held,
        queued=row.queued,
        pending=row.pending,
        awaiting_answer=row.awaiting_answer,
        state=row.state,
        attendance_closed_at=row.attendance_closed_at,
    )
