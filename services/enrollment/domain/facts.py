"""Facts about requests and seats: decisions return them, use cases store them and emit their messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.enrollment.domain.attendance import Attendance
from services.enrollment.domain.enrollment import Enrollment, Line
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import ActingAs, Approval, CancelledBy, Move, Seat
from services.enrollment.domain.transfer import TransferredAs

EndedBecause = Literal["attachment_ended", "disabled", "status_lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """A person requested a session. All `cart_size` requests of one validated cart have the same `cart_id`.

    `decide_before` is when the request expires; None if the rule of the deadline is off.
    """

    enrollment: Enrollment
    motivation: str
    cart_id: UUID
    cart_size: int
    decide_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedFact:
    """A request has moved: the request as it is now, its new lines of history, and its rank if it is queued."""

    enrollment: Enrollment
    lines: tuple[Line, ...]
    rank: Rank | None = None

    @property
    def acted_as(self) -> ActingAs:
        """The role of whoever made the move."""
        return self.lines[0].acting_as


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(MovedFact):
    """The employer agreed. If the request got a seat at once, this fact includes it: there is no `Promoted` fact."""

    accepted_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedByEmployer(MovedFact):
    """The employer did not agree."""

    refused_by: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired(MovedFact):
    """No employer decided in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated(MovedFact):
    """The trainer agreed: the person is enrolled as soon as they hold a seat."""

    validated_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationAsked(MovedFact):
    """The trainer asked the person a question."""

    asked_by: UUID
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClarificationGiven(MovedFact):
    """The person answered the trainer's question."""

    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined(MovedFact):
    """The trainer did not agree."""

    declined_by: UUID
    reason: str
    seat_before: Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(MovedFact):
    """The person gave up, or somebody recorded it. `enrollment.late` is true if this was inside the notice period."""

    seat_before: Seat
    withdrawn_by: UUID
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned(MovedFact):
    """The person gave up after the first slot had begun, or somebody recorded it."""

    seat_before: Seat
    abandoned_by: UUID
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionUndone(MovedFact):
    """Whoever decided took the `decision` back. `seat_before` is the seat that the request had with it."""

    decision: Move
    undone_by: UUID
    seat_before: Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened(MovedFact):
    """Staff reopened a request that was `closed_as`. `decide_before`: as for Requested, if an employer decides now."""

    reopened_by: UUID
    reason: str
    closed_as: Approval
    decide_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingAct:
    """One act that ended all open requests of a person in a structure, whose ids are `enrollment_ids`."""

    id: UUID
    because: EndedBecause
    enrollment_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(MovedFact):
    """The request was cancelled: the employer took the agreement back, or the session or the attachment ended.

    `cancelled_by` is None if no person acted; `act` is None if it was not about all requests of the person.
    """

    acting_as: CancelledBy
    cancelled_by: UUID | None
    reason: str
    seat_before: Seat
    act: EndingAct | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Promoted(MovedFact):
    """A queued request was given a seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(MovedFact):
    """A request was moved to another session of the training. If it got a seat there at once, this fact includes it."""

    from_session_id: UUID
    transferred_by: UUID
    acting_as: TransferredAs
    reason: str | None
    seat_before: Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureChanged(MovedFact):
    """The structure of the person was merged into another one, which the request belongs to now."""

    from_structure_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted(MovedFact):
    """A person who came without a seat was added to the sheet: the request is validated and holds a seat."""

    admitted_by: UUID
    acting_as: ActingAs


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRecorded(MovedFact):
    """The attendance of an enrolled person was closed, or `corrected` after it had been."""

    attendance: Attendance
    corrected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetBegun:
    """The first presence of a session was recorded. `version` is that of the sheet."""

    session_id: UUID
    version: int
    begun_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetClosed:
    """The sheet of a session was closed. `version` is that of the sheet."""

    session_id: UUID
    version: int
    closed_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReopened:
    """The closed sheet of a session was reopened, to be corrected."""

    session_id: UUID
    version: int
    reopened_by: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OccupancyChanged:
    """The seats or the queue of a session changed. `queued` is the present number of queued requests."""

    seats: SessionSeats
    queued: int


Moved = (
    Accepted
    | RefusedByEmployer
    | Expired
    | Validated
    | ClarificationAsked
    | ClarificationGiven
    | Declined
    | Withdrawn
    | Abandoned
    | Cancelled
    | DecisionUndone
    | Reopened
    | Promoted
    | Transferred
    | StructureChanged
    | Admitted
    | AttendanceRecorded
)
Ended = Declined | Withdrawn | Abandoned | Cancelled
Restored = DecisionUndone | Reopened
Fact = Requested | Moved | OccupancyChanged | SheetBegun | SheetClosed | SheetReopened
