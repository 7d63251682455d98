"""What happens to a request after it was made: the employer, the trainer, the person, and what follows for the seats.

Every decision takes the lock of the training first and the request second, so that no two can deadlock or overtake each other.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.enrollment.domain import enrollment as domain
from services.enrollment.domain.enrollment import Enrollment, Moved
from services.enrollment.domain.rules import may_decide_own
from services.enrollment.storage.copies import Actor
from services.enrollment.storage.enrollments import Role
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.seats import LockedTraining, lock_training
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts import Message
from shared.contracts import enrollment as said
from shared.contracts.enrollment import EnrollmentSnapshot

Tell = Callable[[EnrollmentSnapshot, Enrollment], Message]


class OwnRequest(Exception):
    """An employer does not decide on their own request while the structure has another employer."""

    sentence = "Vous ne pouvez pas décider de votre propre demande : un autre employeur de votre structure doit le faire."


class ReasonMissing(Exception):
    """Staff may act for others, and say why."""

    sentence = "L'agence agit à la place d'une autre personne : indiquez la raison."


async def accept(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None) -> Enrollment:
    """The employer agrees: a seat if one is free for this person, else the queue."""
    training, enrollment = await _locked(tx, enrollment_id, actor, "employer")
    role = await _employer(tx, actor, enrollment, reason)
    number = training.numbers[enrollment.session_id] + 1
    moved = domain.accept(enrollment, queue_number=number, by=actor.account_id, at=now, acting_as=role, note=reason)
    training.next_number(enrollment.session_id)
    await tx.enrollments.save(*moved)
    result = await training.settle(now, but=enrollment_id) or moved.enrollment
    rank = await training.rank_of(result, now)
    tx.say(said.EnrollmentApproved(occurred_at=now, enrollment=snapshot(result, rank), approved_by=actor.account_id))
    return result


async def refuse(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str) -> Enrollment:
    """The employer does not agree."""
    training, enrollment = await _locked(tx, enrollment_id, actor, "employer")
    role = await _employer(tx, actor, enrollment, reason)
    moved = domain.refuse(enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await _close(
        training, enrollment, moved, now, lambda seen, _: said.EnrollmentRefused(
            occurred_at=now, enrollment=seen, refused_by=actor.account_id, reason=reason)
    )  # fmt: skip


async def withdraw_agreement(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str) -> Enrollment:
    """The employer takes the agreement back."""
    training, enrollment = await _locked(tx, enrollment_id, actor, "employer")
    role = await _employer(tx, actor, enrollment, reason)
    return await cancel_locked(training, enrollment, by=actor.account_id, role=role, now=now, reason=reason)


async def withdraw(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime) -> Enrollment:
    """The person gives up; the next in the queue gets the seat in the same transaction."""
    training, enrollment = await _locked(tx, enrollment_id, actor, "beneficiary")
    session = training.rows[enrollment.session_id]
    moved = domain.withdraw(
        enrollment,
        by=actor.account_id,
        at=now,
        first_slot=session.starts_at,
        session_ends=session.ends_at,
        notice=(await tx.rules.load()).notice,
    )
    return await _close(
        training, enrollment, moved, now, lambda seen, after: said.EnrollmentWithdrawn(
            occurred_at=now, enrollment=seen, late=after.late, seat_before=enrollment.seat.value)
    )  # fmt: skip


async def validate(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None) -> Enrollment:
    """The trainer takes this person: enrolled if a seat is held, else as soon as one comes free."""
    training, enrollment = await _locked(tx, enrollment_id, actor, "trainer")
    role = _trainer(training, actor, enrollment, reason)
    moved = domain.validate(enrollment, by=actor.account_id, at=now, acting_as=role, note=reason)
    return await _keep(
        training, moved, now, lambda seen, _: said.EnrollmentValidated(
            occurred_at=now, enrollment=seen, validated_by=actor.account_id)
    )  # fmt: skip


async def decline(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str) -> Enrollment:
    """The trainer does not take this person; the seat goes to the next."""
    training, enrollment = await _locked(tx, enrollment_id, actor, "trainer")
    role = _trainer(training, actor, enrollment, reason)
    moved = domain.decline(enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await _close(
        training, enrollment, moved, now, lambda seen, _: said.EnrollmentDeclined(
            occurred_at=now, enrollment=seen, declined_by=actor.account_id, reason=reason)
    )  # fmt: skip


async def ask(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, question: str) -> Enrollment:
    """The trainer comes back to the person with a question."""
    training, enrollment = await _locked(tx, enrollment_id, actor, "trainer")
    role = _trainer(training, actor, enrollment, question)
    moved = domain.ask(enrollment, by=actor.account_id, at=now, question=question, acting_as=role)
    return await _keep(
        training, moved, now, lambda seen, _: said.ClarificationAsked(
            occurred_at=now, enrollment=seen, asked_by=actor.account_id, question=question)
    )  # fmt: skip


async def answer(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, text: str) -> Enrollment:
    """The person answers the trainer's question."""
    training, enrollment = await _locked(tx, enrollment_id, actor, "beneficiary")
    moved = domain.answer(enrollment, by=actor.account_id, at=now, text=text)
    return await _keep(training, moved, now, lambda seen, _: said.ClarificationGiven(occurred_at=now, enrollment=seen, answer=text))


