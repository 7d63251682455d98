"""Trainings to be shown: one statement for a page, whatever the number of lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import Actor, may_see_training
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

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter as conditions on trainings."""
        conditions = [trainings.c.state == self.state]
        if self.axis_id is not None:
            conditions.append(trainings.c.axis_id == self.axis_id)
        return conditions + [trainings.c.searched.like(func.anywhere(word)) for word in self.words]


class TrainingList:
    """Reads trainings; those that the acting person may not see are left out."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._sessions = SessionList(connection)

    async def one(self, training_id: UUID, actor: Actor, *, now: datetime) -> TrainingDetails:
        """A training with its future sessions; NotFound if there is none that the person may see."""
        chosen = _summaries(now).where(trainings.c.id == training_id, may_see_training(actor))
        row = (await self._connection.execute(chosen)).one_or_none()
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
        order = (trainings.c.sort_title, trainings.c.id)
        chosen = _summaries(now).where(may_see_training(actor), *wanted.conditions())
        if after is not None:
            chosen = chosen.where(tuple_(*order) > tuple_(*after))
        rows = await self._connection.execute(chosen.order_by(*order).limit(limit + 1))
        return [TrainingSummary(**_summary(row)) for row in rows]


def _summaries(now: datetime) -> Select[Any]:
    next_session_at = (
        select(func.min(sessions.c.starts_at))
        .where(sessions.c.training_id == trainings.c.id, sessions.c.state == "scheduled", sessions.c.starts_at >= now)
        .scalar_subquery()
    )
    shown = [column for column in trainings.c if column is not trainings.c.searched]
    return select(*shown, axes.c.name.label("axis_name"), next_session_at.label("next_session_at")).join_from(
        trainings, axes
    )


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
