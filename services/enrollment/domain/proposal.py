"""A proposal to a person: to take part in a session, or to move a request to another session. The person consents."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.enrollment.domain.paris import moment
from services.enrollment.domain.transfer import TransferredAs
from shared.errors import Refused

VALID_FOR: Final = timedelta(days=14)


class Kind(StrEnum):
    """What is proposed."""

    PARTICIPATION = "participation"
    TRANSFER = "transfer"


class State(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    CONSENTED = "consented"
    DECLINED = "declined"
    EXPIRED = "expired"


class ProposalAnswered(Refused):
    """The proposal waits for no answer any more."""

    def __init__(self, state: State, at: datetime) -> None:
        super().__init__(state, at)
        self.state, self.at = state, at

    @property
    def sentence(self) -> str:
        happened = {
            State.CONSENTED: "a été acceptée",
            State.DECLINED: "a été déclinée",
        }.get(self.state, "a expiré")
        return f"Cette proposition {happened} le {moment(self.at)}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal.

    `enrollment_id` is the request to move, or the one that the consent made. `from_session_id` is set for a transfer.
    `motivation` is the one that the proposer suggests; it is the person's only if the person sends it.
    """

    id: UUID
    version: int
    kind: Kind
    account_id: UUID
    structure_id: UUID
    training_id: UUID
    session_id: UUID
    from_session_id: UUID | None
    enrollment_id: UUID | None
    reason: str
    motivation: str | None
    proposed_by: UUID
    acting_as: TransferredAs
    proposed_at: datetime
    expires_at: datetime
    state: State = State.OPEN
    answered_at: datetime | None = None
    answer_reason: str | None = None


def expires_at(*, proposed_at: datetime, first_slot: datetime) -> datetime:
    """When a proposal expires: after two weeks, and at the latest when the session begins."""
    return min(proposed_at + VALID_FOR, first_slot)


def consented(proposal: Proposal, *, enrollment_id: UUID, at: datetime) -> Proposal:
    """The person agrees. Raises ProposalAnswered."""
    _check_open(proposal, at)
    return _answered(replace(proposal, enrollment_id=enrollment_id), State.CONSENTED, at)


def declined(proposal: Proposal, *, reason: str | None, at: datetime) -> Proposal:
    """The person does not agree. Raises ProposalAnswered."""
    _check_open(proposal, at)
    return _answered(replace(proposal, answer_reason=reason), State.DECLINED, at)


def _check_open(proposal: Proposal, at: datetime) -> None:
    if proposal.state is not State.OPEN:
        raise ProposalAnswered(proposal.state, proposal.answered_at or proposal.expires_at)
    if proposal.expires_at <= at:
        raise ProposalAnswered(State.EXPIRED, proposal.expires_at)


def _answered(proposal: Proposal, state: State, at: datetime) -> Proposal:
    return replace(proposal, state=state, answered_at=at, version=proposal.version + 1)