async def cancel_locked(
    training: LockedTraining,
    enrollment: Enrollment,
    *,
    by: UUID | None,
    role: Literal["employer", "staff", "session", "attachment"],
    now: datetime,
    reason: str,
) -> Enrollment:
    """End a request whose training is locked already."""
    moved = domain.cancel(enrollment, by=by, at=now, reason=reason, acting_as=role)
    return await _close(
        training, enrollment, moved, now, lambda seen, _: said.EnrollmentCancelled(
            occurred_at=now, enrollment=seen, by=role, cancelled_by=by, reason=reason, seat_before=enrollment.seat.value)
    )  # fmt: skip


async def _locked(tx: Transaction, enrollment_id: UUID, actor: Actor, role: Role) -> tuple[LockedTraining, Enrollment]:
    training = await lock_training(tx, await tx.enrollments.training_of(enrollment_id, actor, role))
    return training, await tx.enrollments.load(enrollment_id, actor, role, lock=True)


async def _employer(tx: Transaction, actor: Actor, enrollment: Enrollment, reason: str | None) -> Literal["employer", "staff"]:
    if enrollment.structure_id not in actor.employer_of:
        if not reason:
            raise ReasonMissing
        return "staff"
    rules = await tx.rules.load()
    others = actor.account_id == enrollment.account_id and await tx.copies.has_other_employer(enrollment.structure_id, actor.account_id)
    if not may_decide_own(rules.own_request, decider=actor.account_id, beneficiary=enrollment.account_id, has_other_employer=others):
        raise OwnRequest
    return "employer"


def _trainer(training: LockedTraining, actor: Actor, enrollment: Enrollment, reason: str | None) -> Literal["trainer", "staff"]:
    if actor.account_id in training.rows[enrollment.session_id].trainer_ids:
        return "trainer"
    if not reason:
        raise ReasonMissing
    return "staff"


async def _keep(training: LockedTraining, moved: Moved, now: datetime, tell: Tell) -> Enrollment:
    """Store a move that leaves the seat as it is."""
    await training.tx.enrollments.save(*moved)
    rank = await training.rank_of(moved.enrollment, now)
    training.tx.say(tell(snapshot(moved.enrollment, rank), moved.enrollment))
    return moved.enrollment


async def _close(training: LockedTraining, before: Enrollment, moved: Moved, now: datetime, tell: Tell) -> Enrollment:
    """Store a move that ends the request, and give its seat on."""
    await training.tx.enrollments.save(*moved)
    training.tx.say(tell(snapshot(moved.enrollment), moved.enrollment))
    training.released(before.session_id, before.seat)
    await training.settle(now)
    return moved.enrollment
