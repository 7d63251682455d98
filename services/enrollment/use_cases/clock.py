"""What follows from time alone. Each answer is checked again under the lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from services.enrollment.domain import enrollment as domain
from services.enrollment.domain.rules.decision_deadline import expired_before
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.follow import cancel_all
from services.enrollment.use_cases.seats import lock_training
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts.enrollment import EnrollmentExpired

TOOK_PLACE: Final = "La session a eu lieu sans qu'une place se libère."


async def undecided(tx: Transaction, *, now: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Id and training of requests whose employer's time is over: the rule's days, or the first slot."""
    rules = await tx.rules.load()
    return [(row.id, row.training_id) for row in await tx.due.undecided(now, expired_before(rules, now))]


async def expire(tx: Transaction, enrollment_id: UUID, training_id: UUID, *, now: datetime) -> None:
    """Nobody decided in time."""
    await tx.seats.lock(training_id)
    [current] = await tx.enrollments.some([enrollment_id])
    if domain.Move.EXPIRE not in domain.allowed_moves(current):
        return
    moved = domain.expire(current, at=now)
    await tx.enrollments.save(*moved)
    tx.emit(EnrollmentExpired(occurred_at=now, enrollment=snapshot(moved.enrollment)))


async def left_over(tx: Transaction, *, now: datetime) -> Sequence[UUID]:
    """Trainings whose requests are closed, with seats left for those over the structure's cap."""
    return await tx.due.left_over(now)


async def give_left_over(tx: Transaction, training_id: UUID, *, now: datetime) -> None:
    """Fill the sessions of one training."""
    await (await lock_training(tx, training_id)).settle(now)


async def end_outlived(tx: Transaction, *, now: datetime) -> None:
    """Nobody waits for a session that is over: the person may ask for another one."""
    rows = sorted(await tx.due.outlived(now), key=lambda row: (row.training_id, row.id))
    await cancel_all(tx, rows, role="staff", now=now, reason=TOOK_PLACE)
