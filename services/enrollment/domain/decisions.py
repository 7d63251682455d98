"""Decisions of people, the clock and the queue about one request. `training_seats` computes their effect on seats."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.enrollment.domain import facts
from services.enrollment.domain.attendance import Attendance
from services.enrollment.domain.enrollment import Enrollment, Line, SessionHasBegun, SessionIsOver, moved, restored
from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.states import ActingAs, Approval, CancelledBy, Move, Seat

ByEmployer = Literal["employer", "staff"]
ByTrainer = Literal["trainer", "staff"]
ByPerson = Literal["beneficiary", "employer", "staff"]
ByAnybody = Literal["beneficiary", "employer", "trainer", "staff"]


def enter(
    enrollment: Enrollment,
    *,
    queue_number: int,
    by: UUID,
    at: datetime,
    session_ends: datetime,
    acting_as: ByEmployer,
    note: str | None,
) -> tuple[Enrollment, Line]:
    """The first half of an acceptance: the request enters the queue. The second half may promote it at once."""
    after, line = moved(enrollment, Move.ACCEPT, by=by, acting_as=acting_as, at=at, note=note)
    _not_over(session_ends, at)
    return replace(after, queue_number=queue_number), line


def refuse(
    enrollment: Enrollment, *, by: UUID, at: datetime, reason: str, acting_as: ByEmployer = "employer"
) -> facts.RefusedByEmployer:
    after, line = moved(enrollment, Move.REFUSE, by=by, acting_as=acting_as, at=at, note=reason)
    return facts.RefusedByEmployer(enrollment=after, lines=(line,), refused_by=by, reason=reason)


def expire(enrollment: Enrollment, *, at: datetime) -> facts.Expired:
    after, line = moved(enrollment, Move.EXPIRE, by=None, acting_as="clock", at=at, note=None)
    return facts.Expired(enrollment=after, lines=(line,))


def validate(
    enrollment: Enrollment,
    *,
    rank: Rank | None,
    by: UUID,
    at: datetime,
    acting_as: ByTrainer = "trainer",
    note: str | None = None,
) -> facts.Validated:
    """The trainer agrees: the person is enrolled if the request holds a seat, otherwise as soon as it gets one.

    The `rank` in the queue does not change.
    """
    after, line = moved(enrollment, Move.VALIDATE, by=by, acting_as=acting_as, at=at, note=note)
    return facts.Validated(enrollment=after, lines=(line,), rank=rank, validated_by=by)


def ask(
    enrollment: Enrollment,
    *,
    rank: Rank | None,
    by: UUID,
    at: datetime,
    question: str,
    acting_as: ByTrainer = "trainer",
) -> facts.ClarificationAsked:
    after, line = moved(enrollment, Move.ASK, by=by, acting_as=acting_as, at=at, note=question)
    return facts.ClarificationAsked(enrollment=after, lines=(line,), rank=rank, asked_by=by, question=question)


def answer(enrollment: Enrollment, *, rank: Rank | None, by: UUID, at: datetime, text: str) -> facts.ClarificationGiven:
    after, line = moved(enrollment, Move.ANSWER, by=by, acting_as="beneficiary", at=at, note=text)
    return facts.ClarificationGiven(enrollment=after, lines=(line,), rank=rank, answer=text)


def decline(
    enrollment: Enrollment, *, by: UUID, at: datetime, reason: str, acting_as: ByTrainer = "trainer"
) -> facts.Declined:
    after, line = moved(enrollment, Move.DECLINE, by=by, acting_as=acting_as, at=at, note=reason)
    return facts.Declined(enrollment=after, lines=(line,), declined_by=by, reason=reason, seat_before=enrollment.seat)


def withdraw(
    enrollment: Enrollment,
    *,
    by: UUID,
    at: datetime,
    first_slot: datetime,
    session_ends: datetime,
    notice: timedelta | None,
    reason: str | None = None,
    acting_as: ByPerson = "beneficiary",
) -> facts.Withdrawn:
    """The person gives up before the first slot. Inside the notice period this is marked as late.

    `notice` is None if the rule is off. Its days are those of the calendar in France, also over a change of the hour.
    """
    after, line = moved(enrollment, Move.WITHDRAW, by=by, acting_as=acting_as, at=at, note=reason)
    _not_over(session_ends, at)
    late = notice is not None and at > first_slot.astimezone(PARIS) - notice
    return facts.Withdrawn(
        enrollment=replace(after, late=late),
        lines=(line,),
        seat_before=enrollment.seat,
        withdrawn_by=by,
        reason=reason,
    )


def abandon(
    enrollment: Enrollment, *, by: UUID, at: datetime, reason: str | None, acting_as: ByAnybody
) -> facts.Abandoned:
    """The person gives up after the first slot has begun: the presences stay, and the seat is not given again."""
    after, line = moved(enrollment, Move.ABANDON, by=by, acting_as=acting_as, at=at, note=reason)
    return facts.Abandoned(enrollment=after, lines=(line,), seat_before=enrollment.seat, abandoned_by=by, reason=reason)


def gives_up_later(enrollment: Enrollment, *, first_slot: datetime, at: datetime) -> bool:
    """Whether giving up is an abandonment: the session has begun, and the person has a seat in it."""
    return enrollment.seat is Seat.HELD and at >= first_slot


def undo(
    enrollment: Enrollment, decision: Line, *, by: UUID, at: datetime, acting_as: ActingAs
) -> facts.DecisionUndone:
    """Take a decision back; `decision` is its line of history. `training_seats` computes what follows for seats."""
    after, line = restored(enrollment, Move.UNDO, to=_before(decision), by=by, acting_as=acting_as, at=at, note=None)
    return facts.DecisionUndone(
        enrollment=after, lines=(line,), decision=decision.move, undone_by=by, seat_before=enrollment.seat
    )


def reopen(
    enrollment: Enrollment, closing: Line, *, by: UUID, at: datetime, reason: str, decide_before: datetime | None
) -> facts.Reopened:
    """Staff reopen a closed request; `closing` is the line of history that closed it.

    `decide_before` is when the request expires if it waits for an employer again.
    """
    after, line = restored(enrollment, Move.REOPEN, to=_before(closing), by=by, acting_as="staff", at=at, note=reason)
    return facts.Reopened(
        enrollment=after,
        lines=(line,),
        reopened_by=by,
        reason=reason,
        closed_as=enrollment.approval,
        decide_before=decide_before if after.approval is Approval.AWAITING_EMPLOYER else None,
    )


def _before(line: Line) -> tuple[Approval, Seat]:
    """The state before a line. A seat that was held is asked for again: the request is queued with its old number."""
    if line.to_seat is Seat.HELD and line.from_seat is Seat.HELD:  # the seat stayed: the trainer's validation
        return line.from_approval, Seat.HELD
    return line.from_approval, Seat.NONE if line.from_seat is Seat.NONE else Seat.QUEUED


def cancel(
    enrollment: Enrollment, *, by: UUID | None, at: datetime, reason: str, acting_as: CancelledBy
) -> facts.Cancelled:
    after, line = moved(enrollment, Move.CANCEL, by=by, acting_as=acting_as, at=at, note=reason)
    return facts.Cancelled(
        enrollment=after,
        lines=(line,),
        acting_as=acting_as,
        cancelled_by=by,
        reason=reason,
        seat_before=enrollment.seat,
    )


def follow(
    enrollment: Enrollment, structure_id: UUID, *, rank: Rank | None, at: datetime, note: str | None
) -> facts.StructureChanged:
    """The structure of the person was merged into another one: its employers are asked, if none has decided yet.

    The seat and the `rank` in the queue do not change.
    """
    after, line = moved(enrollment, Move.FOLLOW, by=None, acting_as="structure", at=at, note=note)
    is_asked = after.approval is Approval.AWAITING_EMPLOYER
    after = replace(after, structure_id=structure_id, employer_asked_at=at if is_asked else after.employer_asked_at)
    return facts.StructureChanged(enrollment=after, lines=(line,), rank=rank, from_structure_id=enrollment.structure_id)


def promote(enrollment: Enrollment, *, at: datetime) -> facts.Promoted:
    """The request is the next in the queue and gets a seat."""
    after, line = moved(enrollment, Move.PROMOTE, by=None, acting_as="queue", at=at, note=None)
    return facts.Promoted(enrollment=after, lines=(line,))


def promote_early(
    enrollment: Enrollment, *, by: UUID, at: datetime, reason: str, first_slot: datetime
) -> facts.Promoted:
    """Staff give a seat to a request before its turn, until the session begins."""
    after, line = moved(enrollment, Move.PROMOTE, by=by, acting_as="staff", at=at, note=reason)
    not_begun(first_slot, at)
    return facts.Promoted(enrollment=after, lines=(line,))


def admit(
    enrollment: Enrollment, *, queue_number: int, by: UUID, at: datetime, acting_as: ByTrainer, note: str | None
) -> facts.Admitted:
    """A person who came without a seat is added to the sheet. A request that has a queue number keeps it."""
    after, line = moved(enrollment, Move.ADMIT, by=by, acting_as=acting_as, at=at, note=note)
    after = replace(after, queue_number=enrollment.queue_number or queue_number)
    return facts.Admitted(enrollment=after, lines=(line,), admitted_by=by, acting_as=acting_as)


def attend(
    enrollment: Enrollment, attendance: Attendance, *, by: UUID, at: datetime, acting_as: ByTrainer, note: str | None
) -> facts.AttendanceRecorded:
    """Close the attendance of an enrolled person. Afterwards the request only moves by corrections."""
    after, line = moved(enrollment, Move.ATTEND, by=by, acting_as=acting_as, at=at, note=note)
    return facts.AttendanceRecorded(enrollment=_attended(after, attendance), lines=(line,), attendance=attendance)


def correct(
    enrollment: Enrollment, attendance: Attendance, *, by: UUID, at: datetime, acting_as: ByTrainer, note: str | None
) -> facts.AttendanceRecorded:
    """Change an attendance that was closed."""
    after, line = moved(enrollment, Move.CORRECT, by=by, acting_as=acting_as, at=at, note=note)
    return facts.AttendanceRecorded(
        enrollment=_attended(after, attendance), lines=(line,), attendance=attendance, corrected=True
    )


def not_begun(first_slot: datetime, at: datetime) -> None:
    """Raises SessionHasBegun."""
    if at >= first_slot:
        raise SessionHasBegun(first_slot)


def _attended(enrollment: Enrollment, attendance: Attendance) -> Enrollment:
    """Each attendance of a person who was there is a certificate."""
    return replace(enrollment, attendance=attendance, certificate=enrollment.certificate + attendance.attended)


def _not_over(session_ends: datetime, at: datetime) -> None:
    if at >= session_ends:
        raise SessionIsOver(session_ends)
