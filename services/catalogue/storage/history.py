"""The history of the catalogue: one line for each change, which is never changed nor deleted."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.storage.tables import catalogue_history

_ADD = insert(catalogue_history)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """A change of an axis, a training or a session: `act` is the name of the fact."""

    aggregate_id: UUID
    version: int
    act: str
    acted_by: UUID | None
    at: datetime
    note: str | None = None


class History:
    """The audit log of the changes by staff (OWASP ASVS 5.0, 16.3)."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, line: HistoryLine) -> None:
        """Write a line; the table refuses one without an account in `acted_by`."""
        await self._connection.execute(_ADD, asdict(line))
