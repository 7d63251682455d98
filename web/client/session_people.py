"""What the pages call about the people of a session: who can be added, messages to them, and proposals."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read
from web.client.enrollment import Person, StructureName


class AttachmentOf(Read):
    """The link of somebody to a structure."""

    state: Literal["requested", "active", "refused", "ended"]
    statuses: list[Literal["beneficiary", "employer", "referent"]]
    structure: StructureName


class Account(Read):
    """Somebody with an account."""

    id: UUID
    first_name: str
    last_name: str
    email: str
    disabled: bool
    attachments: list[AttachmentOf]


class SessionMessage(Read):
    """A message that was sent to the people of a session."""

    sender: Person
    sent_to: Literal["held", "queued", "all_open"]
    recipients: int
    subject: str
    text: str
    sent_at: datetime


class Proposal(Read):
    """A session that was proposed to somebody."""

    person: Person
    structure: StructureName
    kind: Literal["participation", "transfer"]
    reason: str
    proposed_by: Person
    proposed_at: datetime
    expires_at: datetime


ACCOUNTS: Final = Call[Page[Account]]("GET", "identity", "/accounts", Page[Account])
MESSAGES: Final = Call[Page[SessionMessage]](
    "GET", "enrollment", "/sessions/{session_id}/messages", Page[SessionMessage]
)
SEND_MESSAGE: Final = Call[None]("POST", "enrollment", "/sessions/{session_id}/messages", None)
PROPOSALS: Final = Call[Page[Proposal]]("GET", "enrollment", "/proposals", Page[Proposal])
PROPOSE: Final = Call[None]("POST", "enrollment", "/proposals", None)
