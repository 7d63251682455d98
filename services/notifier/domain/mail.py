"""A mail that is due, and what is known when it is about to leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Account, Attachment, Enrollment, RequestLine, Session, Slot, Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to one recipient. `facts`: what only the event contains, such as a reason, a question or a token."""

    id: UUID
    kind: str
    audience: Audience
    recipient: str
    recipient_account_id: UUID | None
    subject_id: UUID
    facts: Mapping[str, Any]
    attempts: int
    correlation_id: str | None = None

    def __repr__(self) -> str:
        """Without the facts: they may contain a token."""
        return f"Mail({self.id}, {self.kind})"

    @property
    def calendar_key(self) -> str:
        """Identifies the recipient's calendar; an account keeps it when the address changes."""
        return str(self.recipient_account_id or self.recipient)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The current copies that a mail is about. What a kind of mail does not need stays None.

    `recipient_statuses`: the recipient's statuses now in the structure. `held_slots`: the calendar entries that earlier
    mails gave to the recipient. `lines`: the requests of the cart or of the attendance sheet. `superseded`: a newer
    mail of the same kind, about the same subject and for the same recipient, is waiting to be sent.
    """

    recipient: Account | None = None
    recipient_statuses: frozenset[str] = frozenset()
    person: Account | None = None
    structure: Structure | None = None
    attachment: Attachment | None = None
    session: Session | None = None
    enrollment: Enrollment | None = None
    lines: tuple[RequestLine, ...] = ()
    held_slots: tuple[Slot, ...] = ()
    superseded: bool = False
