"""Trainings to be changed. Loading is the access check: every load names the acting person."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.training import Kind, State, Syllabus, Training
from services.catalogue.storage.access import STAFF_ONLY, Actor
from services.catalogue.storage.tables import trainings
from shared.errors import NotFound

_ONE = select(trainings).where(trainings.c.id == bindparam("id"), STAFF_ONLY)
_TO_CHANGE = _ONE.with_for_update()
_TO_SCHEDULE = _ONE.with_for_update(read=True)
_PUBLISHED_OF_AXIS = (
    select(trainings)
    .where(trainings.c.axis_id == bindparam("axis_id"), trainings.c.state == "published", STAFF_ONLY)
    .order_by(trainings.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update()
)
_TITLE = select(trainings.c.title).where(trainings.c.id == bindparam("id"))
_ADD = insert(trainings)
_SAVE = update(trainings).where(trainings.c.id == bindparam("training_id"))
_REMOVE = delete(trainings).where(trainings.c.id == bindparam("training_id"))


class Trainings:
    """The trainings of the catalogue."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def to_change(self, training_id: UUID, actor: Actor) -> Training:
        """A training, locked, for staff; NotFound for others."""
        values = {"id": training_id, "is_staff": actor.is_staff}
        row = (await self._connection.execute(_TO_CHANGE, values)).one_or_none()
        if row is None:
            raise NotFound
        return _training(row)

    async def to_schedule(self, training_id: UUID, actor: Actor) -> Training | None:
        """A training that cannot change until the transaction ends, for staff; None if there is none."""
        values = {"id": training_id, "is_staff": actor.is_staff}
        row = (await self._connection.execute(_TO_SCHEDULE, values)).one_or_none()
        return None if row is None else _training(row)

    async def published_of_axis(self, axis_id: UUID, actor: Actor, *, most: int) -> list[Training]:
        """Up to `most` published trainings of an axis, for staff. They are locked in the order of ids."""
        values = {"axis_id": axis_id, "is_staff": actor.is_staff, "most": most}
        return [_training(row) for row in await self._connection.execute(_PUBLISHED_OF_AXIS, values)]

    async def title_of(self, training_id: UUID) -> str:
        """The current title. Read it after the session is locked: so it is the title committed before the lock."""
        return str((await self._connection.execute(_TITLE, {"id": training_id})).scalar_one())

    async def add(self, training: Training) -> None:
        await self._connection.execute(_ADD, _values(training))

    async def save(self, training: Training) -> None:
        await self._connection.execute(_SAVE, {**_values(training), "training_id": training.id})

    async def remove(self, training: Training) -> None:
        await self._connection.execute(_REMOVE, {"training_id": training.id})


def _values(training: Training) -> dict[str, Any]:
    return {
        **asdict(training.syllabus),
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
        duration=row.duration,
        contact=row.contact,
        accessibility=row.accessibility,
    )
    return Training(id=row.id, version=row.version, syllabus=syllabus, state=State(row.state))
