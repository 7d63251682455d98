"""What a reader sees of requests beyond what is stored with them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.enrollment.domain.enrollment import Seat
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.seats import ranks


async def with_ranks(tx: Transaction, found: Sequence[EnrollmentDetails], now: datetime) -> Sequence[EnrollmentDetails]:
    """The same requests, with the places of those who are queued."""
    queued = [seen.enrollment for seen in found if seen.enrollment.seat is Seat.QUEUED]
    if not queued:
        return found
    places = await ranks(tx, queued, await tx.rules.load(), now)
    return [replace(seen, rank=places.get(seen.enrollment.id)) for seen in found]
