"""Propose a session to a person: employers or staff for a new request, trainers also another session for one.

The rules are asked when it is proposed, and again when the person consents.
"""

from datetime import datetime
from uuid import UUID, uuid4

from services.enrollment.domain import cart
from services.enrollment.domain.cart import Requester, WantedSession
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.proposal import Kind, Proposal, expires_at
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.transfer import TransferredAs, check_transfer
from services.enrollment.storage.access import Actor
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.people import BeneficiaryStanding
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.announce import proposal_snapshot
from shared.contracts.proposals import ParticipationProposed
from shared.errors import NotFound, Refused, WrongFields

NOT_OFFERED = "Cette session n'est plus proposée."
OWN = "Faites votre propre demande depuis votre panier."
NOT_BENEFICIARY = "Cette personne n'est pas bénéficiaire dans cette structure."


class AlreadyProposed(Refused):
    """The person has an open proposal for the training."""

    sentence = "Une proposition attend déjà la réponse de cette personne pour cette formation."


async def propose_participation(
    tx: Transaction,
    *,
    account_id: UUID,
    structure_id: UUID,
    session_id: UUID,
    reason: str,
    motivation: str | None,
    actor: Actor,
    now: datetime,
) -> Proposal:
    """Propose a session to a beneficiary of the structure. For its employers and staff; others get NotFound.

    Raises WrongFields with the sentence of the first rule that blocks the request, and AlreadyProposed.
    """
    is_employer = structure_id in actor.employer_of
    if not (is_employer or actor.is_staff):
        raise NotFound
    if account_id == actor.account_id:
        raise WrongFields([("account_id", OWN)])
    standing = await tx.people.standing(account_id=account_id, structure_id=structure_id)
    if standing is None:
        raise WrongFields([("account_id", NOT_BENEFICIARY)])
    requester = requester_of(account_id, structure_id, standing)
    session = await wanted_session(tx, session_id, requester, rules=await tx.rules.load(), now=now)
    return await _propose(
        tx,
        Proposal(
            id=uuid4(),
            version=1,
            kind=Kind.PARTICIPATION,
            account_id=account_id,
            structure_id=structure_id,
            training_id=session.training_id,
            session_id=session.id,
            from_session_id=None,
            enrollment_id=None,
            reason=reason,
            motivation=motivation,
            proposed_by=actor.account_id,
            acting_as="employer" if is_employer else "staff",
            proposed_at=now,
            expires_at=expires_at(proposed_at=now, first_slot=session.starts_at),
        ),
    )


async def propose_transfer(
    tx: Transaction, *, enrollment_id: UUID, session_id: UUID, reason: str, actor: Actor, now: datetime
) -> Proposal:
    """Propose another session of the training for a request, as its employer, its trainer or staff.

    Raises NotFound, TransferImpossible, SessionIsOver and AlreadyProposed.
    """
    training_id = (await tx.enrollments.load(enrollment_id, actor, "reader")).enrollment.training_id
    sessions = {session.id: session for session in await tx.seats.lock(training_id)}
    rights = await tx.people.actor(actor.account_id)  # again: they may have ended while the lock was waited for
    if rights is None:
        raise NotFound
    details = await tx.enrollments.load(enrollment_id, rights, "reader")
    role = _role(rights, details)
    if role is None:
        raise NotFound
    request = details.enrollment
    check_open(request)
    target = check_transfer(sessions[request.session_id], sessions.get(session_id), now=now)
    return await _propose(
        tx,
        Proposal(
            id=uuid4(),
            version=1,
            kind=Kind.TRANSFER,
            account_id=request.account_id,
            structure_id=request.structure_id,
            training_id=request.training_id,
            session_id=target.id,
            from_session_id=request.session_id,
            enrollment_id=request.id,
            reason=reason,
            motivation=None,
            proposed_by=actor.account_id,
            acting_as=role,
            proposed_at=now,
            expires_at=expires_at(proposed_at=now, first_slot=target.plan.starts_at),
        ),
    )


def check_open(request: Enrollment) -> None:
    """Raise RequestClosed if the request cannot move any more."""
    if not request.is_open:
        raise RequestClosed


class RequestClosed(Refused):
    """The request is closed: it cannot be moved to another session."""

    sentence = "Cette demande est close : elle ne change plus de session."


async def wanted_session(
    tx: Transaction, session_id: UUID, requester: Requester, *, rules: Rules, now: datetime
) -> WantedSession:
    """The session, if the person may request it now. Raises WrongFields with the sentence of the rule that blocks."""
    considered = await tx.carts.considered(
        [session_id], account_id=requester.account_id, structure_id=requester.structure_id, now=now
    )
    session = considered.get(session_id)
    if session is None or not session.is_offered:
        raise WrongFields([("session_id", NOT_OFFERED)])
    [verdicts] = cart.verdicts_together(rules, [session.wanted], requester, now=now.astimezone(PARIS))
    blocking = [verdict.sentence for verdict in verdicts if verdict.blocks]
    if blocking:
        raise WrongFields([("session_id", blocking[0])])
    return session.wanted


def requester_of(account_id: UUID, structure_id: UUID, standing: BeneficiaryStanding) -> Requester:
    return Requester(
        account_id=account_id,
        structure_id=structure_id,
        structure_is_member=standing.is_member,
        is_employer=standing.is_employer,
        has_other_employer=standing.has_other_employer,
    )


async def _propose(tx: Transaction, proposal: Proposal) -> Proposal:
    await tx.proposals.expire(proposal.proposed_at)
    if not await tx.proposals.add(proposal):
        raise AlreadyProposed
    tx.emit(
        ParticipationProposed(
            occurred_at=proposal.proposed_at,
            proposal=proposal_snapshot(proposal),
            proposed_by=proposal.proposed_by,
            acting_as=proposal.acting_as,
            reason=proposal.reason,
            expires_at=proposal.expires_at,
        )
    )
    return proposal


def _role(actor: Actor, details: EnrollmentDetails) -> TransferredAs | None:
    """The role in which the person may propose another session for a request; None for the person of the request."""
    request = details.enrollment
    if request.account_id == actor.account_id:
        return None
    if request.structure_id in actor.employer_of:
        return "employer"
    if actor.account_id in details.trainer_ids:
        return "trainer"
    return "staff" if actor.is_staff else None
