"""The themes of the catalogue. Everybody may see them; only staff get one to change."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.axis import Axis
from services.catalogue.storage.access import Actor
from shared.errors import NotFound

_ALL = text("SELECT * FROM axes ORDER BY position, plain(name)")
_ONE = text("SELECT * FROM axes WHERE id = :id")
_TO_CHANGE = text("SELECT * FROM axes WHERE id = :id AND :staff FOR UPDATE")
_ADD = text(
    "INSERT INTO axes (id, version, name, description, position) VALUES (:id, :version, :name, :description, :position)"
)
_SAVE = text(
    "UPDATE axes SET version = :version, name = :name, description = :description, position = :position WHERE id = :id"
)
_NAMED = text("SELECT EXISTS (SELECT FROM axes WHERE plain(name) = plain(:name) AND id <> :id)")


class Axes:
    """The axes of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> list[Axis]:
        """Every axis, in the order in which they are shown."""
        return [_axis(row) for row in await self._connection.execute(_ALL)]

    async def one(self, axis_id: UUID) -> Axis:
        """An axis, or NotFound."""
        return _found((await self._connection.execute(_ONE, {"id": axis_id})).one_or_none())

    async def lock_names(self) -> None:
        """Let axes be named one after the other, so that two at once do not get one name. Readers do not wait."""
        await self._connection.execute(text("LOCK TABLE axes IN SHARE ROW EXCLUSIVE MODE"))

    async def to_change(self, axis_id: UUID, actor: Actor) -> Axis:
        """An axis, locked, for staff; NotFound otherwise."""
        return _found(
            (await self._connection.execute(_TO_CHANGE, {"id": axis_id, "staff": actor.is_staff})).one_or_none()
        )

    async def exists(self, axis_id: UUID) -> bool:
        """Whether there is such an axis; axes never go."""
        return (await self._connection.execute(_ONE, {"id": axis_id})).one_or_none() is not None

    async def is_named(self, name: str, *, but: UUID) -> bool:
        """Whether another axis has the name, whatever its case and accents."""
        return bool(await self._connection.scalar(_NAMED, {"name": name, "id": but}))

    async def last_position(self) -> int:
        """The highest position, -1 without any axis."""
        return int(await self._connection.scalar(text("SELECT coalesce(max(position), -1) FROM axes")) or 0)

    async def add(self, axis: Axis) -> None:
        """Store a new axis."""
        await self._connection.execute(_ADD, _values(axis))

    async def save(self, axis: Axis) -> None:
        """Store a changed axis."""
        await self._connection.execute(_SAVE, _values(axis))


def _values(axis: Axis) -> dict[str, Any]:
    return {name: getattr(axis, name) for name in ("id", "version", "name", "description", "position")}


def _axis(row: Row[Any]) -> Axis:
    return Axis(row.id, row.version, row.name, row.description, row.position)


def _found(row: Row[Any] | None) -> Axis:
    if row is None:
        raise NotFound
    return _axis(row)
