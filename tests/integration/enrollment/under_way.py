"""Lets a session be under way: its first slot has begun, its last one is to come."""

from datetime import timedelta
from uuid import UUID

from shared.contracts.catalogue import SessionRescheduled
from tests.integration.enrollment.enrollment_service import EnrollmentService


async def begins(service: EnrollmentService, session_id: UUID) -> None:
    """Deliver the event that the first slot began an hour ago, and that the last one begins in a minute."""
    before = service.sessions[session_id]
    first, last = before.slots[0], before.slots[-1]
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    slots = (
        first.model_copy(update={"starts_at": service.now - hour, "ends_at": service.now + minute}),
        last.model_copy(update={"starts_at": service.now + minute, "ends_at": service.now + hour}),
    )
    times = {"opens_at": service.now - 20 * hour, "closes_at": service.now - 10 * hour}
    after = service.next_of(session_id, slots=slots, **times)
    await service.tell(SessionRescheduled(occurred_at=service.now, session=after, moved=True))
