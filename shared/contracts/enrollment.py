"""What enrollment says: requests, decisions, seats, attendance."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.message import AggregateSnapshot, Message, Snapshot, event

Approval = Literal[
    "awaiting_employer",
    "awaiting_trainer",
    "awaiting_beneficiary",
    "validated",
    "refused",
    "declined",
    "expired",
    "withdrawn",
    "cancelled",
]
Seat = Literal["none", "queued", "held"]
CancelledBy = Literal["employer", "staff", "session", "attachment"]


class EnrollmentSnapshot(AggregateSnapshot):
    """One person's request for one session.

    `rank` is the place in the waiting list at that moment, from 1, and None unless queued. The motivation is not in it: only
    those who may read it get it, from the API.
    """

    account_id: UUID
    structure_id: UUID
    training_id: UUID
    session_id: UUID
    approval: Approval
    seat: Seat
    rank: int | None = None


class _AboutAnEnrollment(Message):
    snapshot_field: ClassVar[str] = "enrollment"

    enrollment: EnrollmentSnapshot


@event("enrollment.enrollment_requested.v1")
class EnrollmentRequested(_AboutAnEnrollment):
    """A line of a validated cart became a request. `cart_id` is the same for all requests of one validation, and
    `cart_size` their number: one receipt for the whole cart.
    """

    cart_id: UUID
    cart_size: int


@event("enrollment.enrollment_approved.v1")
class EnrollmentApproved(_AboutAnEnrollment):
    """The employer accepts; the snapshot says whether a seat is held or queued, and the rank."""

    approved_by: UUID


@event("enrollment.enrollment_refused.v1")
class EnrollmentRefused(_AboutAnEnrollment):
    """The employer refuses."""

    refused_by: UUID
    reason: str


@event("enrollment.enrollment_expired.v1")
class EnrollmentExpired(_AboutAnEnrollment):
    """No employer decided in time."""


@event("enrollment.enrollment_promoted.v1")
class EnrollmentPromoted(_AboutAnEnrollment):
    """A seat came free and this request, first in the queue of those who may have it, holds it now."""


@event("enrollment.clarification_asked.v1")
class ClarificationAsked(_AboutAnEnrollment):
    """The trainer comes back to the person with a question."""

    asked_by: UUID
    question: str


@event("enrollment.clarification_given.v1")
class ClarificationGiven(_AboutAnEnrollment):
    """The person answered the trainer's question."""

    answer: str


@event("enrollment.enrollment_validated.v1")
class EnrollmentValidated(_AboutAnEnrollment):
    """The trainer takes this person: enrolled if a seat is held, else enrolled when one comes free."""

    validated_by: UUID


@event("enrollment.enrollment_declined.v1")
class EnrollmentDeclined(_AboutAnEnrollment):
    """The trainer declines."""

    declined_by: UUID
    reason: str


@event("enrollment.enrollment_withdrawn.v1")
class EnrollmentWithdrawn(_AboutAnEnrollment):
    """The person gives up; `late`: inside the notice period. `seat_before` is what was given back."""

    late: bool
    seat_before: Seat


@event("enrollment.enrollment_cancelled.v1")
class EnrollmentCancelled(_AboutAnEnrollment):
    """The agreement was taken back, or the session or the attachment is gone. `cancelled_by` is None when no person acted."""

    by: CancelledBy
    cancelled_by: UUID | None
    reason: str
    seat_before: Seat


class SlotPresence(Snapshot):
    """Whether a person was there during one slot."""

    slot_id: UUID
    present: bool


@event("enrollment.attendance_recorded.v1")
class AttendanceRecorded(_AboutAnEnrollment):
    """The attendance of a session was closed: what one enrolled person's was. `attended`: was there at least once."""

    attended: bool
    slots: tuple[SlotPresence, ...]


@event("enrollment.session_occupancy_changed.v1")
class SessionOccupancyChanged(Message):
    """How many seats of a session are held and how many people are queued. `version` grows with each change."""

    session_id: UUID
    version: int
    capacity: int
    held: int
    queued: int

    @property
    def aggregate_id(self) -> UUID:
        """The session, as enrollment sees it."""
        return self.session_id

    @property
    def aggregate_version(self) -> int:
        """The version of the occupancy."""
        return self.version
