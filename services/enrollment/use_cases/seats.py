"""The seats of a training, under its lock: one mechanism gives them, whatever made them free."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from services.enrollment.domain.enrollment import Enrollment, Seat, promote
from services.enrollment.domain.queue import Rank, SessionSeats, allocate, rank
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.structure_cap import structure_cap
from services.enrollment.storage.seats import seats_of
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts.enrollment import EnrollmentPromoted, SessionOccupancyChanged


@dataclass
class LockedTraining:
    """The sessions of one training, locked until the transaction ends; `rules` were read under that lock."""

    tx: Transaction
    training_id: UUID
    rules: Rules
    rows: dict[UUID, Row[Any]]
    seats: dict[UUID, SessionSeats]
    numbers: dict[UUID, int]
    touched: set[UUID] = field(default_factory=set)

    def next_number(self, session_id: UUID) -> int:
        """The next number of the session's queue; numbers are never given twice."""
        self.numbers[session_id] += 1
        self.touched.add(session_id)
        return self.numbers[session_id]

    def given(self, session_id: UUID) -> None:
        """Somebody holds one more seat; raises NoSeatFree."""
        self.seats[session_id] = self.seats[session_id].given()
        self.touched.add(session_id)

    def released(self, session_id: UUID, seat: Seat) -> None:
        """A request no longer has this."""
        if seat is Seat.HELD:
            self.seats[session_id] = self.seats[session_id].freed()
        if seat is not Seat.NONE:
            self.touched.add(session_id)

    async def settle(self, now: datetime, *, entered: Enrollment | None = None) -> Enrollment | None:
        """Give every seat that is free to whom the rules let have it, store the seats and tell everybody.

        Who has just `entered` the queue is told of by the caller, and returned when the seat came at once.
        """
        found = None
        for enrollment in await self._fill(now, entered):
            if entered is not None and enrollment.id == entered.id:
                found = enrollment
            else:
                self.tx.emit(EnrollmentPromoted(occurred_at=now, enrollment=snapshot(enrollment)))
        for session_id in sorted(self.touched):
            seats = self.seats[session_id]
            version, queued = await self.tx.seats.save(seats, self.numbers[session_id])
            self.tx.emit(
                SessionOccupancyChanged(
                    occurred_at=now,
                    session_id=session_id,
                    version=version,
                    capacity=seats.capacity,
                    held=seats.held,
                    queued=queued,
                )
            )
        return found

    async def rank_of(self, enrollment: Enrollment, now: datetime) -> Rank | None:
        """The place in the waiting list at this moment, None for who is not queued."""
        return (await ranks(self.tx, [enrollment], self.rules, now)).get(enrollment.id)

    async def _fill(self, now: datetime, entered: Enrollment | None) -> list[Enrollment]:
        promoted: list[Enrollment] = []
        free = [row for row in self.rows.values() if self.seats[row.id].free and _gives_seats(row, now)]
        if not free:
            return promoted
        waiting = await self.tx.seats.waiting([self.training_id], now)
        held = waiting.held_in(self.training_id)
        for row in sorted(free, key=lambda row: (row.starts_at, row.id)):
            seats = self.seats[row.id]
            chosen = allocate(
                seats,
                waiting.of(row.id),
                held_by_structure=held,
                cap=structure_cap(self.rules),
                closed=row.closes_at <= now,
            )
            for enrollment in await self._queued(chosen, entered):
                moved = promote(enrollment, at=now)
                await self.tx.enrollments.save(*moved)
                held[enrollment.structure_id] += 1
                self.given(row.id)
                promoted.append(moved.enrollment)
        return promoted

    async def _queued(self, chosen: list[UUID], entered: Enrollment | None) -> list[Enrollment]:
        """Load whom a seat goes to; who has just entered is at hand."""
        if entered is not None and chosen == [entered.id]:
            return [entered]
        return await self.tx.enrollments.some(chosen) if chosen else []


def _gives_seats(row: Row[Any], now: datetime) -> bool:
    return bool(row.state == "scheduled" and row.ends_at > now and row.attendance_closed_at is None)


async def ranks(tx: Transaction, enrollments: Iterable[Enrollment], rules: Rules, now: datetime) -> dict[UUID, Rank]:
    """The places of those who are queued, by request."""
    queued: Final = [one for one in enrollments if one.seat is Seat.QUEUED]
    if not queued:
        return {}
    waiting = await tx.seats.waiting(sorted({one.training_id for one in queued}), now)
    places = {
        one.id: rank(
            one.id,
            waiting.of(one.session_id),
            held_by_structure=waiting.held_in(one.training_id),
            cap=structure_cap(rules),
        )
        for one in queued
    }
    return {enrollment_id: place for enrollment_id, place in places.items() if place is not None}


async def lock_training(tx: Transaction, training_id: UUID) -> LockedTraining:
    """Lock a training's sessions."""
    return await locked(tx, training_id, await tx.seats.lock(training_id))


async def locked(tx: Transaction, training_id: UUID, rows: Iterable[Row[Any]]) -> LockedTraining:
    """Make the training of sessions that are locked. The rules are read after the lock: see `set_rule`."""
    found = {row.id: row for row in rows}
    return LockedTraining(
        tx,
        training_id,
        await tx.rules.load(),
        found,
        {row.id: seats_of(row) for row in found.values()},
        {row.id: row.last_queue_number for row in found.values()},
    )
