"""Endpoints for proposals: somebody proposes a session to a person, who consents or declines."""

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from services.enrollment.api.dependencies import Acting, Tx
from services.enrollment.api.people_bodies import Consent, NewProposal, ProposalDecline
from services.enrollment.api.problems import (
    ALREADY_PROPOSED,
    NOT_ADMITTED,
    PROPOSAL_ANSWERED,
    REQUEST_CLOSED,
    SESSION_IS_OVER,
    TRANSFER_IMPOSSIBLE,
)
from services.enrollment.api.views import PersonView, SessionNameView, StructureView
from services.enrollment.domain.proposal import Kind, Proposal, State
from services.enrollment.domain.transfer import TransferredAs
from services.enrollment.storage.access import Actor
from services.enrollment.storage.proposals import ProposalDetails, Scope
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases import answer_proposal
from services.enrollment.use_cases.propose import propose_participation, propose_transfer
from shared.errors import WrongFields
from shared.http.clock import Now
from shared.http.idempotency import Once
from shared.http.pagination import BY_TIME, Limit, Page, TimeKey
from shared.http.problems import INVALID, NOT_FOUND, problems
from shared.http.views import View

router = APIRouter(prefix="/proposals", tags=["proposals"])

MISSING: Final = "Ce champ est obligatoire."


class ProposalView(View):
    """A proposal to a person.

    `enrollment_id` is the request to move, or the one that the consent made. `from_session` is null unless another
    session is proposed for a request. `motivation` is the one that the proposer suggests: a consent
    contains it if the person wants it.
    """

    id: UUID
    version: int
    kind: Kind
    state: State
    person: PersonView
    structure: StructureView
    session: SessionNameView
    from_session: SessionNameView | None
    enrollment_id: UUID | None
    reason: str = Field(examples=["Cette formation complète votre prise de poste."])
    motivation: str | None = Field(examples=["Prendre en main l'accueil de second niveau."])
    proposed_by: PersonView
    acting_as: TransferredAs
    proposed_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    answer_reason: str | None = Field(examples=["Je suis en congé cette semaine-là."])

    @classmethod
    def of(cls, details: ProposalDetails) -> Self:
        proposal = details.proposal
        return cls(
            id=proposal.id,
            version=proposal.version,
            kind=proposal.kind,
            state=proposal.state,
            person=PersonView.model_validate(details.person),
            structure=StructureView.model_validate(details.structure),
            session=SessionNameView.model_validate(details.session),
            from_session=details.from_session and SessionNameView.model_validate(details.from_session),
            enrollment_id=proposal.enrollment_id,
            reason=proposal.reason,
            motivation=proposal.motivation,
            proposed_by=PersonView.model_validate(details.proposed_by),
            acting_as=proposal.acting_as,
            proposed_at=proposal.proposed_at,
            expires_at=proposal.expires_at,
            answered_at=proposal.answered_at,
            answer_reason=proposal.answer_reason,
        )


@router.post(
    "",
    status_code=201,
    responses={
        **problems(NOT_ADMITTED, NOT_FOUND, INVALID, ALREADY_PROPOSED),
        **problems(ALREADY_PROPOSED, TRANSFER_IMPOSSIBLE, SESSION_IS_OVER, REQUEST_CLOSED),
    },
)
async def propose(*, body: NewProposal, actor: Acting, tx: Tx, now: Now, once: Once) -> ProposalView:
    """Propose a session to a person, who is asked for consent by mail.

    `participation` is for employers of the structure and staff: the consent makes a request that is already accepted.
    `transfer` is for the employers, the trainers and staff who may act on the request: the consent moves it.
    It expires after 14 days, or when the session begins.
    """

    async def perform() -> ProposalView:
        return await _view(tx, await _made(body, actor, tx, now), actor)

    return await once(perform)


async def _made(body: NewProposal, actor: Actor, tx: Transaction, now: datetime) -> Proposal:
    if body.kind == "transfer":
        if body.enrollment_id is None:
            raise WrongFields([("enrollment_id", MISSING)])
        return await propose_transfer(
            tx, enrollment_id=body.enrollment_id, session_id=body.session_id, reason=body.reason, actor=actor, now=now
        )
    if body.account_id is None or body.structure_id is None:
        needed = {"account_id": body.account_id, "structure_id": body.structure_id}
        raise WrongFields([(name, MISSING) for name, value in needed.items() if value is None])
    return await propose_participation(
        tx,
        account_id=body.account_id,
        structure_id=body.structure_id,
        session_id=body.session_id,
        reason=body.reason,
        motivation=body.motivation,
        actor=actor,
        now=now,
    )


@router.get("", responses=problems(NOT_ADMITTED))
async def list_proposals(
    actor: Acting,
    tx: Tx,
    after: Annotated[TimeKey | None, Depends(BY_TIME)],
    *,
    scope: Scope = "mine",
    state: State | None = None,
    session_id: UUID | None = None,
    limit: Limit = 20,
) -> Page[ProposalView]:
    """List proposals, newest first.

    `mine` are those to the caller, `structure` those of the structures where the caller decides, `all` both and those
    that the caller made. Staff get all.
    """
    return Page[ProposalView].of(
        await tx.proposals.page(actor, scope, state, session_id=session_id, after=after, limit=limit),
        limit,
        view=ProposalView.of,
        sort_key=BY_TIME,
        key=lambda details: (details.proposal.proposed_at, details.proposal.id),
    )


@router.get("/{proposal_id}", responses=problems(NOT_ADMITTED, NOT_FOUND))
async def read_proposal(proposal_id: UUID, actor: Acting, tx: Tx) -> ProposalView:
    """Read one proposal."""
    return ProposalView.of(await tx.proposals.one(proposal_id, actor))


@router.post(
    "/{proposal_id}/consent",
    responses={
        **problems(NOT_ADMITTED, NOT_FOUND, INVALID, PROPOSAL_ANSWERED),
        **problems(PROPOSAL_ANSWERED, TRANSFER_IMPOSSIBLE, SESSION_IS_OVER, REQUEST_CLOSED),
    },
)
async def consent(proposal_id: UUID, *, actor: Acting, tx: Tx, now: Now, body: Consent | None = None) -> ProposalView:
    """The person agrees: the request is made and accepted in the name of who proposed it, or moved."""
    motivation = body.motivation if body else None
    return await _view(
        tx, await answer_proposal.consent(tx, proposal_id, motivation=motivation, actor=actor, now=now), actor
    )


@router.post("/{proposal_id}/decline", responses=problems(NOT_ADMITTED, NOT_FOUND, PROPOSAL_ANSWERED))
async def decline(
    proposal_id: UUID, *, actor: Acting, tx: Tx, now: Now, body: ProposalDecline | None = None
) -> ProposalView:
    """The person does not agree."""
    reason = body.reason if body else None
    return await _view(tx, await answer_proposal.decline(tx, proposal_id, reason=reason, actor=actor, now=now), actor)


async def _view(tx: Transaction, proposal: Proposal, actor: Actor) -> ProposalView:
    return ProposalView.of(await tx.proposals.one(proposal.id, actor))
