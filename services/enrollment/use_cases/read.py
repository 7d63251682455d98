"""Compute the ranks of queued requests for a reader; a rank is not stored, because it depends on the whole queue."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.enrollment.domain.rules.structure_cap import structure_cap
from services.enrollment.domain.states import Seat
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.transaction import Transaction


async def with_ranks(
    tx: Transaction, requests: Sequence[EnrollmentDetails], now: datetime
) -> Sequence[EnrollmentDetails]:
    """The same requests, with the ranks of those that are queued."""
    trainings = {each.enrollment.training_id for each in requests if each.enrollment.seat is Seat.QUEUED}
    if not trainings:
        return requests
    cap = structure_cap(await tx.rules.load())
    queues = await tx.seats.queues(sorted(trainings), now)
    return [
        replace(each, rank=queues[each.enrollment.training_id].rank_of(each.enrollment, cap=cap))
        if each.enrollment.seat is Seat.QUEUED
        else each
        for each in requests
    ]
