"""The end of every decision: store its facts and emit their messages."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.enrollment.domain.enrollment import Line
from services.enrollment.domain.facts import Fact, MovedFact, OccupancyChanged
from services.enrollment.domain.states import Approval, Move, Seat
from services.enrollment.storage.details import EnrollmentDetails, MoveMade, PersonName
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
    seats = [each for each in facts if isinstance(each, OccupancyChanged) and each.seats.id == details.session.id]
    closed_by = fact.lines[-1].acting_as if fact.enrollment.approval is Approval.CANCELLED else None
    made = [_made(line, details.acting) for line in fact.lines if line.acting_as != "queue"]
    asked = [line for line in made if line.move == Move.ASK.value]
    got = (fact.enrollment.seat is Seat.HELD) - (details.enrollment.seat is Seat.HELD)
    waits = fact.enrollment.approval is Approval.AWAITING_BENEFICIARY
    return replace(
        details,
        enrollment=fact.enrollment,
        rank=fact.rank,
        closed_by=closed_by,
        last_decision=made[-1] if made else details.last_decision,
        question=(asked[-1] if asked else details.question) if waits else None,
        held_by_structure=details.held_by_structure + got,
        session=replace(details.session, held=seats[-1].seats.held, queued=seats[-1].queued)
        if seats
        else details.session,
    )


def _made(line: Line, acting: PersonName | None) -> MoveMade:
    return MoveMade(move=line.move.value, acting_as=line.acting_as, at=line.at, by=acting, note=line.note)
