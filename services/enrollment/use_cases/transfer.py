"""Move a request to another session of the same training. One lock covers all sessions of the training."""

from datetime import datetime
from uuid import UUID

from services.enrollment.domain.states import Move
from services.enrollment.storage.access import Actor
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases import read
from services.enrollment.use_cases.load import load_request
from services.enrollment.use_cases.offer import Offered
from services.enrollment.use_cases.record import record


async def transfer_request(
    tx: Transaction, enrollment_id: UUID, session_id: UUID, *, actor: Actor, now: datetime, reason: str
) -> Offered:
    """Staff move a request at once. Raises TransferImpossible and SessionIsOver."""
    request = await load_request(tx, enrollment_id, Move.TRANSFER, actor=actor, role="staff", now=now)
    facts = request.training.transfer(
        request.enrollment, session_id, by=actor.account_id, acting_as="staff", note=reason
    )
    await record(tx, facts, now=now)
    return await read.one(tx, enrollment_id, actor, now)
