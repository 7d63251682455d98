"""What the notifier knows of the other services' aggregates: only what mails need."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

OPEN: Final = frozenset({"awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated"})
"""Approvals of an open request. An approval that is not known here counts as not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person."""

    id: UUID
    first_name: str
    last_name: str
    email: str
    civility: str | None = None
    is_staff: bool = False
    disabled: bool = False
    erased: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def reachable(self) -> bool:
        """Whether mails are sent to this person."""
        return not (self.disabled or self.erased)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """An organisation."""

    id: UUID
    name: str
    siret: str
    town: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """The link of an account to a structure."""

    id: UUID
    account_id: UUID
    structure_id: UUID
    state: str
    statuses: tuple[str, ...]
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One block of presence."""

    id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One occurrence of a training."""

    id: UUID
    version: int
    training_title: str
    place: str
    slots: tuple[Slot, ...]
    trainer_ids: tuple[UUID, ...]
    state: str
    capacity: int | None = None
    reinstated: int = 0
    """The version at which the session was last put back after a cancellation, 0 if never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """How many seats of a session are held, and how many people wait for one."""

    capacity: int
    held: int
    queued: int

    @property
    def free(self) -> int:
        return max(self.capacity - self.held, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """A request. `attendance`: for each slot id, whether the person was present; None until it is closed.

    `excused`: of how many slots the absence is excused. `ended_in`: the request was open when its session was
    cancelled; which cancellation, named by `Session.reinstated`.
    """

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    session_id: UUID
    approval: str
    seat: str
    rank: int | None = None
    attendance: Mapping[str, bool] | None = None
    excused: int = 0
    ended_in: int | None = None

    @property
    def is_open(self) -> bool:
        return self.approval in OPEN

    @property
    def is_enrolled(self) -> bool:
        """Validated and with a seat: the slots belong in a calendar."""
        return self.approval == "validated" and self.seat == "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """A request with its person and its session, for mails about several requests."""

    enrollment: Enrollment
    person: Account
    session: Session


def people_of_session_id(*, session_id: UUID, structure_id: UUID) -> UUID:
    """The subject of the mails about "the people of structure S in session X".

    It is computed from the two ids, so that a later mail about the same people can replace an earlier one.
    """
    return uuid5(session_id, str(structure_id))
