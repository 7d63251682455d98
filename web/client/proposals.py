"""What the pages call of enrollment about proposals: a session is proposed to a person, who consents or declines."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read
from web.client.enrollment import StructureName
from web.client.left_open import PersonOf
from web.client.structure import NewId, SessionName


class Proposal(Read):
    """A proposal. `from_session` is set if it moves a request; `motivation` is the one that is suggested."""

    id: UUID
    kind: Literal["participation", "transfer"]
    state: Literal["open", "consented", "declined", "expired"]
    person: PersonOf
    structure: StructureName
    session: SessionName
    from_session: SessionName | None
    enrollment_id: UUID | None
    reason: str
    motivation: str | None
    proposed_by: PersonOf
    proposed_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    answer_reason: str | None


PROPOSALS: Final = Call[Page[Proposal]]("GET", "enrollment", "/proposals", Page[Proposal])
PROPOSAL: Final = Call[Proposal]("GET", "enrollment", "/proposals/{proposal_id}", Proposal)
PROPOSE: Final = Call[NewId]("POST", "enrollment", "/proposals", NewId)
CONSENT: Final = Call[Proposal]("POST", "enrollment", "/proposals/{proposal_id}/consent", Proposal)
DECLINE: Final = Call[None]("POST", "enrollment", "/proposals/{proposal_id}/decline", None)
