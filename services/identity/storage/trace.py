"""Who did what, when: added to, never changed (the running role may not)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

_ADD = text("""
    INSERT INTO trace (at, who, acting_as, act, subject_id, facts) VALUES (:at, :who, :acting_as, :act, :subject_id, :facts)
""").bindparams(bindparam("facts", type_=JSON))


class Trace:
    """The append-only history of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        act: str,
        subject_id: UUID,
        *,
        at: datetime,
        who: UUID | None,
        acting_as: str = "person",
        **facts: Any,  # noqa: ANN401 - whatever JSON can hold
    ) -> None:
        """Add a line. `who` is None when nobody was signed in, or when the system acts. Never a secret, never an address."""
        line = {"at": at, "who": who, "acting_as": acting_as, "act": act, "subject_id": subject_id, "facts": facts}
        await self._connection.execute(_ADD, line)
