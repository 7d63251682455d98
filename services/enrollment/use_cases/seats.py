"""Give free seats of a training outside a decision about one request."""

from datetime import datetime
from uuid import UUID

from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.load import load_training
from services.enrollment.use_cases.record import record


async def allocate_free_seats(tx: Transaction, training_id: UUID, *, now: datetime) -> None:
    """Give the free seats of a training to the queued requests that may have them under the rules in force."""
    training = await load_training(tx, training_id, now=now)
    await record(tx, training.allocate(), now=now)
