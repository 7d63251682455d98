"""Carts, and what is known of a session when somebody wants it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

_ADD = text("""
    INSERT INTO carts (account_id, session_id, training_id, added_at) VALUES (:account, :session, :training, :at) ON CONFLICT DO NOTHING
""")
_CHOSEN = text("SELECT session_id FROM carts WHERE account_id = :account AND training_id = :training")
_REMOVE = text("DELETE FROM carts WHERE account_id = :account AND session_id = ANY(:sessions)")
_LIST = text("""
    SELECT c.session_id, c.training_id, c.added_at, s.title, s.place, s.starts_at, s.ends_at, s.closes_at, s.state
    FROM carts c JOIN sessions s ON s.id = c.session_id WHERE c.account_id = :account ORDER BY s.starts_at, c.session_id
""")
_WANTED: Final = """
    SELECT s.id, s.training_id, s.title, s.place, s.opens_at, s.closes_at, s.starts_at, s.ends_at, s.trainer_ids, t.kind, t.members_only,
        EXISTS (SELECT FROM carts c WHERE c.account_id = :account AND c.session_id = s.id) AS in_cart,
        EXISTS (SELECT FROM enrollments e WHERE e.account_id = :account AND e.training_id = s.training_id AND e.attendance IS NULL
            AND e.approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated')) AS has_open,
        EXISTS (SELECT FROM enrollments e WHERE e.account_id = :account AND e.training_id = s.training_id AND e.attended) AS has_attended,
        (SELECT count(*) FROM enrollments e JOIN sessions es ON es.id = e.session_id WHERE e.training_id = s.training_id
            AND e.structure_id = :structure AND e.seat = 'held' AND es.ends_at > :now) AS held_by_structure,
        year.number AS year, year.actions, year.trainings
    FROM sessions s JOIN trainings t ON t.id = s.training_id CROSS JOIN LATERAL (
        SELECT CAST(date_part('year', s.starts_at AT TIME ZONE 'Europe/Paris') AS int) AS number,
            count(*) AS actions, count(*) FILTER (WHERE et.kind = 'training') AS trainings
        FROM enrollments e JOIN sessions es ON es.id = e.session_id JOIN trainings et ON et.id = e.training_id
        WHERE e.account_id = :account AND e.attended IS NOT FALSE
            AND e.approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated')
            AND date_part('year', es.starts_at AT TIME ZONE 'Europe/Paris') = date_part('year', s.starts_at AT TIME ZONE 'Europe/Paris')
    ) year
    WHERE s.id = ANY(:sessions) AND s.state = 'scheduled' AND t.state = 'published' ORDER BY s.training_id, s.id
"""
_READ_WANTED = text(_WANTED)
_LOCK_WANTED = text(f"{_WANTED} FOR SHARE OF s")


class Carts:
    """The cart of each person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, account_id: UUID, session_id: UUID, training_id: UUID, now: datetime) -> bool:
        """Put a session in; False when another session of the same training is there."""
        values = {"account": account_id, "training": training_id}
        await self._connection.execute(_ADD, {**values, "session": session_id, "at": now})
        return bool(await self._connection.scalar(_CHOSEN, values) == session_id)

    async def remove(self, account_id: UUID, session_ids: Sequence[UUID]) -> None:
        """Take sessions out; nothing happens where one is not there."""
        await self._connection.execute(_REMOVE, {"account": account_id, "sessions": list(session_ids)})

    async def lines(self, account_id: UUID) -> Sequence[Row[Any]]:
        """The person's cart, by the start of its sessions."""
        return (await self._connection.execute(_LIST, {"account": account_id})).all()

    async def wanted(
        self,
        session_ids: Sequence[UUID],
        *,
        account_id: UUID,
        structure_id: UUID | None,
        now: datetime,
        lock: bool = False,
    ) -> dict[UUID, Row[Any]]:
        """What the rules ask about offered sessions that a person wants in a structure.

        A session whose training has not been heard of, or is archived, is not offered. Locked, in the order of the trainings'
        locks: a session that is cancelled waits, so that it finds the requests that were made for it. `year` is the calendar
        year of the session in Paris; `actions` and `trainings` are what the person has reserved in it.
        """
        values = {"sessions": list(session_ids), "account": account_id, "structure": structure_id, "now": now}
        return {row.id: row for row in await self._connection.execute(_LOCK_WANTED if lock else _READ_WANTED, values)}
