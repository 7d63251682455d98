"""A mail that is due, and what is known when it is about to leave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import (
    Account,
    Attachment,
    Enrollment,
    Occupancy,
    RequestLine,
    Session,
    Slot,
    Structure,
)


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
    traceparent: str | None = None

    def __repr__(self) -> str:
        """Without the facts: they may contain a token."""
        return f"Mail({self.id}, {self.kind})"

    @property
    def calendar_key(self) -> str:
        """Identifies the recipient's calendar; an account keeps it when the address changes."""
        return str(self.recipient_account_id or self.recipient)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEntries:
    """The calendar entries that earlier mails gave to a recipient: where, when, and the last sequence."""

    slots: tuple[Slot, ...] = ()
    place: str = ""
    sequence: int = 0


NO_ENTRIES: Final = HeldEntries()


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The current copies that a mail is about. What a kind of mail does not need stays None.

    - `recipient_statuses`: the recipient's statuses now in the structure; `statuses_held`: those of anybody there.
    - `held`: the calendar entries that the recipient has from earlier mails; `held_of_lines`: those of each request.
    - `lines`: the requests of the cart, of the attendance sheet, or those that the facts or included mails name.
    - `superseded`: a newer mail of the same kind, subject and recipient is waiting to be sent.
    - `motivation`: empty if the person wrote none; `proposal`: what the person read of the proposal that led to the
      request.
    - `was_told`: the recipient was sent a mail about the person's request before, or trainers have decided on it.
    - `replaces`: the recipient was sent a mail that this one puts right.
    - `included`: the mails that wait and that this one says too.
    - `sheet_closed`: the attendance of the session is closed.
    - `other_session`: the session that a request is moved from.
    """

    recipient: Account | None = None
    recipient_statuses: frozenset[str] = frozenset()
    person: Account | None = None
    structure: Structure | None = None
    attachment: Attachment | None = None
    session: Session | None = None
    enrollment: Enrollment | None = None
    lines: tuple[RequestLine, ...] = ()
    held: HeldEntries = NO_ENTRIES
    held_of_lines: Mapping[UUID, HeldEntries] = field(default_factory=dict)
    superseded: bool = False
    other_session: Session | None = None
    occupancy: Occupancy | None = None
    motivation: str | None = None
    proposal: Mapping[str, Any] | None = None
    was_told: bool = False
    sheet_closed: bool = False
    statuses_held: frozenset[str] = frozenset()
    replaces: bool = False
    included: tuple[UUID, ...] = ()

    @property
    def seats(self) -> Occupancy | None:
        """The seats of the session; while nobody has had one, its occupancy was never published."""
        if self.occupancy is not None or self.session is None or self.session.capacity is None:
            return self.occupancy
        holds = self.enrollment is not None and self.enrollment.seat == "held"
        return Occupancy(capacity=self.session.capacity, held=int(holds), queued=0)
