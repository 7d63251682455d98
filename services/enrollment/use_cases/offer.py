"""Requests with the moves that a person can make now, without a statement for each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.enrollment.domain.facts import Fact, MovedFact
from services.enrollment.domain.offers import Circumstances, last_decision, offered, roles_of
from services.enrollment.domain.rules.own_request import may_decide_own
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.states import ACTORS, OPEN, ActingAs, Move
from services.enrollment.storage.access import Actor
from services.enrollment.storage.circumstances import Found
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.load import LockedRequest, own_circumstances

Moves = Sequence[tuple[Move, ActingAs]]
_PUT_RIGHT: Final = ACTORS[Move.UNDO] | ACTORS[Move.REOPEN]
"""The roles that can move a closed request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A request, and the moves that the person can make now, each with the role in which they make it."""

    details: EnrollmentDetails
    moves: Moves = ()


async def with_moves(
    tx: Transaction, requests: Sequence[EnrollmentDetails], rules: Rules, *, actor: Actor, now: datetime
) -> list[Offered]:
    """The requests with their moves. One statement reads what all of them need, whatever their number."""
    if not requests:
        return []
    found = await tx.circumstances.of([each.enrollment.id for each in requests], account_id=actor.account_id, now=now)
    return [
        Offered(details=each, moves=_moves(each, found[each.enrollment.id], rules, actor=actor, now=now))
        for each in requests
    ]


async def reopening_circumstances(tx: Transaction, request: LockedRequest) -> Circumstances:
    """The circumstances of a locked request, with its history and the other requests of the person."""
    enrollment = request.enrollment
    person = enrollment.account_id
    found = (await tx.circumstances.of([enrollment.id], account_id=person, now=request.now))[enrollment.id]
    return replace(
        request.circumstances(last=last_decision(found.lines)),
        has_other_open=found.has_other_open,
        is_beneficiary=found.is_beneficiary,
    )


async def of_recorded(
    tx: Transaction, request: LockedRequest, details: EnrollmentDetails, facts: Sequence[Fact], *, actor: Actor
) -> Offered:
    """The request after a decision. As long as it is open, nothing has to be read again to know the next moves."""
    if details.enrollment.approval not in OPEN:
        if not _PUT_RIGHT.intersection(request.roles):
            return Offered(details=details, moves=[])
        [after] = await with_moves(tx, [details], request.rules, actor=actor, now=request.now)
        return after
    [fact] = [each for each in facts if isinstance(each, MovedFact) and each.enrollment.id == details.enrollment.id]
    circumstances = await own_circumstances(
        tx,
        replace(request, details=details).circumstances(last=last_decision(fact.lines)),
        details.enrollment,
        request.rules,
        actor=actor.account_id,
        roles=request.roles,
    )
    moves = offered(details.enrollment, actor=actor.account_id, roles=request.roles, now=circumstances)
    return Offered(details=details, moves=moves)


def _moves(details: EnrollmentDetails, found: Found, rules: Rules, *, actor: Actor, now: datetime) -> Moves:
    enrollment = details.enrollment
    is_own = actor.account_id == enrollment.account_id
    circumstances = Circumstances(
        now=now,
        starts_at=details.session.starts_at,
        ends_at=details.session.ends_at,
        takes_place=found.takes_place,
        capacity=found.capacity,
        held=found.held,
        last=last_decision(found.lines),
        has_other_open=found.has_other_open,
        has_other_session=found.has_other_session,
        is_beneficiary=found.is_beneficiary,
        actor_waits=found.actor_waits,
        is_unconfirmed=is_own and found.is_unconfirmed,
        other_must_decide=is_own
        and not may_decide_own(
            rules,
            decider=actor.account_id,
            beneficiary=enrollment.account_id,
            has_other_employer=found.has_other_employer,
        ),
    )
    roles = roles_of(
        enrollment,
        actor=actor.account_id,
        is_employer=enrollment.structure_id in actor.employer_of,
        is_trainer=actor.account_id in details.trainer_ids,
        is_staff=actor.is_staff,
    )
    return offered(enrollment, actor=actor.account_id, roles=roles, now=circumstances)
