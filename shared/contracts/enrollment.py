"""The events that enrollment publishes: requests, decisions, seats, attendance."""

from typing import Annotated, ClassVar
from uuid import UUID

from shared.contracts.fields import Known, PersonalText
from shared.contracts.message import AggregateSnapshot, Message, Snapshot, event

Approval = Annotated[
    str,
    Known(
        "awaiting_employer",
        "awaiting_trainer",
        "awaiting_beneficiary",
        "validated",
        "refused",
        "declined",
        "expired",
        "withdrawn",
        "cancelled",
    ),
]
Seat = Annotated[str, Known("none", "queued", "held")]
CancelledBy = Annotated[str, Known("employer", "staff", "session", "attachment")]


class EnrollmentSnapshot(AggregateSnapshot):
    """One person's enrollment request for one session.

    `rank` is the position in the waiting list at that moment, from 1; it is null unless `seat` is `queued`. The
    motivation is not part of the snapshot: only the API gives it, to those who may read it.
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
    """A person validated a cart; there is one event for each session in it.

    `cart_id` is the same for all requests of the cart and `cart_size` is their number, so that one receipt can be sent.
    """

    cart_id: UUID
    cart_size: int


@event("enrollment.enrollment_approved.v1")
class EnrollmentApproved(_AboutAnEnrollment):
    """The employer accepted the request. The snapshot shows whether a seat is held or queued, and the rank."""

    approved_by: UUID


@event("enrollment.enrollment_refused.v1")
class EnrollmentRefused(_AboutAnEnrollment):
    """The employer refused the request."""

    refused_by: UUID
    reason: PersonalText


@event("enrollment.enrollment_expired.v1")
class EnrollmentExpired(_AboutAnEnrollment):
    """The request expired because no employer decided in time."""


@event("enrollment.enrollment_promoted.v1")
class EnrollmentPromoted(_AboutAnEnrollment):
    """A seat became free and was given to this request, the first in the waiting list that may have it."""


@event("enrollment.clarification_asked.v1")
class ClarificationAsked(_AboutAnEnrollment):
    """The trainer asked the person a question."""

    asked_by: UUID
    question: PersonalText


@event("enrollment.clarification_given.v1")
class ClarificationGiven(_AboutAnEnrollment):
    """The person answered the trainer's question."""

    answer: PersonalText


@event("enrollment.enrollment_validated.v1")
class EnrollmentValidated(_AboutAnEnrollment):
    """The trainer validated the request. The person is enrolled once a seat is held, which may be now or later."""

    validated_by: UUID


@event("enrollment.enrollment_declined.v1")
class EnrollmentDeclined(_AboutAnEnrollment):
    """The trainer declined the request."""

    declined_by: UUID
    reason: PersonalText


@event("enrollment.enrollment_withdrawn.v1")
class EnrollmentWithdrawn(_AboutAnEnrollment):
    """The person withdrew the request.

    `late`: the withdrawal came inside the notice period. `seat_before` is the seat that the request had until then.
    """

    late: bool
    seat_before: Seat


@event("enrollment.enrollment_cancelled.v1")
class EnrollmentCancelled(_AboutAnEnrollment):
    """The request was cancelled: by the employer, by staff, or because the session or the attachment ended.

    `by` tells which. `cancelled_by` is the account that acted; it is null if no person acted.
    """

    by: CancelledBy
    cancelled_by: UUID | None
    reason: PersonalText
    seat_before: Seat


class SlotPresence(Snapshot):
    """Whether the person was present during one slot."""

    slot_id: UUID
    present: bool


@event("enrollment.attendance_recorded.v1")
class AttendanceRecorded(_AboutAnEnrollment):
    """The attendance of one enrolled person, when the attendance of the session was closed.

    `attended`: the person was present during at least one slot.
    """

    attended: bool
    slots: tuple[SlotPresence, ...]


@event("enrollment.session_occupancy_changed.v1")
class SessionOccupancyChanged(Message):
    """The number of held seats of a session or the length of its waiting list changed.

    `version` is the version of the occupancy: it grows with each change.
    """

    session_id: UUID
    version: int
    capacity: int
    held: int
    queued: int

    @property
    def aggregate_id(self) -> UUID:
        return self.session_id

    @property
    def aggregate_version(self) -> int:
        return self.version
