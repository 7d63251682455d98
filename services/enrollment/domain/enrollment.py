"""One person's request for one session: what is decided about it, and what it has of the session's seats.

The two are different facts and never one value. Every move is a function from an enrollment to the next one and the line of
history that says who moved it, when and why; identifiers, times and queue numbers come in as arguments.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from services.enrollment.domain.attendance import Attendance
from services.enrollment.domain.states import ACTORS, OPEN, TRANSITIONS, ActingAs, Approval, Move, Seat, status_label

__all__ = [
    "ACTORS",
    "OPEN",
    "TRANSITIONS",
    "ActingAs",
    "Approval",
    "Change",
    "Enrollment",
    "IllegalMove",
    "Move",
    "Moved",
    "NotEnrolled",
    "Seat",
    "SessionIsOver",
    "accept",
    "allowed_moves",
    "answer",
    "ask",
    "cancel",
    "decline",
    "expire",
    "promote",
    "promote_early",
    "record_attendance",
    "refuse",
    "status_label",
    "validate",
    "withdraw",
]


class IllegalMove(Exception):
    """The request cannot be moved so from where it is now: what happened meanwhile is in `approval` and `seat`."""

    def __init__(self, approval: Approval, seat: Seat, move: Move) -> None:
        super().__init__(approval, seat, move)
        self.approval, self.seat, self.move = approval, seat, move

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return f"Ce n'est plus possible : l'état de la demande est « {status_label(self.approval, self.seat, None)} »."


class SessionIsOver(Exception):
    """Nobody enters or gives up a session that has taken place. `ended_at` is in the zone it is read in."""

    def __init__(self, ended_at: datetime) -> None:
        super().__init__(ended_at)
        self.ended_at = ended_at

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return f"La session s'est terminée le {self.ended_at:%d/%m/%Y} : la demande ne change plus."


@dataclass(frozen=True, slots=True)
class Enrollment:
    """One request. `queue_number` is given at the acceptance and never changes, whatever becomes of the seat."""

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    training_id: UUID
    session_id: UUID
    motivation: str
    requested_at: datetime
    approval: Approval = Approval.AWAITING_EMPLOYER
    seat: Seat = Seat.NONE
    queue_number: int | None = None
    late: bool = False
    attendance: Attendance | None = None

    @property
    def is_open(self) -> bool:
        """Something may still become of it. A request whose attendance is recorded is over: no move is left to it."""
        return self.approval in OPEN and self.attendance is None


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the history: who moved the request, when, from what, to what, and why. `version` is the one it led to."""

    enrollment_id: UUID
    version: int
    move: Move
    from_approval: Approval
    to_approval: Approval
    from_seat: Seat
    to_seat: Seat
    by: UUID | None
    acting_as: ActingAs
    at: datetime
    note: str | None


class Moved(NamedTuple):
    """What a move gives: the enrollment as it is now, and the line of history."""

    enrollment: Enrollment
    change: Change


def allowed_moves(enrollment: Enrollment, acting_as: ActingAs | None = None) -> frozenset[Move]:
    """The moves that the request's state allows, to that role or (None) to anybody."""
    return frozenset(
        move for move, actors in ACTORS.items() if _can(enrollment, move) and (acting_as is None or acting_as in actors)
    )


def accept(
    enrollment: Enrollment,
    *,
    queue_number: int,
    by: UUID,
    at: datetime,
    session_ends: datetime,
    acting_as: Literal["employer", "staff"] = "employer",
    note: str | None = None,
) -> Moved:
    """The employer agrees. Everybody enters by the queue; who may have a seat is promoted in the same transaction."""
    moved = _move(enrollment, Move.ACCEPT, by=by, acting_as=acting_as, at=at, note=note)
    _not_over(session_ends, at)
    return Moved(replace(moved.enrollment, queue_number=queue_number), moved.change)


def refuse(
    enrollment: Enrollment, *, by: UUID, at: datetime, reason: str, acting_as: Literal["employer", "staff"] = "employer"
) -> Moved:
    """The employer does not agree."""
    return _move(enrollment, Move.REFUSE, by=by, acting_as=acting_as, at=at, note=reason)


def expire(enrollment: Enrollment, *, at: datetime) -> Moved:
    """No employer decided in time."""
    return _move(enrollment, Move.EXPIRE, by=None, acting_as="clock", at=at, note=None)


def validate(
    enrollment: Enrollment,
    *,
    by: UUID,
    at: datetime,
    acting_as: Literal["trainer", "staff"] = "trainer",
    note: str | None = None,
) -> Moved:
    """The trainer takes this person: enrolled if a seat is held, else as soon as one comes free."""
    return _move(enrollment, Move.VALIDATE, by=by, acting_as=acting_as, at=at, note=note)


