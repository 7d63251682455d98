"""What the clock finds: requests that nobody decided, seats that are left over, requests that their session has outlived."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

_UNDECIDED = text("""
    SELECT e.id, e.training_id FROM enrollments e JOIN sessions s ON s.id = e.session_id
    WHERE e.approval = 'awaiting_employer' AND (s.starts_at <= :now OR e.requested_at <= CAST(:before AS timestamptz))
""")
_OUTLIVED = text("""
    SELECT e.id, e.training_id FROM enrollments e JOIN sessions s ON s.id = e.session_id WHERE e.seat = 'queued' AND s.ends_at <= :now
""")
_LEFT_OVER = text("""
    SELECT DISTINCT s.training_id FROM sessions s
    WHERE s.closes_at <= :now AND s.ends_at > :now AND s.state = 'scheduled' AND s.held < s.capacity
        AND EXISTS (SELECT FROM enrollments e WHERE e.training_id = s.training_id AND e.session_id = s.id AND e.seat = 'queued')
""")
_UPCOMING = text("""
    SELECT DISTINCT training_id FROM sessions WHERE ends_at > :now AND state = 'scheduled' ORDER BY training_id
""")


class Due:
    """Questions without a person; the answers are looked at again under the lock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def undecided(self, now: datetime, before: datetime | None) -> Sequence[Row[Any]]:
        """Id and training_id of requests that wait for the employer though the session begins, or made until `before`."""
        return (await self._connection.execute(_UNDECIDED, {"now": now, "before": before})).all()

    async def outlived(self, now: datetime) -> Sequence[Row[Any]]:
        """Id and training_id of requests still queued for a session that is over."""
        return (await self._connection.execute(_OUTLIVED, {"now": now})).all()

    async def left_over(self, now: datetime) -> Sequence[UUID]:
        """Trainings with seats free in a session whose requests are closed, and somebody queued for it."""
        return (await self._connection.scalars(_LEFT_OVER, {"now": now})).all()

    async def upcoming(self, now: datetime) -> Sequence[UUID]:
        """Trainings with a session to come, in the order of locks.

        Full ones too: a decision that is not committed yet may free a seat and leave it free by the rules as they were.
        """
        return (await self._connection.scalars(_UPCOMING, {"now": now})).all()
