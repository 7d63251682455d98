"""What the notifier remembers of others' aggregates: as much as a mail needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from services.notifier.domain.kinds import OPEN, Audience, Kind


@dataclass(frozen=True, slots=True)
class Account:
    """A person; `reachable` unless disabled or erased."""

    id: UUID
    first_name: str
    last_name: str
    email: str
    is_staff: bool = False
    disabled: bool = False
    erased: bool = False

    @property
    def full_name(self) -> str:
        """First and last name; an erased person has none."""
        return "une personne effacée" if self.erased else f"{self.first_name} {self.last_name}"

    @property
    def reachable(self) -> bool:
        """Whether mails go to this person."""
        return not (self.disabled or self.erased)


@dataclass(frozen=True, slots=True)
class Structure:
    """An organisation."""

    id: UUID
    name: str
    siret: str
    town: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """The link of an account to a structure."""

    id: UUID
    account_id: UUID
    structure_id: UUID
    state: str
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One block of presence."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One occurrence of a training."""

    id: UUID
    version: int
    training_title: str
    place: str
    slots: tuple[Slot, ...]
    trainer_ids: tuple[UUID, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A request; `attendance` maps the id of a slot to whether the person was there, once the attendance was closed."""

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    session_id: UUID
    approval: str
    seat: str
    rank: int | None = None
    attendance: Mapping[str, bool] | None = None

    @property
    def is_open(self) -> bool:
        """Whether the request still lives."""
        return self.approval in OPEN

    @property
    def is_enrolled(self) -> bool:
        """Validated and with a seat: the slots belong in a calendar."""
        return self.approval == "validated" and self.seat == "held"


@dataclass(frozen=True, slots=True)
class Line:
    """A request with its person and its session, for mails about several."""

    enrollment: Enrollment
    person: Account
    session: Session


def sheet_of(session_id: UUID, structure_id: UUID) -> UUID:
    """The subject of the mails about who of a structure was at a session: the same at each call."""
    return uuid5(session_id, str(structure_id))


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is due. `facts` is what only the event knew: a reason, a question, a token."""

    id: UUID
    kind: Kind
    audience: Audience
    recipient: str
    recipient_account_id: UUID | None
    subject_id: UUID
    facts: Mapping[str, Any]
    attempts: int
    correlation_id: str | None = None

    def __repr__(self) -> str:
        """Leave the facts out: they may hold a token."""
        return f"Mail({self.id}, {self.kind})"


@dataclass(frozen=True, slots=True)
class Situation:
    """The state at the time of sending, from the current copies; what the kind of mail does not need is None.

    `recipient_statuses`: what the recipient is now in the structure the mail is about. `held_slots`: the calendar entries that
    the recipient got with an earlier mail. `lines`: the cart's or the structure's requests. `superseded`: a later mail says
    all that this one does.
    """

    recipient: Account | None = None
    recipient_statuses: frozenset[str] = frozenset()
    person: Account | None = None
    structure: Structure | None = None
    attachment: Attachment | None = None
    session: Session | None = None
    enrollment: Enrollment | None = None
    lines: tuple[Line, ...] = ()
    held_slots: tuple[Slot, ...] = field(default=())
    superseded: bool = False
