"""The decisions of employers, trainers, beneficiaries and staff about a request: each one loads, decides, records."""

from datetime import datetime
from uuid import UUID

from services.enrollment.domain import decisions
from services.enrollment.domain.decisions import ByEmployer, ByTrainer
from services.enrollment.domain.rules.own_request import check_own_acceptance, may_decide_own
from services.enrollment.domain.rules.withdrawal_notice import notice_period
from services.enrollment.domain.states import Move
from services.enrollment.storage.access import Actor
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.load import LockedRequest, load_request
from services.enrollment.use_cases.record import record_decision
from shared.errors import Refused


class OwnRequest(Refused):
    """An employer does not decide on their own request while the structure has another employer."""

    sentence = (
        "Vous ne pouvez pas décider de votre propre demande : un autre employeur de votre structure doit le faire."
    )


class ReasonMissing(Refused):
    """Staff may act for an employer or a trainer only if they give a reason."""

    sentence = "L'agence agit à la place d'une autre personne : indiquez la raison."


async def accept(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None
) -> EnrollmentDetails:
    """The employer agrees: the request gets a seat if one is free for it, and is queued otherwise."""
    request = await load_request(tx, enrollment_id, Move.ACCEPT, actor=actor, role="employer", now=now)
    role = await _employer(tx, request, actor, reason)
    decider, beneficiary = actor.account_id, request.enrollment.account_id
    is_unconfirmed = decider == beneficiary and await tx.people.is_unconfirmed(
        account_id=decider, structure_id=request.enrollment.structure_id
    )
    check_own_acceptance(decider=decider, beneficiary=beneficiary, is_unconfirmed=is_unconfirmed)
    facts = request.training.accept(request.enrollment, by=actor.account_id, acting_as=role, note=reason)
    return await record_decision(tx, request.details, facts, now=now)


async def refuse(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    request = await load_request(tx, enrollment_id, Move.REFUSE, actor=actor, role="employer", now=now)
    role = await _employer(tx, request, actor, reason)
    fact = decisions.refuse(request.enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await record_decision(tx, request.details, [fact], now=now)


async def withdraw_agreement(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    """The employer takes the agreement back, and the next in the queue gets the seat."""
    request = await load_request(tx, enrollment_id, Move.CANCEL, actor=actor, role="employer", now=now)
    role = await _employer(tx, request, actor, reason)
    fact = decisions.cancel(request.enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await record_decision(tx, request.details, request.training.release(fact), now=now)


async def withdraw(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime) -> EnrollmentDetails:
    """The person gives up, and the next in the queue gets the seat in the same transaction."""
    request = await load_request(tx, enrollment_id, Move.WITHDRAW, actor=actor, role="beneficiary", now=now)
    fact = decisions.withdraw(
        request.enrollment,
        by=actor.account_id,
        at=now,
        first_slot=request.details.session.starts_at,
        session_ends=request.details.session.ends_at,
        notice=notice_period(request.rules),
    )
    return await record_decision(tx, request.details, request.training.release(fact), now=now)


async def validate(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None
) -> EnrollmentDetails:
    """The trainer agrees: the person is enrolled if the request holds a seat, otherwise as soon as it gets one."""
    request = await load_request(tx, enrollment_id, Move.VALIDATE, actor=actor, role="trainer", now=now)
    fact = decisions.validate(
        request.enrollment,
        rank=request.training.rank_of(request.enrollment),
        by=actor.account_id,
        at=now,
        acting_as=_trainer(request, actor, reason),
        note=reason,
    )
    return await record_decision(tx, request.details, [fact], now=now)


async def decline(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    """The trainer does not agree, and the next in the queue gets the seat."""
    request = await load_request(tx, enrollment_id, Move.DECLINE, actor=actor, role="trainer", now=now)
    role = _trainer(request, actor, reason)
    fact = decisions.decline(request.enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await record_decision(tx, request.details, request.training.release(fact), now=now)


async def ask(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, question: str) -> EnrollmentDetails:
    request = await load_request(tx, enrollment_id, Move.ASK, actor=actor, role="trainer", now=now)
    fact = decisions.ask(
        request.enrollment,
        rank=request.training.rank_of(request.enrollment),
        by=actor.account_id,
        at=now,
        question=question,
        acting_as=_trainer(request, actor, question),
    )
    return await record_decision(tx, request.details, [fact], now=now)


async def answer(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, text: str) -> EnrollmentDetails:
    request = await load_request(tx, enrollment_id, Move.ANSWER, actor=actor, role="beneficiary", now=now)
    rank = request.training.rank_of(request.enrollment)
    fact = decisions.answer(request.enrollment, rank=rank, by=actor.account_id, at=now, text=text)
    return await record_decision(tx, request.details, [fact], now=now)


async def promote_early(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    """Staff give a free seat to a request over the structure's cap before requests close. Raises NoSeatFree."""
    request = await load_request(tx, enrollment_id, Move.PROMOTE, actor=actor, role="staff", now=now)
    facts = request.training.promote_early(request.enrollment, by=actor.account_id, reason=reason)
    return await record_decision(tx, request.details, facts, now=now)


async def _employer(tx: Transaction, request: LockedRequest, actor: Actor, reason: str | None) -> ByEmployer:
    """The role in which the person takes an employer's decision. Raises OwnRequest and ReasonMissing."""
    enrollment = request.enrollment
    if not request.is_employer:
        if not reason:
            raise ReasonMissing
        return "staff"
    own = actor.account_id == enrollment.account_id
    has_other = own and await tx.people.has_other_employer(
        account_id=actor.account_id, structure_id=enrollment.structure_id
    )
    if not may_decide_own(
        request.rules, decider=actor.account_id, beneficiary=enrollment.account_id, has_other_employer=has_other
    ):
        raise OwnRequest
    return "employer"


def _trainer(request: LockedRequest, actor: Actor, reason: str | None) -> ByTrainer:
    """The role in which the person takes a trainer's decision. Raises ReasonMissing."""
    if actor.account_id in request.details.trainer_ids:
        return "trainer"
    if not reason:
        raise ReasonMissing
    return "staff"
