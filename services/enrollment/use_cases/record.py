"""The end of every decision: store its facts and emit their messages.

Before a message after which somebody has to decide, the motivation goes to the notifier, so that the mail shows it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.enrollment.domain.deadlines import deadlines
from services.enrollment.domain.enrollment import Enrollment, Line
from services.enrollment.domain.facts import Fact, MovedFact, OccupancyChanged, Requested
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.states import Approval, Move, Seat
from services.enrollment.storage.details import EnrollmentDetails, MoveMade, PersonName
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.announce import announce
from shared.contracts.enrollment import KeepMotivation


async def record(tx: Transaction, facts: Sequence[Fact], *, now: datetime) -> None:
    """Store the moved requests and the changed seats, and emit the messages in the order of the facts."""
    moved = [fact for fact in facts if isinstance(fact, MovedFact)]
    seats = {fact.seats.id: fact.seats for fact in facts if isinstance(fact, OccupancyChanged)}
    motivations = await tx.changes.save(moved, list(seats.values())) if moved or seats else {}
    for fact in facts:
        if isinstance(fact, MovedFact):
            emit_motivation(tx, fact.enrollment, motivations.get(fact.enrollment.id), now=now)
        tx.emit(announce(fact, now=now))


async def record_requests(tx: Transaction, facts: Sequence[Requested], *, now: datetime) -> set[UUID]:
    """Store new requests and emit the messages of those that were added; return the ids of these.

    A request is not added if the person has an open one for the training.
    """
    added = await tx.carts.turn_into_requests(facts)
    for fact in facts:
        if fact.enrollment.id in added:
            emit_motivation(tx, fact.enrollment, fact.motivation, now=now)
            tx.emit(announce(fact, now=now))
    return added


def emit_motivation(tx: Transaction, enrollment: Enrollment, motivation: str | None, *, now: datetime) -> None:
    """Emit the motivation of a request that waits for a decision. `motivation` is None if it waits for none."""
    if motivation is not None:
        tx.emit(
            KeepMotivation(
                occurred_at=now, enrollment_id=enrollment.id, version=enrollment.version, motivation=motivation
            )
        )


async def record_decision(
    tx: Transaction, details: EnrollmentDetails, facts: Sequence[Fact], *, rules: Rules, now: datetime
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
        deadlines=deadlines(rules, asked_at=fact.enrollment.employer_asked_at, starts_at=details.session.starts_at),
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
