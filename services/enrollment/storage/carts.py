"""Carts, and the questions that a request answers before it is made."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

_ADD = text("""
    INSERT INTO carts (account_id, session_id, training_id, added_at) VALUES (:account, :session, :training, :at)
    ON CONFLICT (account_id, session_id) DO NOTHING
""")
_OTHER = text("SELECT session_id FROM carts WHERE account_id = :account AND training_id = :training AND session_id <> :session")
_LIST = text("""
    SELECT c.session_id, c.training_id, c.added_at, s.title, s.place, s.starts_at, s.ends_at, s.closes_at
    FROM carts c JOIN sessions s ON s.id = c.session_id WHERE c.account_id = :account ORDER BY s.starts_at, c.session_id
""")
_LOAD = text("""
    SELECT count(*) AS actions, count(*) FILTER (WHERE t.kind = 'training') AS trainings
    FROM enrollments e JOIN sessions s ON s.id = e.session_id JOIN trainings t ON t.id = e.training_id
    WHERE e.account_id = :account AND e.attended IS NOT FALSE
        AND e.approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated')
        AND date_part('year', s.starts_at AT TIME ZONE 'Europe/Paris') = :year
""")
_OPEN = text("""
    SELECT EXISTS (SELECT FROM enrollments WHERE account_id = :account AND training_id = :training AND attended IS NOT FALSE
        AND approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated'))
""")


class Carts:
    """The cart of each person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, account_id: UUID, session_id: UUID, training_id: UUID, now: datetime) -> bool:
        """Put a session in; False when another session of the same training is there."""
        values = {"account": account_id, "session": session_id, "training": training_id}
        if await self._connection.scalar(_OTHER, values) is not None:
            return False
        await self._connection.execute(_ADD, {**values, "at": now})
        return True

    async def remove(self, account_id: UUID, session_id: UUID) -> None:
        """Take a session out; nothing happens when it is not there."""
        statement = text("DELETE FROM carts WHERE account_id = :account AND session_id = :session")
        await self._connection.execute(statement, {"account": account_id, "session": session_id})

    async def lines(self, account_id: UUID) -> Sequence[Row[Any]]:
        """The person's cart, by the start of its sessions."""
        return (await self._connection.execute(_LIST, {"account": account_id})).all()

    async def reserved(self, account_id: UUID, year: int) -> tuple[int, int]:
        """How many actions, and trainings among them, the person has in a calendar year (of Paris)."""
        row = (await self._connection.execute(_LOAD, {"account": account_id, "year": year})).one()
        return row.actions, row.trainings

    async def has_one_in(self, account_id: UUID, training_id: UUID) -> bool:
        """Whether the person has an open or attended request for the training."""
        return bool(await self._connection.scalar(_OPEN, {"account": account_id, "training": training_id}))
