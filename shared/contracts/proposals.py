"""The events that enrollment publishes about people who are asked for consent, or whose requests need a choice."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fields import Known, PersonalText
from shared.contracts.message import AggregateSnapshot, Message, event
from shared.contracts.words import ActingAs

ProposalKind = Annotated[str, Known("participation", "transfer")]
LeftOpen = Annotated[str, Known("disabled", "status_lost")]


class ProposalSnapshot(AggregateSnapshot):
    """A proposal that waits for the person's consent: to take part in a session, or to move to another session.

    `enrollment_id` is the request to move, or the one that the consent made; null before.
    """

    kind: ProposalKind
    account_id: UUID
    structure_id: UUID
    session_id: UUID
    from_session_id: UUID | None = None
    enrollment_id: UUID | None = None


class _AboutAProposal(Message):
    snapshot_field: ClassVar[str] = "proposal"

    proposal: ProposalSnapshot


@event("enrollment.participation_proposed.v1")
class ParticipationProposed(_AboutAProposal):
    """An employer, a trainer or staff proposed a session to a person, who is asked for consent."""

    proposed_by: UUID
    acting_as: ActingAs
    reason: PersonalText
    expires_at: AwareDatetime


@event("enrollment.proposal_declined.v1")
class ProposalDeclined(_AboutAProposal):
    """The person declined the proposal. A consent is an EnrollmentRequested, or an EnrollmentTransferred."""

    proposed_by: UUID
    reason: PersonalText | None = None


@event("enrollment.requests_left_open.v1")
class RequestsLeftOpen(Message):
    """A person with open requests lost the account or the status `beneficiary`: somebody has to choose what follows.

    `id` is that of this fact. The referents of the structure, or else the desk, keep or cancel the requests.
    """

    id: UUID
    account_id: UUID
    structure_id: UUID
    because: LeftOpen
    enrollment_ids: tuple[UUID, ...]

    @property
    def aggregate_id(self) -> UUID:
        return self.id

    @property
    def aggregate_version(self) -> int:
        return 1
