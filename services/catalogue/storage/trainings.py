"""Trainings as they are changed. Loading is the access check: every load names who acts."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.training import Kind, State, Syllabus, Training
from services.catalogue.storage.access import Actor
from shared.errors import NotFound

_TO_CHANGE = text("SELECT * FROM trainings WHERE id = :id AND :staff FOR UPDATE")
_TO_SCHEDULE = text("SELECT * FROM trainings WHERE id = :id AND :staff FOR SHARE")
_ADD = text("""
    INSERT INTO trainings (id, version, state, axis_id, title, kind, members_only, summary, objectives, content, audience, prerequisites)
    VALUES (:id, :version, :state, :axis_id, :title, :kind, :members_only, :summary, :objectives, :content, :audience, :prerequisites)
""")
_SAVE = text("""
    UPDATE trainings SET version = :version, state = :state, axis_id = :axis_id, title = :title, kind = :kind,
        members_only = :members_only, summary = :summary, objectives = :objectives, content = :content, audience = :audience,
        prerequisites = :prerequisites
    WHERE id = :id
""")


class Trainings:
    """The trainings of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def to_change(self, training_id: UUID, actor: Actor) -> Training:
        """A training, locked, for staff; NotFound otherwise."""
        row = (await self._connection.execute(_TO_CHANGE, {"id": training_id, "staff": actor.is_staff})).one_or_none()
        if row is None:
            raise NotFound
        return _training(row)

    async def to_schedule(self, training_id: UUID, actor: Actor) -> Training | None:
        """A training that stays as it is until the transaction ends, for staff; None when there is none."""
        row = (await self._connection.execute(_TO_SCHEDULE, {"id": training_id, "staff": actor.is_staff})).one_or_none()
        return None if row is None else _training(row)

    async def title_of(self, training_id: UUID) -> str:
        """The title now. A statement of its own, after the session's lock: what was committed before the lock is seen."""
        return str(
            await self._connection.scalar(text("SELECT title FROM trainings WHERE id = :id"), {"id": training_id})
        )

    async def add(self, training: Training) -> None:
        """Store a new training."""
        await self._connection.execute(_ADD, _values(training))

    async def save(self, training: Training) -> None:
        """Store a changed training."""
        await self._connection.execute(_SAVE, _values(training))


def _values(training: Training) -> dict[str, Any]:
    syllabus = asdict(training.syllabus)
    return {
        **syllabus,
        "kind": training.syllabus.kind.value,
        "id": training.id,
        "version": training.version,
        "state": training.state.value,
    }


def _training(row: Row[Any]) -> Training:
    syllabus = Syllabus(
        axis_id=row.axis_id,
        title=row.title,
        kind=Kind(row.kind),
        members_only=row.members_only,
        summary=row.summary,
        objectives=row.objectives,
        content=row.content,
        audience=row.audience,
        prerequisites=row.prerequisites,
    )
    return Training(row.id, row.version, syllabus, State(row.state))
