"""Sessions to be shown: one statement for a page, whatever the number of lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Integer,
    Row,
    Select,
    Uuid,
    bindparam,
    column,
    func,
    lateral,
    not_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import MAY_SEE_SESSION, Actor, Role
from services.catalogue.storage.records import AxisName, Occupancy, SessionDetails, Trainer, TrainingOfSession
from services.catalogue.storage.sessions import slots_of
from services.catalogue.storage.tables import accounts, axes, occupancy, sessions, trainings
from shared.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions: their first slot starts in `[since, until)`. `trained_by`: only those of this trainer."""

    since: datetime
    until: datetime | None = None
    state: Literal["scheduled", "cancelled"] = "scheduled"
    axis_id: UUID | None = None
    training_id: UUID | None = None
    trained_by: UUID | None = None

    def given(self) -> dict[str, Any]:
        """The parameters of the statement that this filter sets."""
        values = {
            "since": self.since,
            "until": self.until,
            "state": self.state,
            "axis_id": self.axis_id,
            "training_id": self.training_id,
            "trainers": None if self.trained_by is None else [self.trained_by],
        }
        return {name: value for name, value in values.items() if value is not None}


class SessionList:
    """Reads sessions; those that the acting person may not see are left out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def one(self, session_id: UUID, actor: Actor) -> SessionDetails:
        """A session; NotFound if there is none that the person may see."""
        values = {"id": session_id, "actors": [actor.account_id]}
        row = (await self._connection.execute(_one(actor.role), values)).one_or_none()
        if row is None:
            raise NotFound
        return _details(row)

    async def page(
        self, wanted: SessionFilter, actor: Actor, *, after: tuple[datetime, UUID] | None = None, limit: int
    ) -> Sequence[SessionDetails]:
        """Up to `limit` + 1 sessions in order of their first slot and id, from those after the key `after`."""
        filters = wanted.given()
        values = {**filters, "actors": [actor.account_id], "count": limit + 1}
        if after is not None:
            values |= {"after_time": after[0], "after_id": after[1]}
        statement = _page(actor.role, frozenset(filters), is_first=after is None)
        return [_details(row) for row in await self._connection.execute(statement, values)]


_ORDER = (sessions.c.starts_at, sessions.c.id)
_AFTER = tuple_(*_ORDER) > tuple_(
    bindparam("after_time", type_=sessions.c.starts_at.type), bindparam("after_id", type_=Uuid)
)
_FILTERS = {
    "since": sessions.c.starts_at >= bindparam("since"),
    "until": sessions.c.starts_at < bindparam("until"),
    "state": sessions.c.state == bindparam("state"),
    "axis_id": trainings.c.axis_id == bindparam("axis_id"),
    "training_id": sessions.c.training_id == bindparam("training_id"),
    "trainers": sessions.c.trainer_ids.contains(bindparam("trainers", type_=ARRAY(Uuid))),
}
_CANDIDATES = select(
    sessions,
    trainings.c.title.label("training_title"),
    trainings.c.kind.label("training_kind"),
    trainings.c.members_only.label("training_members_only"),
    trainings.c.axis_id,
).join_from(sessions, trainings)


# statements are built once for each role and choice of filters: that takes longer than running them


@cache
def _one(role: Role) -> Select[Any]:
    return _details_of(_CANDIDATES.where(sessions.c.id == bindparam("id"), MAY_SEE_SESSION[role]))


@cache
def _page(role: Role, filters: frozenset[str], *, is_first: bool) -> Select[Any]:
    chosen = _CANDIDATES.where(MAY_SEE_SESSION[role], *(_FILTERS[name] for name in sorted(filters)))
    if not is_first:
        chosen = chosen.where(_AFTER)
    return _details_of(chosen.order_by(*_ORDER).limit(bindparam("count", type_=Integer)))


def _details_of(chosen: Select[Any]) -> Select[Any]:
    """Add what is shown of the chosen sessions. They are cut to a page first, so that only its lines are joined."""
    page = chosen.cte("page")
    trainers = _trainers_of(page.c.trainer_ids)
    return (
        select(
            page,
            axes.c.name.label("axis_name"),
            func.coalesce(occupancy.c.held, 0).label("held"),
            func.coalesce(occupancy.c.queued, 0).label("queued"),
            trainers.c.trainers,
        )
        .join_from(page, axes, axes.c.id == page.c.axis_id)
        .outerjoin(occupancy, occupancy.c.session_id == page.c.id)
        .join(trainers, true())
        .order_by(page.c.starts_at, page.c.id)
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


def _details(row: Row[Any]) -> SessionDetails:
    return SessionDetails(
        id=row.id,
        version=row.version,
        training=TrainingOfSession(
            id=row.training_id,
            title=row.training_title,
            axis=AxisName(id=row.axis_id, name=row.axis_name),
            kind=row.training_kind,
            members_only=row.training_members_only,
        ),
        capacity=row.capacity,
        place=row.place,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        starts_at=row.starts_at,
        slots=slots_of(row),
        trainers=tuple(
            Trainer(id=UUID(trainer["id"]), first_name=trainer["first_name"], last_name=trainer["last_name"])
            for trainer in row.trainers or ()
        ),
        state=row.state,
        # staff may lower the capacity below the seats that are held
        occupancy=Occupancy(held=row.held, queued=row.queued, free=max(row.capacity - row.held, 0)),
    )
