"""The person consents to a proposal, or declines it; a proposal that nobody answers expires.

Locks are taken in this order: the proposal, the account, the sessions of the training.
"""

from datetime import datetime
from uuid import UUID, uuid4

from services.enrollment.domain import cart, proposal
from services.enrollment.domain.proposal import Kind, Proposal
from services.enrollment.domain.rules.one_session_per_training import ALREADY_REQUESTED
from services.enrollment.domain.transfer import TransferImpossible
from services.enrollment.storage.access import Actor
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.announce import proposal_snapshot
from services.enrollment.use_cases.load import load_locked_training, load_training
from services.enrollment.use_cases.propose import NOT_BENEFICIARY, check_open, requester_of, wanted_session
from services.enrollment.use_cases.record import record, record_requests
from shared.contracts.proposals import ProposalDeclined
from shared.errors import NotFound, WrongFields

MOVED_MEANWHILE = "La demande a changé de session depuis cette proposition."


async def consent(
    tx: Transaction, proposal_id: UUID, *, motivation: str | None, actor: Actor, now: datetime
) -> Proposal:
    """The person agrees: the request is made and accepted in the proposer's name, or moved to the other session.

    The motivation is the person's own, or none: neither the reason of the proposer nor the suggested words become it.

    Raises NotFound, ProposalAnswered; WrongFields, with the sentence of the rule that blocks the request by now;
    TransferImpossible, SessionIsOver and RequestClosed.
    """
    open_proposal = await tx.proposals.to_answer(proposal_id, actor.account_id)
    enrollment_id = open_proposal.enrollment_id or uuid4()
    consented = proposal.consented(open_proposal, enrollment_id=enrollment_id, at=now)
    if consented.kind is Kind.TRANSFER:
        await _move(tx, consented, enrollment_id, now=now)
    else:
        await _request(tx, consented, enrollment_id, motivation=motivation or "", now=now)
    if await tx.people.actor(actor.account_id) is None:  # again: the locks were waited for
        raise NotFound
    await tx.proposals.save(consented)
    return consented


async def decline(tx: Transaction, proposal_id: UUID, *, reason: str | None, actor: Actor, now: datetime) -> Proposal:
    """The person does not agree. Raises NotFound and ProposalAnswered."""
    declined = proposal.declined(await tx.proposals.to_answer(proposal_id, actor.account_id), reason=reason, at=now)
    await tx.proposals.save(declined)
    tx.emit(
        ProposalDeclined(
            occurred_at=now,
            proposal=proposal_snapshot(declined),
            proposed_by=declined.proposed_by,
            reason=reason,
        )
    )
    return declined


async def _request(
    tx: Transaction, consented: Proposal, enrollment_id: UUID, *, motivation: str, now: datetime
) -> None:
    """Make the request, and accept it in the name of the proposer if that person may still do so."""
    account_id, structure_id = consented.account_id, consented.structure_id
    standing = await tx.people.standing(account_id=account_id, structure_id=structure_id, lock=True)
    if standing is None:
        raise WrongFields([("account_id", NOT_BENEFICIARY)])
    locked = await tx.seats.lock(consented.training_id)
    rules = await tx.rules.load()
    requester = requester_of(account_id, structure_id, standing)
    session = await wanted_session(tx, consented.session_id, requester, rules=rules, now=now)
    requested = cart.request(
        session,
        requester,
        enrollment_id=enrollment_id,
        motivation=motivation,
        cart_id=consented.id,
        cart_size=1,
        at=now,
        rules=rules,
    )
    if not await record_requests(tx, [requested], now=now):
        raise WrongFields([("session_id", ALREADY_REQUESTED)])
    proposer = await tx.people.actor(consented.proposed_by)
    if proposer is None or not (structure_id in proposer.employer_of or proposer.is_staff):
        return  # the employers of today decide
    training = await load_locked_training(tx, consented.training_id, locked, now=now)
    facts = training.accept(
        requested.enrollment,
        by=proposer.account_id,
        acting_as="employer" if structure_id in proposer.employer_of else "staff",
        note=consented.reason,
    )
    await record(tx, facts, now=now)


async def _move(tx: Transaction, consented: Proposal, enrollment_id: UUID, *, now: datetime) -> None:
    training = await load_training(tx, consented.training_id, now=now)
    [request] = await tx.enrollments.some([enrollment_id])
    check_open(request)
    if request.session_id != consented.from_session_id:
        raise TransferImpossible(MOVED_MEANWHILE)
    facts = training.transfer(
        request,
        consented.session_id,
        by=consented.proposed_by,
        acting_as=consented.acting_as,
        note=consented.reason,
    )
    await record(tx, facts, now=now)
