"""The axes. Everybody may see them; only staff can load one to change it."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, exists, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.axis import Axis
from services.catalogue.storage.access import STAFF_ONLY, Actor
from services.catalogue.storage.tables import axes
from shared.errors import NotFound

_ALL = select(axes).order_by(axes.c.position, func.plain(axes.c.name))
_ONE = select(axes).where(axes.c.id == bindparam("id"))
_TO_CHANGE = _ONE.where(STAFF_ONLY).with_for_update()
_EXISTS = select(exists().where(axes.c.id == bindparam("id")))
_NAME_IS_TAKEN = select(
    exists().where(func.plain(axes.c.name) == func.plain(bindparam("name")), axes.c.id != bindparam("id"))
)
_LAST_POSITION = select(func.coalesce(func.max(axes.c.position), -1))
_ADD = insert(axes)
_SAVE = update(axes).where(axes.c.id == bindparam("axis_id"))
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

    async def exists(self, axis_id: UUID) -> bool:
        """Whether there is such an axis; axes are never deleted."""
        return bool(await self._connection.scalar(_EXISTS, {"id": axis_id}))

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


def _axis(row: Row[Any]) -> Axis:
    return Axis(id=row.id, version=row.version, name=row.name, description=row.description, position=row.position)


def _required(row: Row[Any] | None) -> Axis:
    if row is None:
        raise NotFound
    return _axis(row)
