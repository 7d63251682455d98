"""The events that enrollment publishes: requests, decisions, seats, attendance."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fields import ConfidentialText, PersonalText
from shared.contracts.message import AggregateSnapshot, Message, Snapshot, command, event
from shared.contracts.words import ActingAs, Approval, Awaited, CancelledBy, Decision, EndedBecause, Seat


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
    `decide_before` is when the request expires; null if the rule of the deadline is off.
    """

    cart_id: UUID
    cart_size: int
    decide_before: AwareDatetime | None = None


@event("enrollment.enrollment_approved.v1")
class EnrollmentApproved(_AboutAnEnrollment):
    """The employer accepted the request. The snapshot shows whether a seat is held or queued, and the rank."""

    approved_by: UUID
    acting_as: ActingAs | None = None


@event("enrollment.enrollment_refused.v1")
class EnrollmentRefused(_AboutAnEnrollment):
    """The employer refused the request."""

    refused_by: UUID
    reason: PersonalText
    acting_as: ActingAs | None = None


@event("enrollment.enrollment_expired.v1")
class EnrollmentExpired(_AboutAnEnrollment):
    """The request expired because no employer decided in time."""


@event("enrollment.enrollment_promoted.v1")
class EnrollmentPromoted(_AboutAnEnrollment):
    """A seat became free and was given to this request, the first in the waiting list that may have it.

    `acting_as` is `staff` if staff gave the seat before its turn.
    """

    acting_as: ActingAs | None = None


@event("enrollment.clarification_asked.v1")
class ClarificationAsked(_AboutAnEnrollment):
    """The trainer asked the person a question."""

    asked_by: UUID
    question: PersonalText
    acting_as: ActingAs | None = None


@event("enrollment.clarification_given.v1")
class ClarificationGiven(_AboutAnEnrollment):
    """The person answered the trainer's question."""

    answer: PersonalText


@event("enrollment.enrollment_validated.v1")
class EnrollmentValidated(_AboutAnEnrollment):
    """The trainer validated the request. The person is enrolled once a seat is held, which may be now or later."""

    validated_by: UUID
    acting_as: ActingAs | None = None


@event("enrollment.enrollment_declined.v1")
class EnrollmentDeclined(_AboutAnEnrollment):
    """The trainer declined the request."""

    declined_by: UUID
    reason: PersonalText
    acting_as: ActingAs | None = None


@event("enrollment.enrollment_withdrawn.v1")
class EnrollmentWithdrawn(_AboutAnEnrollment):
    """The person withdrew the request, or an employer or staff recorded it for the person.

    `late`: the withdrawal came inside the notice period. `seat_before` is the seat that the request had until then.
    """

    late: bool
    seat_before: Seat
    withdrawn_by: UUID | None = None
    acting_as: ActingAs | None = None
    reason: PersonalText | None = None


@event("enrollment.enrollment_abandoned.v1")
class EnrollmentAbandoned(_AboutAnEnrollment):
    """The person gave up after the first slot had begun. The presences recorded stay, and nobody is promoted."""

    abandoned_by: UUID
    acting_as: ActingAs
    reason: PersonalText | None = None


@event("enrollment.decision_undone.v1")
class DecisionUndone(_AboutAnEnrollment):
    """Whoever decided took the decision back within a few minutes: the request is as it was before it.

    `seat_before` is the seat that the request had with the decision.
    """

    decision: Decision
    undone_by: UUID
    acting_as: ActingAs
    seat_before: Seat


@event("enrollment.enrollment_reopened.v1")
class EnrollmentReopened(_AboutAnEnrollment):
    """Staff reopened a request that was `closed_as`. `decide_before`: as above, if an employer has to decide again."""

    reopened_by: UUID
    reason: PersonalText
    closed_as: Approval
    decide_before: AwareDatetime | None = None


@event("enrollment.enrollment_transferred.v1")
class EnrollmentTransferred(_AboutAnEnrollment):
    """The request was moved to another session of the same training: `enrollment.session_id` is the new one."""

    from_session_id: UUID
    transferred_by: UUID
    acting_as: ActingAs
    reason: PersonalText | None = None
    seat_before: Seat


@event("enrollment.enrollment_structure_changed.v1")
class EnrollmentStructureChanged(_AboutAnEnrollment):
    """The structure of the person was merged into another one: `enrollment.structure_id` is the new one."""

    from_structure_id: UUID


class EndingAct(Snapshot):
    """One act that ended all open requests of a person in a structure: the events of all of them carry the same.

    The attachment ended; or somebody chose to cancel what was left open because the account was disabled or the status
    `beneficiary` lost.
    """

    id: UUID
    because: EndedBecause
    enrollment_ids: tuple[UUID, ...]


@event("enrollment.enrollment_cancelled.v1")
class EnrollmentCancelled(_AboutAnEnrollment):
    """The request was cancelled: by the employer, a referent or staff, or because the session or attachment ended.

    `by` tells which; it is `trainer` if the sheet of the session was closed without a validation, and `clock` if the
    session took place without the person. `cancelled_by` is the account that acted; it is null if no person acted.
    `act` is null if nothing else ended with the request, and in events from before it was known.
    """

    by: CancelledBy
    cancelled_by: UUID | None
    reason: PersonalText
    seat_before: Seat
    act: EndingAct | None = None


class SlotPresence(Snapshot):
    """Whether the person was present during one slot. `excused` says so of an absence; null if nobody recorded it."""

    slot_id: UUID
    present: bool
    excused: bool | None = None
    arrived_at: AwareDatetime | None = None


@event("enrollment.attendance_recorded.v1")
class AttendanceRecorded(_AboutAnEnrollment):
    """The attendance of one enrolled person, when the sheet of the session was closed, or when a line was corrected.

    `attended`: the person was present during at least one slot. `corrected`: an attendance published before was wrong.
    """

    attended: bool
    slots: tuple[SlotPresence, ...]
    corrected: bool = False


@event("enrollment.decision_reminded.v1")
class DecisionReminded(_AboutAnEnrollment):
    """Somebody has kept a request waiting for long: they are reminded, once for each `occasion` ("day_7", "eve").

    `awaited` is whose decision or answer is missing. `decide_before` is when the request expires, if it does.
    """

    awaited: Awaited
    occasion: str
    decide_before: AwareDatetime | None = None


@command("enrollment.keep_motivation.v1", to="notifier")
class KeepMotivation(Message):
    """The motivation of a request, for the mails that ask for a decision; the notifier forgets it when they have left.

    It is a command because no other service may learn it, and because commands are not kept in the event log.
    """

    enrollment_id: UUID
    version: int
    motivation: ConfidentialText

    @property
    def aggregate_id(self) -> UUID:
        return self.enrollment_id

    @property
    def aggregate_version(self) -> int:
        return self.version


@command("enrollment.send_session_message.v1", to="notifier")
class SendSessionMessage(Message):
    """Send the words of a trainer or of staff to people of a session."""

    id: UUID
    session_id: UUID
    sent_by: UUID
    acting_as: ActingAs
    account_ids: tuple[UUID, ...]
    subject: PersonalText
    text: PersonalText

    @property
    def aggregate_id(self) -> UUID:
        return self.id

    @property
    def aggregate_version(self) -> int:
        return 1


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
