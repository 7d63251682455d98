"""Trainings to be shown: one statement for a page, whatever the number of lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Integer, Row, Select, Text, Uuid, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import MAY_SEE_TRAINING, Actor, Role
from services.catalogue.storage.records import AxisName, TrainingDetails, TrainingSummary
from services.catalogue.storage.session_list import SessionFilter, SessionList
from services.catalogue.storage.tables import axes, sessions, trainings
from shared.errors import NotFound

MOST_SESSIONS: Final = 200
"""The number of future sessions that are shown with a training; `GET /sessions?training_id=` lists them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFilter:
    """Which trainings. Each of the `words` must be in title, summary or objectives, ignoring accents and case."""

    state: Literal["draft", "published", "archived"] = "published"
    axis_id: UUID | None = None
    words: Sequence[str] = ()


class TrainingList:
    """Reads trainings; those that the acting person may not see are left out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sessions = SessionList(connection)

    async def one(self, training_id: UUID, actor: Actor, *, now: datetime) -> TrainingDetails:
        """A training with its future sessions; NotFound if there is none that the person may see."""
        row = (await self._connection.execute(_one(actor.role), {"id": training_id, "now": now})).one_or_none()
        if row is None:
            raise NotFound
        future = SessionFilter(since=now, training_id=training_id)
        found = await self._sessions.page(future, actor, limit=MOST_SESSIONS)
        return TrainingDetails(
            **_summary(row),
            content=row.content,
            audience=row.audience,
            prerequisites=row.prerequisites,
            sessions=tuple(found[:MOST_SESSIONS]),
        )

    async def page(
        self,
        wanted: TrainingFilter,
        actor: Actor,
        *,
        now: datetime,
        after: tuple[str, UUID] | None = None,
        limit: int,
    ) -> Sequence[TrainingSummary]:
        """Up to `limit` + 1 trainings in order of their title and id, from those after the key `after`."""
        values: dict[str, Any] = {"now": now, "state": wanted.state, "count": limit + 1}
        values |= {f"word_{index}": word for index, word in enumerate(wanted.words)}
        if wanted.axis_id is not None:
            values["axis_id"] = wanted.axis_id
        if after is not None:
            values |= {"after_title": after[0], "after_id": after[1]}
        statement = _page(
            actor.role, of_one_axis=wanted.axis_id is not None, words=len(wanted.words), is_first=after is None
        )
        return [TrainingSummary(**_summary(row)) for row in await self._connection.execute(statement, values)]


_ORDER = (trainings.c.sort_title, trainings.c.id)
_AFTER = tuple_(*_ORDER) > tuple_(
    bindparam("after_title", type_=trainings.c.sort_title.type), bindparam("after_id", type_=Uuid)
)
_NEXT_SESSION_AT = (
    select(func.min(sessions.c.starts_at))
    .where(
        sessions.c.training_id == trainings.c.id,
        sessions.c.state == "scheduled",
        sessions.c.starts_at >= bindparam("now"),
    )
    .scalar_subquery()
)
_SUMMARIES = select(
    *(column for column in trainings.c if column is not trainings.c.searched),
    axes.c.name.label("axis_name"),
    _NEXT_SESSION_AT.label("next_session_at"),
).join_from(trainings, axes)


# statements are built once for each role and choice of filters: that takes longer than running them


@cache
def _one(role: Role) -> Select[Any]:
    return _SUMMARIES.where(trainings.c.id == bindparam("id"), MAY_SEE_TRAINING[role])


@lru_cache(maxsize=200)  # `words` has no limit
def _page(role: Role, *, of_one_axis: bool, words: int, is_first: bool) -> Select[Any]:
    chosen = _SUMMARIES.where(MAY_SEE_TRAINING[role], trainings.c.state == bindparam("state"))
    for index in range(words):
        chosen = chosen.where(trainings.c.searched.like(func.anywhere(bindparam(f"word_{index}", type_=Text))))
    if of_one_axis:
        chosen = chosen.where(trainings.c.axis_id == bindparam("axis_id"))
    if not is_first:
        chosen = chosen.where(_AFTER)
    return chosen.order_by(*_ORDER).limit(bindparam("count", type_=Integer))


def _summary(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": row.version,
        "title": row.title,
        "sort_title": row.sort_title,
        "axis": AxisName(id=row.axis_id, name=row.axis_name),
        "kind": row.kind,
        "members_only": row.members_only,
        "state": row.state,
        "summary": row.summary,
        "objectives": row.objectives,
        "next_session_at": row.next_session_at,
    }
