"""What people decide about a request: the employer, the trainer, the person, staff; and what follows for the seats.

The lock of the training comes first, so that no two decisions can deadlock or overtake each other.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.enrollment.domain import enrollment as domain
from services.enrollment.domain.enrollment import Enrollment, Move, Moved
from services.enrollment.domain.rules.own_request import may_decide_own
from services.enrollment.domain.rules.withdrawal_notice import notice_period
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.people import Actor
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.case import Case, case_of
from services.enrollment.use_cases.seats import LockedTraining
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts import Message
from shared.contracts import enrollment as said
from shared.contracts.enrollment import EnrollmentSnapshot

Tell = Callable[[EnrollmentSnapshot], Message]


class OwnRequest(Exception):
    """An employer does not decide on their own request while the structure has another employer."""

    sentence = (
        "Vous ne pouvez pas décider de votre propre demande : un autre employeur de votre structure doit le faire."
    )


class ReasonMissing(Exception):
    """Staff may act for others, and say why."""

    sentence = "L'agence agit à la place d'une autre personne : indiquez la raison."


async def accept(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None
) -> EnrollmentDetails:
    """The employer agrees: a seat if one is free for this person, else the queue."""
    case = await case_of(tx, enrollment_id, Move.ACCEPT, actor=actor, role="employer")
    role = await _employer(case, reason)
    moved = domain.accept(
        case.enrollment,
        queue_number=case.training.next_number(case.enrollment.session_id),
        by=actor.account_id,
        at=now,
        session_ends=case.session_ends,
        acting_as=role,
        note=reason,
    )
    await tx.enrollments.save(*moved)
    held = await case.training.settle(now, entered=moved.enrollment)
    seen = await case.after(Moved(held or moved.enrollment, moved.change), now, queued=held is None)
    tx.emit(
        said.EnrollmentApproved(
            occurred_at=now, enrollment=snapshot(seen.enrollment, seen.rank), approved_by=actor.account_id
        )
    )
    return seen


async def refuse(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    """The employer does not agree."""
    case = await case_of(tx, enrollment_id, Move.REFUSE, actor=actor, role="employer")
    role = await _employer(case, reason)
    moved = domain.refuse(case.enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await _end(
        case, moved, now, lambda seen: said.EnrollmentRefused(
            occurred_at=now, enrollment=seen, refused_by=actor.account_id, reason=reason)
    )  # fmt: skip


async def withdraw_agreement(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    """The employer takes the agreement back."""
    case = await case_of(tx, enrollment_id, Move.CANCEL, actor=actor, role="employer")
    role = await _employer(case, reason)
    moved = await cancel_locked(case.training, case.enrollment, by=actor.account_id, role=role, now=now, reason=reason)
    await case.training.settle(now)
    return await case.after(moved, now, queued=False)


async def withdraw(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime) -> EnrollmentDetails:
    """The person gives up; the next in the queue gets the seat in the same transaction."""
    case = await case_of(tx, enrollment_id, Move.WITHDRAW, actor=actor, role="beneficiary")
    before = case.enrollment
    moved = domain.withdraw(
        before,
        by=actor.account_id,
        at=now,
        first_slot=case.session.starts_at,
        session_ends=case.session_ends,
        notice=notice_period(case.training.rules),
    )
    return await _end(
        case, moved, now, lambda seen: said.EnrollmentWithdrawn(
            occurred_at=now, enrollment=seen, late=moved.enrollment.late, seat_before=before.seat.value)
    )  # fmt: skip


async def validate(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None
) -> EnrollmentDetails:
    """The trainer takes this person: enrolled if a seat is held, else as soon as one comes free."""
    case = await case_of(tx, enrollment_id, Move.VALIDATE, actor=actor, role="trainer")
    moved = domain.validate(case.enrollment, by=actor.account_id, at=now, acting_as=_trainer(case, reason), note=reason)
    return await _keep(
        case, moved, now, lambda seen: said.EnrollmentValidated(
            occurred_at=now, enrollment=seen, validated_by=actor.account_id)
    )  # fmt: skip


async def decline(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    """The trainer does not take this person; the seat goes to the next."""
    case = await case_of(tx, enrollment_id, Move.DECLINE, actor=actor, role="trainer")
    moved = domain.decline(
        case.enrollment, by=actor.account_id, at=now, reason=reason, acting_as=_trainer(case, reason)
    )
    return await _end(
        case, moved, now, lambda seen: said.EnrollmentDeclined(
            occurred_at=now, enrollment=seen, declined_by=actor.account_id, reason=reason)
    )  # fmt: skip


async def ask(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, question: str) -> EnrollmentDetails:
    """The trainer comes back to the person with a question."""
    case = await case_of(tx, enrollment_id, Move.ASK, actor=actor, role="trainer")
    moved = domain.ask(
        case.enrollment, by=actor.account_id, at=now, question=question, acting_as=_trainer(case, question)
    )
    return await _keep(
        case, moved, now, lambda seen: said.ClarificationAsked(
            occurred_at=now, enrollment=seen, asked_by=actor.account_id, question=question)
    )  # fmt: skip


async def answer(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, text: str) -> EnrollmentDetails:
    """The person answers the trainer's question."""
    case = await case_of(tx, enrollment_id, Move.ANSWER, actor=actor, role="beneficiary")
    moved = domain.answer(case.enrollment, by=actor.account_id, at=now, text=text)
    return await _keep(
        case, moved, now, lambda seen: said.ClarificationGiven(occurred_at=now, enrollment=seen, answer=text)
    )


