"""Sessions to be shown: one statement for a page, whatever the number of lines."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Row,
    Select,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    lateral,
    not_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.request_state import Demand, requests_at
from services.catalogue.domain.training import Kind
from services.catalogue.storage.access import READABLE, Actor, Role
from services.catalogue.storage.records import (
    AxisName,
    Cancellation,
    Occupancy,
    Person,
    SessionDetails,
    SessionPart,
    TrainingOfSession,
)
from services.catalogue.storage.session_filter import OF_OCCUPANCY, SessionFilter, condition, listed, order
from services.catalogue.storage.session_words import SessionWords
from services.catalogue.storage.sessions import slots_of
from services.catalogue.storage.tables import accounts, axes, catalogue_history, occupancy, sessions, trainings
from shared.errors import NotFound


class SessionList:
    """Reads sessions; those that the acting person may not see are left out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def one(self, session_id: UUID, actor: Actor, *, now: datetime) -> SessionDetails:
        """A session; NotFound if there is none that the person may read."""
        row = (await self._connection.execute(_one(actor.role), {"id": session_id})).one_or_none()
        if row is None:
            raise NotFound
        return _details(row, actor, now)

    async def page(
        self,
        wanted: SessionFilter,
        actor: Actor,
        *,
        now: datetime,
        after: tuple[datetime, UUID] | None = None,
        limit: int,
        newest_first: bool = False,
        is_bounded: bool = True,
    ) -> SessionPart:
        """Up to `limit` + 1 sessions in order of their first slot and id, from those after the key `after`.

        With words, a bounded number of sessions is looked through for them, unless `is_bounded` is false.
        """
        given = wanted.given()
        filters, is_first = frozenset(given), after is None
        values = {**given, "actors": [actor.account_id], "count": limit + 1}
        if after is not None:
            values |= {"after_time": after[0], "after_id": after[1]}
        stopped_after = None
        if wanted.words:
            words = SessionWords(self._connection)
            found = await words.first(
                actor.role,
                values,
                filters,
                most=limit + 1,
                is_first=is_first,
                newest_first=newest_first,
                is_bounded=is_bounded,
            )
            values, stopped_after = {"ids": found.ids}, found.stopped_after
            statement = _of_ids(newest_first=newest_first)
        else:
            statement = _page(actor.role, filters, is_first=is_first, newest_first=newest_first)
        rows = await self._connection.execute(statement, values)
        return SessionPart(sessions=[_details(row, actor, now) for row in rows], stopped_after=stopped_after)

    async def of_training(
        self, training_id: UUID, actor: Actor, *, now: datetime, most: int
    ) -> Sequence[SessionDetails]:
        """Up to `most` scheduled sessions of a training that have not begun, also of an archived one."""
        values = {"training_id": training_id, "since": now, "count": most, "state": "scheduled"}
        rows = await self._connection.execute(_of_training(actor.role), values)
        return [_details(row, actor, now) for row in rows]


_CANDIDATES = select(
    sessions,
    trainings.c.title.label("training_title"),
    trainings.c.kind.label("training_kind"),
    trainings.c.members_only.label("training_members_only"),
    trainings.c.state.label("training_state"),
    trainings.c.axis_id,
).join_from(sessions, trainings)


# statements are built once for each role and choice of filters: that takes longer than running them


@cache
def _one(role: Role) -> Select[Any]:
    return _details_of(_CANDIDATES.where(sessions.c.id == bindparam("id"), READABLE[role]))


@cache
def _of_training(role: Role) -> Select[Any]:
    conditions = (condition(name) for name in ("training_id", "since", "state"))
    chosen = _CANDIDATES.where(READABLE[role], *conditions).order_by(*order(newest_first=False))
    return _details_of(chosen.limit(bindparam("count", type_=Integer)))


@lru_cache(maxsize=500)  # filters can be combined in many ways
def _page(role: Role, filters: frozenset[str], *, is_first: bool, newest_first: bool) -> Select[Any]:
    chosen = _CANDIDATES.where(*listed(role, filters, is_first=is_first, newest_first=newest_first))
    if filters & OF_OCCUPANCY:
        chosen = chosen.outerjoin(occupancy, occupancy.c.session_id == sessions.c.id)
    chosen = chosen.order_by(*order(newest_first=newest_first))
    return _details_of(chosen.limit(bindparam("count", type_=Integer)), newest_first=newest_first)


