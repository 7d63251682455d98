"""The history of the catalogue: one line for each change, which is never changed nor deleted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.access import STAFF_ONLY, Actor
from services.catalogue.storage.records import HistoryEntry, Person
from services.catalogue.storage.tables import accounts, catalogue_history, sessions, trainings
from shared.errors import NotFound

MOST_LINES: Final = 200

_ADD = insert(catalogue_history)
_OF = (
    select(
        catalogue_history.c.version,
        catalogue_history.c.act,
        catalogue_history.c.acted_by,
        catalogue_history.c.at,
        catalogue_history.c.note,
        catalogue_history.c.changed,
        accounts.c.first_name,
        accounts.c.last_name,
    )
    .join_from(catalogue_history, accounts, accounts.c.id == catalogue_history.c.acted_by, isouter=True)
    .where(catalogue_history.c.aggregate_id == bindparam("id"), STAFF_ONLY)
    .order_by(catalogue_history.c.version.desc())
    .limit(MOST_LINES)
)
_OF_TRAINING = _OF.where(exists().where(trainings.c.id == bindparam("id")))
_OF_SESSION = _OF.where(exists().where(sessions.c.id == bindparam("id")))


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """A change of an axis, a training or a session: `act` is the name of the fact, `changed` the fields that differ."""

    aggregate_id: UUID
    version: int
    act: str
    acted_by: UUID | None
    at: datetime
    note: str | None = None
    changed: list[str] | None = None


class History:
    """The audit log of the changes by staff (OWASP ASVS 5.0, 16.3)."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, line: HistoryLine) -> None:
        """Write a line; the table refuses one without an account in `acted_by`."""
        await self._connection.execute(_ADD, asdict(line))

    async def of_training(self, training_id: UUID, actor: Actor) -> Sequence[HistoryEntry]:
        """The newest lines of a training, newest first, for staff; NotFound for others."""
        return await self._read(_OF_TRAINING, training_id, actor)

    async def of_session(self, session_id: UUID, actor: Actor) -> Sequence[HistoryEntry]:
        """The newest lines of a session, newest first, for staff; NotFound for others."""
        return await self._read(_OF_SESSION, session_id, actor)

    async def _read(self, statement: Select[Any], object_id: UUID, actor: Actor) -> Sequence[HistoryEntry]:
        rows = await self._connection.execute(statement, {"id": object_id, "is_staff": actor.is_staff})
        lines = [
            HistoryEntry(
                version=row.version,
                act=row.act,
                by=Person(id=row.acted_by, first_name=row.first_name or "", last_name=row.last_name or ""),
                at=row.at,
                note=row.note,
                changed_fields=tuple(row.changed or ()),
            )
            for row in rows
        ]
        if not lines:
            raise NotFound
        return lines
