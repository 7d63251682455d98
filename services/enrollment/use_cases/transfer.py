"""Move a request to another session of the same training. One lock covers all sessions of the training."""

from datetime import datetime
from uuid import UUID

from services.enrollment.domain.states import Move
from services.enrollment.storage.access import Actor
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.load import load_request
from services.enrollment.use_cases.record import record


async def transfer_request(
    tx: Transaction, enrollment_id: UUID, session_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> EnrollmentDetails:
    """Staff move a request at once. Raises TransferImpossible and SessionIsOver."""
    request = await load_request(tx, enrollment_id, Move.TRANSFER, actor=actor, role="staff", now=now)
    facts = request.training.transfer(
        request.enrollment, session_id, by=actor.account_id, acting_as="staff", note=reason
    )
    await record(tx, facts, now=now)
    return await tx.enrollments.load(enrollment_id, actor, "reader")
