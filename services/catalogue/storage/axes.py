"""The axes. Everybody may see them; only staff can load one to change it."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, exists, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.axis import Axis
from services.catalogue.storage.access import STAFF_ONLY, Actor
from services.catalogue.storage.tables import axes, trainings
from shared.errors import NotFound

_ALL = select(axes).order_by(axes.c.position, func.plain(axes.c.name))
_ONE = select(axes).where(axes.c.id == bindparam("id"))
# trainings may be added to an axis that is being changed, and not to one that is being removed
_TO_CHANGE = _ONE.where(STAFF_ONLY).with_for_update(key_share=True)
_TO_REMOVE = _ONE.where(STAFF_ONLY).with_for_update()
_NAME_TO_USE = select(axes.c.name).where(axes.c.id == bindparam("id")).with_for_update(read=True, key_share=True)
_NAME = select(axes.c.name).where(axes.c.id == bindparam("id"))
_TRAININGS = select(func.count()).where(trainings.c.axis_id == bindparam("id"))
_NAME_IS_TAKEN = select(
    exists().where(func.plain(axes.c.name) == func.plain(bindparam("name")), axes.c.id != bindparam("id"))
)
_LAST_POSITION = select(func.coalesce(func.max(axes.c.position), -1))
_ADD = insert(axes)
_SAVE = update(axes).where(axes.c.id == bindparam("axis_id"))
_REMOVE = delete(axes).where(axes.c.id == bindparam("axis_id"))
# SQLAlchemy has no construct for LOCK TABLE
_LOCK = text("LOCK TABLE axes IN SHARE ROW EXCLUSIVE MODE")


class Axes:
    """The axes of the catalogue."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[Axis]:
        """Every axis, in the order of the catalogue."""
        return [_axis(row) for row in await self._connection.execute(_ALL)]

    async def one(self, axis_id: UUID) -> Axis:
        """An axis, or NotFound."""
        return _required((await self._connection.execute(_ONE, {"id": axis_id})).one_or_none())

    async def lock_names(self) -> None:
        """Make changes of names wait for each other, so that no two axes get the same name. Readers do not wait."""
        await self._connection.execute(_LOCK)

    async def to_change(self, axis_id: UUID, actor: Actor) -> Axis:
        """An axis, locked, for staff; NotFound for others."""
        values = {"id": axis_id, "is_staff": actor.is_staff}
        return _required((await self._connection.execute(_TO_CHANGE, values)).one_or_none())

    async def to_remove(self, axis_id: UUID, actor: Actor) -> Axis:
        """An axis, locked so that no training can be added to it, for staff; NotFound for others."""
        values = {"id": axis_id, "is_staff": actor.is_staff}
        return _required((await self._connection.execute(_TO_REMOVE, values)).one_or_none())

    async def trainings_of(self, axis_id: UUID) -> int:
        """The number of trainings of an axis, whatever their state."""
        return int((await self._connection.execute(_TRAININGS, {"id": axis_id})).scalar_one())

    async def can_be_used(self, axis_id: UUID) -> bool:
        """Whether there is such an axis; it is not removed before the transaction ends."""
        return await self._connection.scalar(_NAME_TO_USE, {"id": axis_id}) is not None

    async def name_of(self, axis_id: UUID) -> str:
        """The current name. Read it after the training is locked."""
        return str((await self._connection.execute(_NAME, {"id": axis_id})).scalar_one())

    async def name_is_taken(self, name: str, *, by_other_than: UUID) -> bool:
        """Whether another axis has this name, ignoring case and accents."""
        return bool(await self._connection.scalar(_NAME_IS_TAKEN, {"name": name, "id": by_other_than}))

    async def last_position(self) -> int:
        """The highest position; -1 if there is no axis."""
        return int((await self._connection.execute(_LAST_POSITION)).scalar_one())

    async def add(self, axis: Axis) -> None:
        await self._connection.execute(_ADD, asdict(axis))

    async def save(self, axis: Axis) -> None:
        await self._connection.execute(_SAVE, {**asdict(axis), "axis_id": axis.id})

    async def remove(self, axis: Axis) -> None:
        await self._connection.execute(_REMOVE, {"axis_id": axis.id})


def _axis(row: Row[Any]) -> Axis:
    return Axis(id=row.id, version=row.version, name=row.name, description=row.description, position=row.position)


def _required(row: Row[Any] | None) -> Axis:
    if row is None:
        raise NotFound
    return _axis(row)
