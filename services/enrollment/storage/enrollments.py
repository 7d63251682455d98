"""Requests, their history and their seats. Loading is the access check: every load names who acts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.attendance import Attendance, Presence
from services.enrollment.domain.enrollment import Approval, Change, Enrollment, Seat
from services.enrollment.domain.queue import SessionSeats
from services.enrollment.storage.copies import Actor

_SELECT = """
    SELECT e.* FROM enrollments e JOIN sessions s ON s.id = e.session_id
"""
MAY_ACT: Mapping[str, str] = {
    "beneficiary": "e.account_id = :me",
    "employer": "(e.structure_id = ANY(:structures) OR :staff)",
    "trainer": "(:me = ANY(s.trainer_ids) OR :staff)",
    "reader": "(e.account_id = :me OR e.structure_id = ANY(:structures) OR :me = ANY(s.trainer_ids) OR :staff)",
}
Role = Literal["beneficiary", "employer", "trainer", "reader"]

_SAVE = text("""
    UPDATE enrollments SET version = :version, approval = :approval, seat = :seat, queue_number = :queue_number, late = :late
    WHERE id = :id AND version = :version - 1
""")
_ADD = text("""
    INSERT INTO enrollments (id, version, account_id, structure_id, training_id, session_id, motivation, requested_at, approval, seat, late)
    VALUES (:id, :version, :account_id, :structure_id, :training_id, :session_id, :motivation, :requested_at, :approval, :seat, false)
    ON CONFLICT DO NOTHING RETURNING id
""")
_HISTORY = text("""
    INSERT INTO enrollment_history (enrollment_id, version, move, from_approval, to_approval, from_seat, to_seat,
        moved_by, acting_as, at, note)
    VALUES (:enrollment_id, :version, :move, :from_approval, :to_approval, :from_seat, :to_seat, :moved_by, :acting_as, :at, :note)
""")
_LOCK = text("SELECT * FROM sessions WHERE training_id = :training ORDER BY id FOR UPDATE")
_HELD = text("""
    SELECT e.structure_id, count(*) AS seats FROM enrollments e JOIN sessions s ON s.id = e.session_id
    WHERE e.training_id = :training AND e.seat = 'held' AND s.ends_at > :now GROUP BY e.structure_id
""")
_QUEUE = text("SELECT * FROM enrollments WHERE session_id = :session AND seat = 'queued' ORDER BY queue_number FOR UPDATE")
_SEATS = text("""
    UPDATE sessions SET held = :held, overbooked_to = :overbooked_to, last_queue_number = :number,
        occupancy_version = occupancy_version + 1
    WHERE id = :id RETURNING occupancy_version, (SELECT count(*) FROM enrollments WHERE session_id = :id AND seat = 'queued') AS queued
