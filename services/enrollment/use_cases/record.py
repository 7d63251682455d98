"""The end of every decision: store its facts and emit their messages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.enrollment.domain.facts import Fact, MovedFact, OccupancyChanged
from services.enrollment.domain.states import Approval
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.announce import announce


async def record(tx: Transaction, facts: Sequence[Fact], *, now: datetime) -> None:
    """Store the moved requests and the changed seats, and emit the messages in the order of the facts."""
    moved = [fact for fact in facts if isinstance(fact, MovedFact)]
    seats = {fact.seats.id: fact.seats for fact in facts if isinstance(fact, OccupancyChanged)}
    if moved or seats:
        await tx.changes.save(moved, list(seats.values()))
    for fact in facts:
        tx.emit(announce(fact, now=now))


async def record_decision(
    tx: Transaction, details: EnrollmentDetails, facts: Sequence[Fact], *, now: datetime
) -> EnrollmentDetails:
    """Record a decision about one request and return the request after the decision."""
    await record(tx, facts, now=now)
    [fact] = [each for each in facts if isinstance(each, MovedFact) and each.enrollment.id == details.enrollment.id]
    closed_by = fact.lines[-1].acting_as if fact.enrollment.approval is Approval.CANCELLED else None
    return replace(details, enrollment=fact.enrollment, rank=fact.rank, closed_by=closed_by)
