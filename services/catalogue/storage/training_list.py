"""Trainings to be shown: one statement for a page, whatever the number of lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Integer, Row, Select, Text, Uuid, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.training import Kind
from services.catalogue.storage.access import LISTED_TRAININGS, READABLE, Actor, Role
from services.catalogue.storage.records import AxisName, TrainingDetails, TrainingSummary
from services.catalogue.storage.session_list import SessionList
from services.catalogue.storage.tables import axes, sessions, trainings
from shared.errors import NotFound

MOST_SESSIONS: Final = 200
"""The number of future sessions that are shown with a training; `GET /sessions?training_id=` lists them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingFilter:
    """Which trainings. Each of the `words` must be in their text, ignoring accents and case."""

    state: Literal["draft", "published", "archived"] = "published"
    axis_id: UUID | None = None
    kind: Literal["training", "other_action"] | None = None
    members_only: bool | None = None
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
        sessions_to_come = await self._sessions.of_training(training_id, actor, now=now, most=MOST_SESSIONS)
        return TrainingDetails(
            **_summary(row),
            content=row.content,
            audience=row.audience,
            prerequisites=row.prerequisites,
            contact=row.contact or None,
            accessibility=row.accessibility or None,
            sessions=tuple(sessions_to_come),
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
        choices = {"axis_id": wanted.axis_id, "kind": wanted.kind, "members_only": wanted.members_only}
        chosen = {name: value for name, value in choices.items() if value is not None}
        if after is not None:
            values |= {"after_title": after[0], "after_id": after[1]}
        statement = _page(actor.role, frozenset(chosen), words=len(wanted.words), is_first=after is None)
        values |= chosen
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
    return _SUMMARIES.where(trainings.c.id == bindparam("id"), READABLE[role])


@lru_cache(maxsize=200)  # `words` has no limit
def _page(role: Role, choices: frozenset[str], *, words: int, is_first: bool) -> Select[Any]:
    chosen = _SUMMARIES.where(LISTED_TRAININGS[role], trainings.c.state == bindparam("state"))
    for index in range(words):
        chosen = chosen.where(trainings.c.searched.like(func.anywhere(bindparam(f"word_{index}", type_=Text))))
    for name in sorted(choices):
        chosen = chosen.where(trainings.c[name] == bindparam(name))
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
        "kind": Kind(row.kind),
        "members_only": row.members_only,
        "state": row.state,
        "summary": row.summary,
        "objectives": row.objectives,
        "duration": row.duration or None,
        "next_session_at": row.next_session_at,
    }