async def promote_early(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    """Staff give a free seat to somebody over the structure's cap before requests close; raises NoSeatFree."""
    case = await case_of(tx, enrollment_id, Move.PROMOTE, actor=actor, role="staff")
    moved = domain.promote_early(
        case.enrollment, at=now, by=actor.account_id, reason=reason, session_ends=case.session_ends
    )
    case.training.given(case.enrollment.session_id)
    await tx.enrollments.save(*moved)
    tx.emit(said.EnrollmentPromoted(occurred_at=now, enrollment=snapshot(moved.enrollment)))
    await case.training.settle(now)
    return await case.after(moved, now, queued=False)


async def cancel_locked(
    training: LockedTraining,
    enrollment: Enrollment,
    *,
    by: UUID | None,
    role: Literal["employer", "staff", "session", "attachment"],
    now: datetime,
    reason: str,
) -> Moved:
    """End a request whose training is locked; the caller settles the training."""
    moved = domain.cancel(enrollment, by=by, at=now, reason=reason, acting_as=role)
    await training.tx.enrollments.save(*moved)
    training.released(enrollment.session_id, enrollment.seat)
    training.tx.emit(
        said.EnrollmentCancelled(
            occurred_at=now,
            enrollment=snapshot(moved.enrollment),
            by=role,
            cancelled_by=by,
            reason=reason,
            seat_before=enrollment.seat.value,
        )
    )
    return moved


async def _employer(case: Case, reason: str | None) -> Literal["employer", "staff"]:
    actor, enrollment = case.actor, case.enrollment
    if enrollment.structure_id not in actor.employer_of:
        if not reason:
            raise ReasonMissing
        return "staff"
    own = actor.account_id == enrollment.account_id
    others = own and await case.tx.people.has_other_employer(enrollment.structure_id, actor.account_id)
    rules = case.training.rules
    if not may_decide_own(
        rules, decider=actor.account_id, beneficiary=enrollment.account_id, has_other_employer=others
    ):
        raise OwnRequest
    return "employer"


def _trainer(case: Case, reason: str | None) -> Literal["trainer", "staff"]:
    if case.actor.account_id in case.session.trainer_ids:
        return "trainer"
    if not reason:
        raise ReasonMissing
    return "staff"


async def _keep(case: Case, moved: Moved, now: datetime, tell: Tell) -> EnrollmentDetails:
    """Store a move that leaves the seat as it is."""
    await case.tx.enrollments.save(*moved)
    seen = await case.after(moved, now, queued=True)
    case.tx.emit(tell(snapshot(moved.enrollment, seen.rank)))
    return seen


async def _end(case: Case, moved: Moved, now: datetime, tell: Tell) -> EnrollmentDetails:
    """Store a move that ends the request, and give its seat on."""
    await case.tx.enrollments.save(*moved)
    case.tx.emit(tell(snapshot(moved.enrollment)))
    case.training.released(case.enrollment.session_id, case.enrollment.seat)
    await case.training.settle(now)
    return await case.after(moved, now, queued=False)
