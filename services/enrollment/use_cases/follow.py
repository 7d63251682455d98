"""What enrollment does when sessions and attachments change, and when time passes."""

from datetime import datetime
from itertools import groupby
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from services.enrollment.domain import enrollment as domain
from services.enrollment.storage.copies import Actor
from services.enrollment.storage.enrollments import seats_of
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.decide import cancel_locked
from services.enrollment.use_cases.seats import lock_training
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts.catalogue import SessionSnapshot
from shared.contracts.enrollment import EnrollmentExpired

SYSTEM = Actor(UUID(int=0), is_staff=True, employer_of=frozenset(), beneficiary_of=frozenset())
"""Who acts when no person does: loads everything, and never appears in a history."""


async def keep_session(tx: Transaction, session: SessionSnapshot, *, now: datetime) -> None:
    """Keep a session's copy; more seats go to the queue at once, fewer evict nobody."""
    rows = await tx.enrollments.lock_training(session.training_id)
    known = rows.get(session.id)
    if known is not None and known.version >= session.version:
        return
    seats = None if known is None else seats_of(known).with_capacity(session.capacity)
    await tx.copies.session(session, overbooked_to=None if seats is None else seats.overbooked_to)
    if seats is None:
        return
    training = await lock_training(tx, session.training_id)
    training.touched.add(session.id)
    await training.settle(now)


async def cancel_all(
    tx: Transaction, enrollment_ids: list[UUID], *, role: Literal["session", "attachment"], now: datetime, reason: str
) -> None:
    """End open requests that have lost their ground; ids come in order of trainings, which is the order of locks."""
    found = [await tx.enrollments.load(each, SYSTEM, "reader") for each in enrollment_ids]
    for training_id, requests in groupby(sorted(found, key=lambda one: one.training_id), key=lambda one: one.training_id):
        training = await lock_training(tx, training_id)
        for request in requests:
            current = await tx.enrollments.load(request.id, SYSTEM, "reader", lock=True)
            if domain.Move.CANCEL in domain.allowed_moves(current):
                await cancel_locked(training, current, by=None, role=role, now=now, reason=reason)


async def expire_one(tx: Transaction, enrollment_id: UUID, *, now: datetime) -> None:
    """Nobody decided in time; somebody may have, since the clock looked."""
    current = await tx.enrollments.load(enrollment_id, SYSTEM, "reader", lock=True)
    if domain.Move.EXPIRE not in domain.allowed_moves(current):
        return
    moved = domain.expire(current, at=now)
    await tx.enrollments.save(*moved)
    tx.say(EnrollmentExpired(occurred_at=now, enrollment=snapshot(moved.enrollment)))


async def undecided(tx: Transaction, *, now: datetime) -> list[UUID]:
    """Requests whose employer's time is over: the rule's days, or the first slot."""
    statement = text("""
        SELECT e.id, e.requested_at, s.starts_at FROM enrollments e JOIN sessions s ON s.id = e.session_id
        WHERE e.approval = 'awaiting_employer' ORDER BY e.requested_at LIMIT 1000
    """)
    rules = await tx.rules.load()
    rows = await tx.connection.execute(statement)
    return [row.id for row in rows if row.starts_at <= now or ((due := rules.decision_due(row.requested_at)) is not None and due <= now)]


async def with_left_over_seats(tx: Transaction, *, now: datetime) -> list[UUID]:
    """Trainings with a closed session that has free seats and a queue: those over the structure's cap get what is left."""
    statement = text("""
        SELECT DISTINCT s.training_id FROM sessions s
        WHERE s.closes_at <= :now AND s.ends_at > :now AND s.state = 'scheduled' AND s.held < s.capacity
            AND EXISTS (SELECT FROM enrollments e WHERE e.session_id = s.id AND e.seat = 'queued')
    """)
    return list((await tx.connection.scalars(statement, {"now": now})).all())


async def give_left_over(tx: Transaction, training_id: UUID, *, now: datetime) -> None:
    """Fill the sessions of one training."""
    training = await lock_training(tx, training_id)
    await training.settle(now)