""")


class NotFound(Exception):
    """There is no such thing, or not for this person: the answer is the same."""


class Enrollments:
    """The requests of the service."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def training_of(self, enrollment_id: UUID, actor: Actor, role: Role) -> UUID:
        """The training of a request that the person may act on, for the lock that comes first; NotFound otherwise."""
        return (await self._load(enrollment_id, actor, role, "")).training_id

    async def load(self, enrollment_id: UUID, actor: Actor, role: Role, *, lock: bool = False) -> Enrollment:
        """A request that the person may see or act on in that role; NotFound otherwise."""
        return await self._load(enrollment_id, actor, role, " FOR UPDATE OF e" if lock else "")

    async def _load(self, enrollment_id: UUID, actor: Actor, role: Role, lock: str) -> Enrollment:
        statement = text(f"{_SELECT} WHERE e.id = :id AND {MAY_ACT[role]}{lock}")
        values = {"id": enrollment_id, **_who(actor, role)}
        row = (await self._connection.execute(statement, values)).one_or_none()
        if row is None:
            raise NotFound
        return enrollment_of(row)

    async def page(
        self, actor: Actor, scope: Role, *, session_id: UUID | None, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Enrollment]:
        """Requests that the person may see in that role, newest first; one more than `limit` when there are more."""
        conditions = [MAY_ACT[scope], "(CAST(:session AS uuid) IS NULL OR e.session_id = :session)"]
        values: dict[str, Any] = {**_who(actor, scope), "session": session_id, "most": limit + 1}
        if after is not None:
            conditions.append("(e.requested_at, e.id) < (:at, :last)")
            values |= {"at": after[0], "last": after[1]}
        statement = text(f"{_SELECT} WHERE {' AND '.join(conditions)} ORDER BY e.requested_at DESC, e.id DESC LIMIT :most")
        return [enrollment_of(row) for row in await self._connection.execute(statement, values)]

    async def add(self, enrollment: Enrollment) -> bool:
        """Add a request; False when the person has an open one for the training."""
        values = {name: getattr(enrollment, name) for name in (
            "id", "version", "account_id", "structure_id", "training_id", "session_id", "motivation", "requested_at",
        )}  # fmt: skip
        values |= {"approval": enrollment.approval.value, "seat": enrollment.seat.value}
        return await self._connection.scalar(_ADD, values) is not None

    async def save(self, enrollment: Enrollment, change: Change) -> None:
        """Store a moved request with its line of history."""
        values = {name: getattr(enrollment, name) for name in ("id", "version", "queue_number", "late")}
        await self._connection.execute(_SAVE, {**values, "approval": enrollment.approval.value, "seat": enrollment.seat.value})
        line = {name: getattr(change, name) for name in ("enrollment_id", "version", "acting_as", "at", "note")}
        line |= {"move": change.move.value, "moved_by": change.by}
        line |= {"from_approval": change.from_approval.value, "to_approval": change.to_approval.value}
        await self._connection.execute(_HISTORY, {**line, "from_seat": change.from_seat.value, "to_seat": change.to_seat.value})

    async def history(self, enrollment_id: UUID) -> Sequence[Row[Any]]:
        """What happened to a request, oldest first."""
        statement = text("SELECT * FROM enrollment_history WHERE enrollment_id = :id ORDER BY version")
        return (await self._connection.execute(statement, {"id": enrollment_id})).all()

    async def lock_training(self, training_id: UUID) -> dict[UUID, Row[Any]]:
        """Lock the sessions of a training, in one order for everybody, so that cap and seats are decided one after the other."""
        return {row.id: row for row in await self._connection.execute(_LOCK, {"training": training_id})}

    async def held_by_structure(self, training_id: UUID, now: datetime) -> dict[UUID, int]:
        """The seats that each structure holds in sessions of the training not yet over. Under the lock."""
        rows = await self._connection.execute(_HELD, {"training": training_id, "now": now})
        return {row.structure_id: row.seats for row in rows}

    async def queue(self, session_id: UUID) -> list[Enrollment]:
        """Everybody queued for a session, in order. Under the lock."""
        return [enrollment_of(row) for row in await self._connection.execute(_QUEUE, {"session": session_id})]

    async def save_seats(self, seats: SessionSeats, number: int) -> tuple[int, int]:
        """Store the seats; return the new version of the occupancy and how many are queued."""
        values = {"id": seats.session_id, "held": seats.held, "overbooked_to": seats.overbooked_to, "number": number}
        row = (await self._connection.execute(_SEATS, values)).one()
        return row.occupancy_version, row.queued

    async def open_of(
        self, *, session_id: UUID | None = None, account_id: UUID | None = None, structure_id: UUID | None = None
    ) -> list[UUID]:
        """Ids of open requests of a session, or of a person in a structure."""
        statement = text("""
            SELECT e.id FROM enrollments e JOIN sessions s ON s.id = e.session_id
            WHERE e.approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated') AND e.attendance IS NULL
                AND (CAST(:session AS uuid) IS NULL OR e.session_id = :session)
                AND (CAST(:account AS uuid) IS NULL OR (e.account_id = :account AND e.structure_id = :structure))
            ORDER BY e.training_id, e.id
        """)
        values = {"session": session_id, "account": account_id, "structure": structure_id}
        return list((await self._connection.scalars(statement, values)).all())


def _who(actor: Actor, role: Role) -> dict[str, Any]:
    values: dict[str, Any] = {"me": actor.account_id, "structures": list(actor.employer_of), "staff": actor.is_staff}
    used = {"beneficiary": {"me"}, "employer": {"structures", "staff"}, "trainer": {"me", "staff"}}.get(role, set(values))
    return {name: value for name, value in values.items() if name in used}


def seats_of(row: Row[Any]) -> SessionSeats:
    """The seats of a locked session."""
    return SessionSeats(row.id, row.capacity, row.held, row.overbooked_to)


def enrollment_of(row: Row[Any]) -> Enrollment:
    """The domain's object of a row."""
    presences = row.attendance and Attendance(tuple(Presence(UUID(one["slot_id"]), one["present"]) for one in row.attendance))
    return Enrollment(
        id=row.id,
        version=row.version,
        account_id=row.account_id,
        structure_id=row.structure_id,
        training_id=row.training_id,
        session_id=row.session_id,
        motivation=row.motivation,
        requested_at=row.requested_at,
        approval=Approval(row.approval),
        seat=Seat(row.seat),
        queue_number=row.queue_number,
        late=row.late,
        attendance=presences,
    )
