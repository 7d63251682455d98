"""The catalogue as it is read: one statement a page, whatever the number of lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import Actor
from shared.errors import NotFound

_TRAININGS = """
    SELECT t.id, t.version, t.title, t.kind, t.members_only, t.state, t.summary, t.objectives, t.content, t.audience, t.prerequisites,
        t.sort_title, a.id AS axis_id, a.name AS axis_name,
        (SELECT min(s.starts_at) FROM sessions s WHERE s.training_id = t.id AND s.state = 'scheduled' AND s.starts_at >= :now)
            AS next_session_at
    FROM trainings t JOIN axes a ON a.id = t.axis_id
    WHERE (t.state = 'published' OR :staff)
"""
_SESSIONS = """
    SELECT s.id, s.version, s.capacity, s.place, s.opens_at, s.closes_at, s.state, s.starts_at, s.slot_ids, s.slot_starts, s.slot_ends,
        t.id AS training_id, t.title, t.kind, t.members_only, a.id AS axis_id, a.name AS axis_name,
        coalesce(o.held, 0) AS held, coalesce(o.queued, 0) AS queued, greatest(s.capacity - coalesce(o.held, 0), 0) AS free,
        (SELECT coalesce(
                json_agg(json_build_object('id', p.id, 'first_name', p.first_name, 'last_name', p.last_name) ORDER BY u.place), '[]')
            FROM unnest(s.trainer_ids) WITH ORDINALITY AS u(id, place) JOIN accounts p ON p.id = u.id AND NOT p.erased) AS trainers
    FROM sessions s JOIN trainings t ON t.id = s.training_id JOIN axes a ON a.id = t.axis_id
        LEFT JOIN occupancy o ON o.session_id = s.id
    WHERE (t.state = 'published' OR :staff OR CAST(:me AS uuid) = ANY(s.trainer_ids))
"""


@dataclass(frozen=True, slots=True)
class TrainingsWanted:
    """Which trainings; `words` are looked for in title, summary and objectives, each of them, without accents and case.

    `after`: the sort title and the id of the last one seen.
    """

    state: Literal["draft", "published", "archived"] = "published"
    axis_id: UUID | None = None
    words: Sequence[str] = ()
    after: tuple[str, UUID] | None = None


@dataclass(frozen=True, slots=True)
class SessionsWanted:
    """Which sessions: their first slot is in `[since, until)`. `after`: the first slot and the id of the last one seen."""

    since: datetime
    until: datetime | None = None
    state: Literal["scheduled", "cancelled"] = "scheduled"
    axis_id: UUID | None = None
    training_id: UUID | None = None
    mine: bool = False
    after: tuple[datetime, UUID] | None = None


@dataclass(slots=True)
class _Conditions:
    """Conditions that are joined by AND, and their values."""

    values: dict[str, Any]
    sql: list[str] = field(default_factory=list)

    def add(self, condition: str, **values: object) -> None:
        self.sql.append(condition)
        self.values |= values

    def given(self, condition: str, **values: object) -> None:
        """Add the condition when its value is there."""
        if None not in values.values():
            self.add(condition, **values)

    def __str__(self) -> str:
        return "".join(f" AND {condition}" for condition in self.sql)


class Reading:
    """Reads for whoever asks; what that person may not see is not there."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def training(self, training_id: UUID, actor: Actor, *, now: datetime) -> Row[Any]:
        """A published training, for staff any; NotFound otherwise."""
        values = {"id": training_id, "now": now, "staff": actor.is_staff}
        row = (await self._connection.execute(text(f"{_TRAININGS} AND t.id = :id"), values)).one_or_none()
        if row is None:
            raise NotFound
        return row

    async def trainings(
        self, wanted: TrainingsWanted, actor: Actor, *, now: datetime, limit: int
    ) -> Sequence[Row[Any]]:
        """By title; one more than `limit` when there are more."""
        where = _Conditions({"now": now, "staff": actor.is_staff, "most": limit + 1})
        where.add("t.state = :state", state=wanted.state)
        where.given("t.axis_id = :axis", axis=wanted.axis_id)
        for place, word in enumerate(wanted.words):
            where.add(f"t.searched LIKE anywhere(:word{place})", **{f"word{place}": word})
        if wanted.after is not None:
            where.add(
                '(t.sort_title, t.id) > (CAST(:title AS text) COLLATE "C", CAST(:last AS uuid))',
                title=wanted.after[0],
                last=wanted.after[1],
            )
        return (
            await self._connection.execute(
                text(f"{_TRAININGS}{where} ORDER BY t.sort_title, t.id LIMIT :most"), where.values
            )
        ).all()

    async def session(self, session_id: UUID, actor: Actor) -> Row[Any]:
        """A session of a published training; for its trainers and for staff, of any; NotFound otherwise."""
        values = {"id": session_id, "staff": actor.is_staff, "me": actor.account_id}
        row = (await self._connection.execute(text(f"{_SESSIONS} AND s.id = :id"), values)).one_or_none()
        if row is None:
            raise NotFound
        return row

    async def sessions(self, wanted: SessionsWanted, actor: Actor, *, limit: int) -> Sequence[Row[Any]]:
        """By first slot; one more than `limit` when there are more."""
        where = _Conditions({"staff": actor.is_staff, "me": actor.account_id, "most": limit + 1})
        where.add("s.state = :state AND s.starts_at >= :since", state=wanted.state, since=wanted.since)
        where.given("s.starts_at < :until", until=wanted.until)
        where.given("t.axis_id = :axis", axis=wanted.axis_id)
        where.given("s.training_id = :training", training=wanted.training_id)
        if wanted.mine:
            where.add("s.trainer_ids @> ARRAY[CAST(:me AS uuid)]")
        if wanted.after is not None:
            where.add("(s.starts_at, s.id) > (:at, :last)", at=wanted.after[0], last=wanted.after[1])
        return (
            await self._connection.execute(
                text(f"{_SESSIONS}{where} ORDER BY s.starts_at, s.id LIMIT :most"), where.values
            )
        ).all()
