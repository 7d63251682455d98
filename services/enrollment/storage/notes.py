"""The internal notes of staff on a request. They are never changed, and nobody else sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.access import Actor
from services.enrollment.storage.details import PersonName
from services.enrollment.storage.tables import accounts, enrollment_notes, enrollments
from shared.errors import NotFound

_EXISTS: Final = select(enrollments.c.id).where(enrollments.c.id == bindparam("enrollment"))
_ADD: Final = insert(enrollment_notes).returning(enrollment_notes.c.id)
_NOTES: Final = (
    select(enrollment_notes, *accounts.c["first_name", "last_name"])
    .outerjoin(accounts, accounts.c.id == enrollment_notes.c.written_by)
    .order_by(enrollment_notes.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note, with its author."""

    id: int
    text: str
    written_by: PersonName
    written_at: datetime


class Notes:
    """The notes of staff. Every method raises NotFound for other people, and for a request that does not exist."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, enrollment_id: UUID, actor: Actor) -> list[Note]:
        """The notes on a request, oldest first."""
        await self._check(enrollment_id, actor)
        statement = _NOTES.where(enrollment_notes.c.enrollment_id == enrollment_id)
        return [_note_of(row) for row in await self._connection.execute(statement)]

    async def add(self, enrollment_id: UUID, text: str, *, actor: Actor, now: datetime) -> Note:
        """Add a note to a request and return it."""
        await self._check(enrollment_id, actor)
        values = {"enrollment_id": enrollment_id, "text": text, "written_by": actor.account_id, "written_at": now}
        note_id = await self._connection.scalar(_ADD, values)
        return _note_of((await self._connection.execute(_NOTES.where(enrollment_notes.c.id == note_id))).one())

    async def _check(self, enrollment_id: UUID, actor: Actor) -> None:
        if not actor.is_staff or await self._connection.scalar(_EXISTS, {"enrollment": enrollment_id}) is None:
            raise NotFound


def _note_of(row: Row[Any]) -> Note:
    author = PersonName(id=row.written_by, first_name=row.first_name or "", last_name=row.last_name or "")
    return Note(id=row.id, text=row.text, written_by=author, written_at=row.written_at)
