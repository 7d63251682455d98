"""The decisions of employers, trainers, beneficiaries and staff about a request: each one loads, decides, records."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from services.enrollment.domain import decisions
from services.enrollment.domain.decisions import ByAnybody, ByEmployer, ByPerson, ByTrainer
from services.enrollment.domain.enrollment import Line
from services.enrollment.domain.facts import Fact
from services.enrollment.domain.offers import Circumstances, check
from services.enrollment.domain.rules.decision_deadline import decide_before
from services.enrollment.domain.rules.withdrawal_notice import notice_period
from services.enrollment.domain.states import ACTORS, ActingAs, Move, Seat
from services.enrollment.storage.access import Actor
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.load import LockedRequest, load_request, own_circumstances
from services.enrollment.use_cases.offer import Offered, of_recorded, reopening_circumstances
from services.enrollment.use_cases.record import record_decision
from shared.errors import NotFound, Refused


class ReasonMissing(Refused):
    """Whoever acts in the place of somebody else gives a reason."""

    sentence = "Vous agissez à la place d'une autre personne : indiquez la raison."


async def accept(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None) -> Offered:
    """The employer agrees: the request gets a seat if one is free for it, and is queued otherwise."""
    request = await load_request(tx, enrollment_id, Move.ACCEPT, actor=actor, role="employer", now=now)
    role = cast("ByEmployer", await _checked(tx, request, Move.ACCEPT, actor, reason))
    facts = request.training.accept(request.enrollment, by=actor.account_id, acting_as=role, note=reason)
    return await _recorded(tx, request, facts, actor)


async def refuse(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str) -> Offered:
    request = await load_request(tx, enrollment_id, Move.REFUSE, actor=actor, role="employer", now=now)
    role = cast("ByEmployer", await _checked(tx, request, Move.REFUSE, actor, reason))
    fact = decisions.refuse(request.enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await _recorded(tx, request, [fact], actor)


async def withdraw_agreement(
    tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> Offered:
    """The employer takes the agreement back, and the next in the queue gets the seat."""
    request = await load_request(tx, enrollment_id, Move.CANCEL, actor=actor, role="employer", now=now)
    role = cast("ByEmployer", await _checked(tx, request, Move.CANCEL, actor, reason))
    fact = decisions.cancel(request.enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await _recorded(tx, request, request.training.release(fact), actor)


async def give_up(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None) -> Offered:
    """The person gives up, or an employer or staff record it: before the first slot this withdraws the request.

    The next in the queue gets the seat in the same transaction. Once the session has begun it is an abandonment.
    """
    request = await load_request(tx, enrollment_id, Move.WITHDRAW, actor=actor, role="party", now=now)
    if decisions.gives_up_later(request.enrollment, first_slot=request.details.session.starts_at, at=now):
        return await _abandoned(tx, request, actor, reason)
    role = cast("ByPerson", await _checked(tx, request, Move.WITHDRAW, actor, reason))
    fact = decisions.withdraw(
        request.enrollment,
        by=actor.account_id,
        at=now,
        first_slot=request.details.session.starts_at,
        session_ends=request.details.session.ends_at,
        notice=notice_period(request.rules),
        reason=reason,
        acting_as=role,
    )
    return await _recorded(tx, request, request.training.release(fact), actor)


async def abandon(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None) -> Offered:
    """The person gave up after the session had begun. The presences stay, and nobody is promoted."""
    request = await load_request(tx, enrollment_id, Move.ABANDON, actor=actor, role="party", now=now)
    return await _abandoned(tx, request, actor, reason)


async def validate(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str | None) -> Offered:
    """The trainer agrees: the person is enrolled if the request holds a seat, otherwise as soon as it gets one."""
    request = await load_request(tx, enrollment_id, Move.VALIDATE, actor=actor, role="trainer", now=now)
    fact = decisions.validate(
        request.enrollment,
        rank=request.training.rank_of(request.enrollment),
        by=actor.account_id,
        at=now,
        acting_as=cast("ByTrainer", await _checked(tx, request, Move.VALIDATE, actor, reason)),
        note=reason,
    )
    return await _recorded(tx, request, [fact], actor)


async def decline(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str) -> Offered:
    """The trainer does not agree, and the next in the queue gets the seat."""
    request = await load_request(tx, enrollment_id, Move.DECLINE, actor=actor, role="trainer", now=now)
    role = cast("ByTrainer", await _checked(tx, request, Move.DECLINE, actor, reason))
    fact = decisions.decline(request.enrollment, by=actor.account_id, at=now, reason=reason, acting_as=role)
    return await _recorded(tx, request, request.training.release(fact), actor)


async def ask(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, question: str) -> Offered:
    request = await load_request(tx, enrollment_id, Move.ASK, actor=actor, role="trainer", now=now)
    fact = decisions.ask(
        request.enrollment,
        rank=request.training.rank_of(request.enrollment),
        by=actor.account_id,
        at=now,
        question=question,
        acting_as=cast("ByTrainer", await _checked(tx, request, Move.ASK, actor, question)),
    )
    return await _recorded(tx, request, [fact], actor)


async def answer(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, text: str) -> Offered:
    request = await load_request(tx, enrollment_id, Move.ANSWER, actor=actor, role="beneficiary", now=now)
    await _checked(tx, request, Move.ANSWER, actor, text)
    rank = request.training.rank_of(request.enrollment)
    fact = decisions.answer(request.enrollment, rank=rank, by=actor.account_id, at=now, text=text)
    return await _recorded(tx, request, [fact], actor)


async def promote_early(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str) -> Offered:
    """Staff give a free seat before its turn to a queued request, until the session begins. Raises NoSeatFree."""
    request = await load_request(tx, enrollment_id, Move.PROMOTE, actor=actor, role="staff", now=now)
    await _checked(tx, request, Move.PROMOTE, actor, reason)
    facts = request.training.promote_early(request.enrollment, by=actor.account_id, reason=reason)
    return await _recorded(tx, request, facts, actor)


async def undo(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime) -> Offered:
    """Whoever took the last decision takes it back within some minutes. Raises NothingToUndo."""
    await tx.circumstances.lock_attachment(enrollment_id)
    request = await load_request(tx, enrollment_id, Move.UNDO, actor=actor, role="party", now=now)
    found = await reopening_circumstances(tx, request)
    role = await _checked(tx, request, Move.UNDO, actor, None, found=found, needs_reason=False)
    last = cast("Line", found.last)
    fact = decisions.undo(request.enrollment, last, by=actor.account_id, at=now, acting_as=role)
    facts = request.training.restore(fact, had_seat=last.from_seat is Seat.HELD)
    return await _recorded(tx, request, facts, actor)


async def reopen(tx: Transaction, enrollment_id: UUID, *, actor: Actor, now: datetime, reason: str) -> Offered:
    """Staff reopen a closed request, with its old queue number."""
    await tx.circumstances.lock_attachment(enrollment_id)
    request = await load_request(tx, enrollment_id, Move.REOPEN, actor=actor, role="staff", now=now)
    found = await reopening_circumstances(tx, request)
    await _checked(tx, request, Move.REOPEN, actor, reason, found=found)
    last = cast("Line", found.last)
    until = decide_before(request.rules, asked_at=now, first_slot=request.details.session.starts_at)
    fact = decisions.reopen(request.enrollment, last, by=actor.account_id, at=now, reason=reason, decide_before=until)
    facts = request.training.restore(fact, had_seat=last.from_seat is Seat.HELD)
    return await _recorded(tx, request, facts, actor)


async def _abandoned(tx: Transaction, request: LockedRequest, actor: Actor, reason: str | None) -> Offered:
    role = cast("ByAnybody", await _checked(tx, request, Move.ABANDON, actor, reason))
    fact = decisions.abandon(request.enrollment, by=actor.account_id, at=request.now, reason=reason, acting_as=role)
    return await _recorded(tx, request, request.training.release(fact), actor)


async def _checked(
    tx: Transaction,
    request: LockedRequest,
    move: Move,
    actor: Actor,
    reason: str | None,
    *,
    found: Circumstances | None = None,
    needs_reason: bool = True,
) -> ActingAs:
    """The first role of the person that allows the move. Raises the Refused of the first role if none does.

    Raises NotFound for a person who has no role for the move, and ReasonMissing for one who acts in another's place.
    """
    roles = [role for role in request.roles if role in ACTORS[move]]
    if not roles:
        raise NotFound
    now = await own_circumstances(
        tx, found or request.circumstances(), request.enrollment, request.rules, actor=actor.account_id, roles=roles
    )
    role = _first_allowed(request, move, actor, roles, now)
    if needs_reason and not reason and in_anothers_place(move, role):
        raise ReasonMissing
    return role


def in_anothers_place(move: Move, role: ActingAs) -> bool:
    """Whether a person in that role makes the move in the place of somebody else."""
    return role != _OWN_ROLE.get(move, role)


_OWN_ROLE: dict[Move, ActingAs] = {
    Move.ACCEPT: "employer",
    Move.REFUSE: "employer",
    Move.CANCEL: "employer",
    Move.VALIDATE: "trainer",
    Move.DECLINE: "trainer",
    Move.ASK: "trainer",
    Move.WITHDRAW: "beneficiary",
    Move.ABANDON: "beneficiary",
}


def _first_allowed(
    request: LockedRequest, move: Move, actor: Actor, roles: Sequence[ActingAs], now: Circumstances
) -> ActingAs:
    refusals = []
    for role in roles:
        try:
            check(move, request.enrollment, actor=actor.account_id, acting_as=role, now=now)
        except Refused as refused:
            refusals.append(refused)
        else:
            return role
    raise refusals[0]


async def _recorded(tx: Transaction, request: LockedRequest, facts: Sequence[Fact], actor: Actor) -> Offered:
    """Record the decision; return the request after it, with the moves that the person can make next."""
    details = await record_decision(tx, request.details, facts, rules=request.rules, now=request.now)
    return await of_recorded(tx, request, details, facts, actor=actor)
