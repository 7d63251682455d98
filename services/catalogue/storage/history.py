"""Who changed what, when: lines are added, and never changed nor taken out."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_ADD = text("""
    INSERT INTO catalogue_history (aggregate_id, version, fact, acted_by, at, note) VALUES (:id, :version, :fact, :by, :at, :note)
""")


class History:
    """The trace of staff's changes (OWASP ASVS 5.0, 16.3)."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, aggregate_id: UUID, version: int, fact: str, *, by: UUID | None, at: datetime, note: str | None = None
    ) -> None:
        """Keep one line; `by` is None for nobody, which the table refuses."""
        await self._connection.execute(
            _ADD, {"id": aggregate_id, "version": version, "fact": fact, "by": by, "at": at, "note": note}
        )
