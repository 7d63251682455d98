"""One person's request for one session, with its two states: `approval` (the decision) and `seat`.

The two states are separate values. `moved` makes every change of them: it follows the tables in `states` and returns a
line of the history. Identifiers, times and queue numbers are arguments.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from services.enrollment.domain.attendance import Attendance
from services.enrollment.domain.paris import day
from services.enrollment.domain.states import (
    ACTORS,
    OF_THE_SHEET,
    OPEN,
    SEATS,
    TRANSITIONS,
    ActingAs,
    Approval,
    Move,
    Seat,
    status_label,
)
from shared.errors import Refused


class IllegalMove(Refused):
    """The `approval` and the `seat` of the request do not allow the move."""

    def __init__(self, approval: Approval, seat: Seat, move: Move) -> None:
        super().__init__(approval, seat, move)
        self.approval, self.seat, self.move = approval, seat, move

    @property
    def sentence(self) -> str:
        return f"Ce n'est plus possible : l'état de la demande est « {status_label(self.approval, self.seat, None)} »."


class SessionHasBegun(Refused):
    """The first slot has begun: no seat is given any more, and what was given up is an abandonment."""

    def __init__(self, began_at: datetime) -> None:
        super().__init__(began_at)
        self.began_at = began_at

    @property
    def sentence(self) -> str:
        return f"La session a commencé le {day(self.began_at)} : aucune place n'est plus donnée."


class SessionIsOver(Refused):
    """The session is over: its requests cannot be accepted, withdrawn or promoted any more."""

    def __init__(self, ended_at: datetime) -> None:
        super().__init__(ended_at)
        self.ended_at = ended_at

    @property
    def sentence(self) -> str:
        return f"La session s'est terminée le {day(self.ended_at)} : la demande ne change plus."


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrollment:
    """One request. The acceptance gives the `queue_number`, and it never changes, even if the request loses its seat.

    The motivation is not part of this class: no decision depends on it, and queues are loaded without it.
    """

    id: UUID
    version: int
    account_id: UUID
    structure_id: UUID
    training_id: UUID
    session_id: UUID
    requested_at: datetime
    employer_asked_at: datetime
    """When the employer was asked last: with the request, or when it came back to them."""
    approval: Approval = Approval.AWAITING_EMPLOYER
    seat: Seat = Seat.NONE
    queue_number: int | None = None
    late: bool = False
    attendance: Attendance | None = None
    certificate: int = 0
    """How many certificates of attendance were issued: a correction of who attended issues another one."""

    @property
    def attended(self) -> bool | None:
        """Whether the person attended. None until the attendance is recorded."""
        return None if self.attendance is None else self.attendance.attended

    @property
    def is_open(self) -> bool:
        """Whether the request can still move. After its attendance is recorded it cannot."""
        return self.approval in OPEN and self.attendance is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the history: one move of the request, with the `version` of the request after it."""

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


def allowed_moves(enrollment: Enrollment, acting_as: ActingAs | None = None) -> frozenset[Move]:
    """The moves that the states of the request allow for a role, or for any role if `acting_as` is None.

    The moves of the session's sheet are never included: nobody makes them for one request.
    """
    return moves_of_states(enrollment.approval, enrollment.seat, enrollment.attendance is not None, acting_as)


@cache  # it depends on the tables only, and is asked for each line of each list
def moves_of_states(
    approval: Approval,
    seat: Seat,
    is_attended: bool,  # noqa: FBT001 - `cache` is slower with names
    acting_as: ActingAs | None,
) -> frozenset[Move]:
    """What `allowed_moves` says about a request in these states."""
    return frozenset(
        move
        for move, actors in ACTORS.items()
        if move not in OF_THE_SHEET
        and _can(approval, seat, is_attended, move)
        and (acting_as is None or acting_as in actors)
    )


def moved(
    enrollment: Enrollment, move: Move, *, by: UUID | None, acting_as: ActingAs, at: datetime, note: str | None
) -> tuple[Enrollment, Line]:
    """The request after a move, and the line of history. Raises IllegalMove."""
    if not _can(enrollment.approval, enrollment.seat, enrollment.attendance is not None, move):
        raise IllegalMove(enrollment.approval, enrollment.seat, move)
    approval, seat = TRANSITIONS[enrollment.approval, move], SEATS[enrollment.seat, move]
    after = replace(
        enrollment,
        approval=approval,
        seat=seat,
        version=enrollment.version + 1,
        employer_asked_at=_employer_asked_at(enrollment, approval, at),
    )
    return after, _line(enrollment, after, move, by=by, acting_as=acting_as, at=at, note=note)


def restored(
    enrollment: Enrollment,
    move: Move,
    *,
    to: tuple[Approval, Seat],
    by: UUID,
    acting_as: ActingAs,
    at: datetime,
    note: str | None,
) -> tuple[Enrollment, Line]:
    """The request in an earlier state, by UNDO or REOPEN, and the line of history.

    The queue number is kept as long as the request has a seat or a place in the queue: nobody else's place changes.
    """
    approval, seat = to
    keeps_number = seat is not Seat.NONE
    after = replace(
        enrollment,
        approval=approval,
        seat=seat,
        version=enrollment.version + 1,
        queue_number=enrollment.queue_number if keeps_number else None,
        late=False,
        employer_asked_at=_employer_asked_at(enrollment, approval, at),
    )
    return after, _line(enrollment, after, move, by=by, acting_as=acting_as, at=at, note=note)


def asks_for_a_decision(enrollment: Enrollment) -> bool:
    """Whether an employer, or the trainers, have to decide about the request now. Trainers decide who has a seat."""
    if enrollment.approval is Approval.AWAITING_TRAINER:
        return enrollment.seat is Seat.HELD
    return enrollment.approval is Approval.AWAITING_EMPLOYER


def changes_seat(enrollment: Enrollment, move: Move) -> bool:
    """Whether a move, which must be allowed, changes the seat of the request."""
    return SEATS[enrollment.seat, move] is not enrollment.seat


def _employer_asked_at(before: Enrollment, approval: Approval, at: datetime) -> datetime:
    comes_back = approval is Approval.AWAITING_EMPLOYER and before.approval is not approval
    return at if comes_back else before.employer_asked_at


def _line(
    before: Enrollment,
    after: Enrollment,
    move: Move,
    *,
    by: UUID | None,
    acting_as: ActingAs,
    at: datetime,
    note: str | None,
) -> Line:
    return Line(
        enrollment_id=before.id,
        version=after.version,
        move=move,
        from_approval=before.approval,
        to_approval=after.approval,
        from_seat=before.seat,
        to_seat=after.seat,
        by=by,
        acting_as=acting_as,
        at=at,
        note=note,
    )


def _can(approval: Approval, seat: Seat, is_attended: bool, move: Move) -> bool:  # noqa: FBT001 - as above
    in_both = (approval, move) in TRANSITIONS and (seat, move) in SEATS
    # once its attendance is recorded, a request makes no other move than its correction
    return in_both and is_attended == (move is Move.CORRECT)
