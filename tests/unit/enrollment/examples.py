"""Requests and sessions to test with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.session_seats import SessionPlan, SessionSeats
from services.enrollment.domain.states import Approval, Seat

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOMEBODY = UUID("0c7a1b4e-55f0-4c39-8a3d-0f5d2f1f0001")


def a_request(approval: Approval = Approval.AWAITING_EMPLOYER, seat: Seat = Seat.NONE) -> Enrollment:
    """A request in any state, made by somebody of some structure."""
    made = Enrollment(
        id=uuid4(),
        version=1,
        account_id=uuid4(),
        structure_id=uuid4(),
        training_id=uuid4(),
        session_id=uuid4(),
        requested_at=NOW,
        employer_asked_at=NOW,
    )
    return replace(made, approval=approval, seat=seat, queue_number=None if seat is Seat.NONE else 1)


def queued(number: int, structure_id: UUID | None = None, session_id: UUID | None = None) -> Enrollment:
    """A queued request, of an own structure unless told."""
    return replace(
        a_request(Approval.AWAITING_TRAINER, Seat.QUEUED),
        structure_id=structure_id or uuid4(),
        session_id=session_id or uuid4(),
        queue_number=number,
    )


def a_plan(
    capacity: int, *, starts: int = 30, closes: int = 20, ends: int | None = None, scheduled: bool = True
) -> SessionPlan:
    """A session that starts, closes for requests and ends that many days from now."""
    return SessionPlan(
        version=1,
        capacity=capacity,
        closes_at=NOW + timedelta(days=closes),
        starts_at=NOW + timedelta(days=starts),
        ends_at=NOW + timedelta(days=starts + 1 if ends is None else ends),
        scheduled=scheduled,
    )


def a_session(capacity: int, *, held: int = 0, starts: int = 30, closes: int = 20) -> SessionSeats:
    """The seats of a session that is to come."""
    return SessionSeats(
        id=uuid4(),
        plan=a_plan(capacity, starts=starts, closes=closes),
        held=held,
        overbooked_to=held if held > capacity else None,
        last_queue_number=held,
    )