@cache
def _of_ids(*, newest_first: bool) -> Select[Any]:
    chosen = _CANDIDATES.where(sessions.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    return _details_of(chosen, newest_first=newest_first)


def _details_of(chosen: Select[Any], *, newest_first: bool = False) -> Select[Any]:
    """Add what is shown of the chosen sessions. They are cut to a page first, so that only its lines are joined."""
    page = chosen.cte("page")
    trainers, cancelled = _trainers_of(page.c.trainer_ids), _cancellation_of(page)
    keys = (page.c.starts_at, page.c.id)
    return (
        select(
            page,
            axes.c.name.label("axis_name"),
            func.coalesce(occupancy.c.held, 0).label("held"),
            func.coalesce(occupancy.c.queued, 0).label("queued"),
            trainers.c.trainers,
            cancelled.c.cancelled_at,
            cancelled.c.cancel_reason,
        )
        .join_from(page, axes, axes.c.id == page.c.axis_id)
        .outerjoin(occupancy, occupancy.c.session_id == page.c.id)
        .outerjoin(trainers, true())
        .outerjoin(cancelled, true())
        .order_by(*(key.desc() if newest_first else key for key in keys))
    )


def _cancellation_of(page: Any) -> Any:  # noqa: ANN401 - SQLAlchemy has no public type for it
    """The last cancellation of a session that is cancelled now, from its history."""
    lines = catalogue_history
    return lateral(
        select(lines.c.at.label("cancelled_at"), lines.c.note.label("cancel_reason"))
        .where(page.c.state == "cancelled", lines.c.aggregate_id == page.c.id, lines.c.act == "Cancelled")
        .order_by(lines.c.version.desc())
        .limit(1),
        "cancelled",
    )


def _trainers_of(trainer_ids: ColumnElement[Any]) -> Any:  # noqa: ANN401 - SQLAlchemy has no public type for it
    """The names of some accounts in the given order, without those that are erased, as one JSON array.

    The inner LATERAL has a limit so that PostgreSQL looks each account up by its primary key instead of reading all.
    """
    place = (
        func.unnest(trainer_ids)
        .table_valued(column("id", Uuid), with_ordinality="place", name="place")
        .render_derived()
    )
    account = lateral(
        select(accounts.c.id, accounts.c.first_name, accounts.c.last_name)
        .where(accounts.c.id == place.c.id, not_(accounts.c.erased))
        .limit(1),
        "account",
    )
    names = func.json_build_object(
        "id", account.c.id, "first_name", account.c.first_name, "last_name", account.c.last_name
    )
    in_order = func.json_agg(aggregate_order_by(names, place.c.place), type_=JSON)
    return lateral(select(in_order.label("trainers")).join_from(place, account, true()), "trainers")


def _details(row: Row[Any], actor: Actor, now: datetime) -> SessionDetails:
    slots = slots_of(row)
    # staff may lower the capacity below the seats that are held
    free = max(row.capacity - row.held, 0)
    return SessionDetails(
        id=row.id,
        version=row.version,
        training=TrainingOfSession(
            id=row.training_id,
            title=row.training_title,
            axis=AxisName(id=row.axis_id, name=row.axis_name),
            kind=Kind(row.training_kind),
            members_only=row.training_members_only,
            archived=row.training_state == "archived",
        ),
        capacity=row.capacity,
        place=row.place,
        town=row.town or None,
        address=row.address or None,
        access=row.access or None,
        distance=row.distance,
        link=_for_signed_in(row.link, actor),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        starts_at=row.starts_at,
        slots=slots,
        trainers=tuple(
            Person(id=UUID(trainer["id"]), first_name=trainer["first_name"], last_name=trainer["last_name"])
            for trainer in row.trainers or ()
        ),
        state=row.state,
        cancelled=None
        if row.cancelled_at is None
        else Cancellation(at=row.cancelled_at, reason=_for_signed_in(row.cancel_reason, actor)),
        occupancy=Occupancy(held=row.held, queued=row.queued, free=free),
        requests=requests_at(
            now,
            Demand(
                is_cancelled=row.state == "cancelled",
                is_offered=row.training_state == "published",
                opens_at=row.opens_at,
                closes_at=row.closes_at,
                ends_at=row.ends_at,
                free=free,
                queued=row.queued,
            ),
        ),
    )


def _for_signed_in(text: str | None, actor: Actor) -> str | None:
    return (text or None) if actor.account_id is not None else None
