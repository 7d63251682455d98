"""The seats of sessions and their queues. One lock, on the sessions of a training, guards them and every move of its requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.queue import SessionSeats, Waiting
from services.enrollment.storage.access import MAY_ACT, Role, who
from services.enrollment.storage.people import Actor
from shared.errors import NotFound

_LOCKING: Final = "SELECT each.* FROM sessions each WHERE each.training_id ="
_IN_ORDER: Final = "ORDER BY each.id FOR UPDATE"
"""One order for everybody, so that no two wait for each other."""
_OF_REQUEST: Final = "SELECT e.training_id FROM enrollments e JOIN sessions s ON s.id = e.session_id WHERE e.id = :id"
_OF_SESSION: Final = "SELECT s.training_id FROM sessions s WHERE s.id = :id"

_LOCK = text(f"{_LOCKING} :training {_IN_ORDER}")
_LOCK_OF_REQUEST: Final = {
    role: text(f"{_LOCKING} ({_OF_REQUEST} AND {may}) {_IN_ORDER}") for role, may in MAY_ACT.items()
}
_LOCK_OF_SESSION = text(f"{_LOCKING} ({_OF_SESSION} AND {MAY_ACT['trainer']}) {_IN_ORDER}")
_WAITING = text("""
    WITH held AS MATERIALIZED ( -- counted once: without statistics the planner counts again for everybody queued
        SELECT e.training_id, e.structure_id, count(*) AS seats FROM enrollments e JOIN sessions s ON s.id = e.session_id
        WHERE e.training_id = ANY(:trainings) AND e.seat = 'held' AND s.ends_at > :now GROUP BY e.training_id, e.structure_id
    )
    SELECT e.id, e.training_id, e.session_id, e.structure_id, e.queue_number, coalesce(held.seats, 0) AS held
    FROM enrollments e LEFT JOIN held ON held.training_id = e.training_id AND held.structure_id = e.structure_id
    WHERE e.training_id = ANY(:trainings) AND e.seat = 'queued' ORDER BY e.session_id, e.queue_number
""")
_SAVE = text("""
    UPDATE sessions SET held = :held, overbooked_to = :overbooked_to, last_queue_number = :number,
        occupancy_version = occupancy_version + 1
    WHERE id = :id RETURNING occupancy_version, (
        SELECT count(*) FROM enrollments e WHERE e.training_id = sessions.training_id AND e.session_id = sessions.id AND e.seat = 'queued'
    ) AS queued
""")


@dataclass(frozen=True, slots=True)
class WaitingLists:
    """Everybody queued, by session and in order, and the seats that structures with somebody queued hold, by training."""

    queues: dict[UUID, list[Waiting]]
    held: dict[UUID, dict[UUID, int]]

    def of(self, session_id: UUID) -> list[Waiting]:
        """The queue of one session."""
        return self.queues.get(session_id, [])

    def held_in(self, training_id: UUID) -> dict[UUID, int]:
        """Seats by structure in one training."""
        return self.held.setdefault(training_id, {})


class Seats:
    """The seats of the service's sessions."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, training_id: UUID) -> Sequence[Row[Any]]:
        """Lock the sessions of a training, so that cap and seats are decided one after the other."""
        return (await self._connection.execute(_LOCK, {"training": training_id})).all()

    async def lock_for_request(self, enrollment_id: UUID, actor: Actor, role: Role) -> Sequence[Row[Any]]:
        """Lock the sessions of the training of a request that the person may act on; NotFound otherwise."""
        rows = (await self._connection.execute(_LOCK_OF_REQUEST[role], {"id": enrollment_id, **who(actor, role)})).all()
        if not rows:
            raise NotFound
        return rows

    async def lock_for_session(self, session_id: UUID, actor: Actor) -> Sequence[Row[Any]]:
        """Lock the sessions of the training of a session whose attendance the person may record; NotFound otherwise."""
        rows = (await self._connection.execute(_LOCK_OF_SESSION, {"id": session_id, **who(actor, "trainer")})).all()
        if not rows:
            raise NotFound
        return rows

    async def waiting(self, training_ids: Sequence[UUID], now: datetime) -> WaitingLists:
        """The queues of trainings; held seats count in sessions not yet over."""
        found = WaitingLists({}, {})
        for row in await self._connection.execute(_WAITING, {"trainings": list(training_ids), "now": now}):
            found.queues.setdefault(row.session_id, []).append(Waiting(row.id, row.structure_id, row.queue_number))
            found.held_in(row.training_id)[row.structure_id] = row.held
        return found

    async def save(self, seats: SessionSeats, number: int) -> tuple[int, int]:
        """Store the seats; return the new version of the occupancy and how many are queued."""
        values = {"id": seats.session_id, "held": seats.held, "overbooked_to": seats.overbooked_to, "number": number}
        row = (await self._connection.execute(_SAVE, values)).one()
        return row.occupancy_version, row.queued


def seats_of(row: Row[Any]) -> SessionSeats:
    """The seats of a locked session."""
    return SessionSeats(row.id, row.capacity, row.held, row.overbooked_to)
