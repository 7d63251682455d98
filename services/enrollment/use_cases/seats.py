"""The seats of a training, under its lock: one mechanism gives them, whatever made them free."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from services.enrollment.domain.enrollment import Enrollment, Seat, promote
from services.enrollment.domain.queue import SessionSeats, allocate, rank
from services.enrollment.storage.enrollments import seats_of
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts.enrollment import EnrollmentPromoted, SessionOccupancyChanged


@dataclass
class LockedTraining:
    """The sessions of one training, locked until the transaction ends."""

    tx: Transaction
    training_id: UUID
    rows: dict[UUID, Row[Any]]
    cap: int | None
    seats: dict[UUID, SessionSeats]
    numbers: dict[UUID, int]
    touched: set[UUID] = field(default_factory=set)
    ranked: dict[UUID, list[Enrollment]] = field(default_factory=dict)

    def next_number(self, session_id: UUID) -> int:
        """The next number of the session's queue; numbers are never given twice."""
        self.numbers[session_id] += 1
        self.touched.add(session_id)
        return self.numbers[session_id]

    def released(self, session_id: UUID, seat: Seat) -> None:
        """A request no longer has this."""
        if seat is Seat.HELD:
            self.seats[session_id] = self.seats[session_id].freed()
        if seat is not Seat.NONE:
            self.touched.add(session_id)

    async def fill(self, now: datetime) -> list[Enrollment]:
        """Give every seat that is free to whom the rules let have it; return who holds one now."""
        promoted: list[Enrollment] = []
        free = [row for row in self.rows.values() if self.seats[row.id].free and row.state == "scheduled" and row.ends_at > now]
        if not free:
            return promoted
        held = await self.tx.enrollments.held_by_structure(self.training_id, now)
        for row in sorted(free, key=lambda row: row.starts_at):
            queue = {each.id: each for each in await self.tx.enrollments.queue(row.id)}
            chosen = allocate(self.seats[row.id], list(queue.values()), held_by_structure=held, cap=self.cap, closed=row.closes_at <= now)
            for enrollment_id in chosen:
                moved = promote(queue[enrollment_id], at=now)
                await self.tx.enrollments.save(*moved)
                held[moved.enrollment.structure_id] = held.get(moved.enrollment.structure_id, 0) + 1
                self.seats[row.id] = self.seats[row.id].given()
                self.touched.add(row.id)
                promoted.append(moved.enrollment)
        return promoted

    async def rank_of(self, enrollment: Enrollment, now: datetime) -> int | None:
        """The place in the waiting list at this moment."""
        if enrollment.seat is not Seat.QUEUED:
            return None
        held = await self.tx.enrollments.held_by_structure(self.training_id, now)
        queue = await self.tx.enrollments.queue(enrollment.session_id)
        return rank(enrollment, queue, held_by_structure=held, cap=self.cap)

    async def settle(self, now: datetime, *, but: UUID | None = None) -> Enrollment | None:
        """Fill, store the seats and tell everybody; the request `but` is told by the caller, and returned if it was promoted."""
        found = None
        for enrollment in await self.fill(now):
            if enrollment.id == but:
                found = enrollment
            else:
                self.tx.say(EnrollmentPromoted(occurred_at=now, enrollment=snapshot(enrollment)))
        for session_id in sorted(self.touched):
            version, queued = await self.tx.enrollments.save_seats(self.seats[session_id], self.numbers[session_id])
            seats = self.seats[session_id]
            self.tx.say(
                SessionOccupancyChanged(
                    occurred_at=now, session_id=session_id, version=version, capacity=seats.capacity, held=seats.held, queued=queued
                )
            )
        return found


async def lock_training(tx: Transaction, training_id: UUID) -> LockedTraining:
    """Lock a training's sessions and read the structure's cap."""
    rows = await tx.enrollments.lock_training(training_id)
    rules = await tx.rules.load()
    return LockedTraining(
        tx,
        training_id,
        rows,
        rules.cap,
        {row.id: seats_of(row) for row in rows.values()},
        {row.id: row.last_queue_number for row in rows.values()},
    )