def ask(
    enrollment: Enrollment, *, by: UUID, at: datetime, question: str, acting_as: Literal["trainer", "staff"] = "trainer"
) -> Moved:
    """The trainer comes back to the person with a question."""
    return _move(enrollment, Move.ASK, by=by, acting_as=acting_as, at=at, note=question)


def answer(enrollment: Enrollment, *, by: UUID, at: datetime, text: str) -> Moved:
    """The person answers the trainer's question."""
    return _move(enrollment, Move.ANSWER, by=by, acting_as="beneficiary", at=at, note=text)


def decline(
    enrollment: Enrollment, *, by: UUID, at: datetime, reason: str, acting_as: Literal["trainer", "staff"] = "trainer"
) -> Moved:
    """The trainer does not take this person; the seat goes back."""
    return _move(enrollment, Move.DECLINE, by=by, acting_as=acting_as, at=at, note=reason)


def withdraw(
    enrollment: Enrollment,
    *,
    by: UUID,
    at: datetime,
    first_slot: datetime,
    session_ends: datetime,
    notice: timedelta | None,
    note: str | None = None,
) -> Moved:
    """The person gives up; a held seat goes back, and short notice is remembered. `notice` is None where none is asked for."""
    moved = _move(enrollment, Move.WITHDRAW, by=by, acting_as="beneficiary", at=at, note=note)
    _not_over(session_ends, at)
    late = notice is not None and at > first_slot - notice
    return Moved(replace(moved.enrollment, late=late), moved.change)


def cancel(
    enrollment: Enrollment,
    *,
    by: UUID | None,
    at: datetime,
    reason: str,
    acting_as: Literal["employer", "staff", "session", "attachment"],
) -> Moved:
    """The agreement is taken back, or the session or the attachment is gone; a seat goes back."""
    return _move(enrollment, Move.CANCEL, by=by, acting_as=acting_as, at=at, note=reason)


def promote(enrollment: Enrollment, *, at: datetime) -> Moved:
    """Whoever was queued holds a seat now: it was their turn."""
    return _move(enrollment, Move.PROMOTE, by=None, acting_as="queue", at=at, note=None)


def promote_early(enrollment: Enrollment, *, at: datetime, by: UUID, reason: str, session_ends: datetime) -> Moved:
    """Staff give a free seat to somebody whose turn has not come: over the structure's cap."""
    moved = _move(enrollment, Move.PROMOTE, by=by, acting_as="staff", at=at, note=reason)
    _not_over(session_ends, at)
    return moved


def record_attendance(enrollment: Enrollment, attendance: Attendance) -> Enrollment:
    """The attendance of an enrolled person is closed; raises NotEnrolled for anybody else, or a second time."""
    if not enrollment.is_open or enrollment.approval is not Approval.VALIDATED or enrollment.seat is not Seat.HELD:
        raise NotEnrolled(enrollment.approval, enrollment.seat)
    return replace(enrollment, attendance=attendance, version=enrollment.version + 1)


class NotEnrolled(Exception):
    """Only who is validated and holds a seat has an attendance."""

    def __init__(self, approval: Approval, seat: Seat) -> None:
        super().__init__(approval, seat)
        self.approval, self.seat = approval, seat

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return "Seule une personne inscrite, dont la présence n'est pas encore close, peut être émargée."


def _not_over(session_ends: datetime, at: datetime) -> None:
    if at >= session_ends:
        raise SessionIsOver(session_ends)


def _can(enrollment: Enrollment, move: Move) -> bool:
    """The table allows the move; only who is queued can be promoted."""
    possible = enrollment.is_open and (enrollment.approval, move) in TRANSITIONS
    return possible and (move is not Move.PROMOTE or enrollment.seat is Seat.QUEUED)


def _move(
    enrollment: Enrollment, move: Move, *, by: UUID | None, acting_as: ActingAs, at: datetime, note: str | None
) -> Moved:
    if not _can(enrollment, move):
        raise IllegalMove(enrollment.approval, enrollment.seat, move)
    approval = TRANSITIONS[enrollment.approval, move]
    seat = _seat_after(enrollment.seat, move, approval)
    after = replace(enrollment, approval=approval, seat=seat, version=enrollment.version + 1)
    change = Change(
        enrollment_id=enrollment.id,
        version=after.version,
        move=move,
        from_approval=enrollment.approval,
        to_approval=approval,
        from_seat=enrollment.seat,
        to_seat=seat,
        by=by,
        acting_as=acting_as,
        at=at,
        note=note,
    )
    return Moved(after, change)


def _seat_after(seat: Seat, move: Move, approval: Approval) -> Seat:
    if approval not in OPEN:
        return Seat.NONE
    if move is Move.ACCEPT:
        return Seat.QUEUED
    if move is Move.PROMOTE:
        return Seat.HELD
    return seat
