"""Requests to test with."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.enrollment.domain.enrollment import Approval, Enrollment, Seat
from services.enrollment.domain.queue import Waiting

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
        motivation="Accompagner les salariés vers la VAE.",
        requested_at=NOW,
    )
    return replace(made, approval=approval, seat=seat, queue_number=None if seat is Seat.NONE else 1)


def queued(number: int, structure_id: UUID | None = None) -> Waiting:
    """Somebody in the queue, of an own structure unless told."""
    return Waiting(uuid4(), structure_id or uuid4(), number)
