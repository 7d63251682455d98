"""Undone decisions and reopened requests: what they do to the seats and queues of a training."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.domain import decisions
from services.enrollment.domain.enrollment import Enrollment, Line
from services.enrollment.domain.facts import DecisionUndone, Fact, MovedFact, OccupancyChanged, Promoted, Reopened
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import Approval, Move, Seat
from services.enrollment.domain.training_seats import Queues, TrainingSeats
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_plan, a_request, a_session, queued
from tests.unit.enrollment.move_sequence import NOTHING_QUEUED


def declined(session: SessionSeats, *, seat: Seat = Seat.HELD, number: int = 1) -> tuple[Enrollment, Line]:
    """A request that a trainer has just declined, with the line of history."""
    before = replace(a_request(Approval.AWAITING_TRAINER, seat), session_id=session.id, queue_number=number)
    fact = decisions.decline(before, by=SOMEBODY, at=NOW, reason="Erreur.")
    return fact.enrollment, fact.lines[0]


def undone(enrollment: Enrollment, line: Line) -> DecisionUndone:
    return decisions.undo(enrollment, line, by=SOMEBODY, at=NOW, acting_as="trainer")


def seats_of(session: SessionSeats, *waiting: Enrollment, **changes: Any) -> TrainingSeats:
    queues = Queues(queued={session.id: list(waiting)}, held={}) if waiting else NOTHING_QUEUED
    return TrainingSeats(now=NOW, cap=2, sessions=[session], queues=queues, **changes)


def of(facts: list[Fact], enrollment_id: UUID) -> MovedFact:
    [fact] = [fact for fact in facts if isinstance(fact, MovedFact) and fact.enrollment.id == enrollment_id]
    return fact


def test_a_seat_that_is_free_comes_back_with_the_decision_that_is_undone() -> None:
    session = a_session(1)
    enrollment, line = declined(session)

    occupancy, fact = seats_of(session).restore(undone(enrollment, line), had_seat=True)

    assert isinstance(occupancy, OccupancyChanged)
    assert (occupancy.seats.held, occupancy.queued) == (1, 0)
    assert isinstance(fact, DecisionUndone)
    assert (fact.decision, fact.seat_before, fact.rank) == (Move.DECLINE, Seat.NONE, None)
    assert (fact.enrollment.approval, fact.enrollment.seat) == (Approval.AWAITING_TRAINER, Seat.HELD)
    assert [(each.move, each.to_seat) for each in fact.lines] == [(Move.UNDO, Seat.QUEUED), (Move.PROMOTE, Seat.HELD)]


def test_if_the_seat_was_given_on_the_request_is_queued_before_the_others_with_its_old_number() -> None:
    session = replace(a_session(1, held=1), last_queue_number=3)
    enrollment, line = declined(session, number=1)
    waiting = queued(3, session_id=session.id)

    occupancy, fact = seats_of(session, waiting).restore(undone(enrollment, line), had_seat=True)

    assert isinstance(occupancy, OccupancyChanged)
    assert (occupancy.seats.held, occupancy.queued) == (1, 2)
    assert isinstance(fact, DecisionUndone)
    assert (fact.enrollment.seat, fact.enrollment.queue_number) == (Seat.QUEUED, 1)
    assert fact.rank == Rank(place=1, over_cap=False)


def test_an_undone_acceptance_gives_its_seat_and_its_number_up_and_the_next_is_promoted() -> None:
    session = replace(a_session(1), last_queue_number=1)
    seats = seats_of(session)
    [_, accepted] = seats.accept(replace(a_request(), session_id=session.id), by=SOMEBODY)
    assert isinstance(accepted, MovedFact)
    [_, next_one] = seats.accept(replace(a_request(), session_id=session.id), by=SOMEBODY)
    assert isinstance(next_one, MovedFact)

    facts = seats.restore(
        decisions.undo(accepted.enrollment, accepted.lines[0], by=SOMEBODY, at=NOW, acting_as="employer"),
        had_seat=False,
    )

    back = of(facts, accepted.enrollment.id).enrollment
    assert (back.approval, back.seat, back.queue_number) == (Approval.AWAITING_EMPLOYER, Seat.NONE, None)
    assert isinstance(of(facts, next_one.enrollment.id), Promoted)


@pytest.mark.parametrize("seat", [Seat.HELD, Seat.QUEUED])
def test_an_undone_validation_changes_no_seat(seat: Seat) -> None:
    session = replace(a_session(1, held=1), last_queue_number=1)
    before = replace(a_request(Approval.AWAITING_TRAINER, seat), session_id=session.id)
    validated = decisions.validate(before, rank=None, by=SOMEBODY, at=NOW)
    seats = seats_of(session, before) if seat is Seat.QUEUED else seats_of(session)

    [fact] = seats.restore(undone(validated.enrollment, validated.lines[0]), had_seat=seat is Seat.HELD)

    assert isinstance(fact, DecisionUndone)
    assert (fact.enrollment.approval, fact.enrollment.seat) == (Approval.AWAITING_TRAINER, seat)
    assert fact.enrollment.queue_number == before.queue_number
    assert fact.rank == (Rank(place=1, over_cap=False) if seat is Seat.QUEUED else None)


def test_a_refusal_that_is_undone_has_nothing_to_do_with_seats() -> None:
    session = a_session(1)
    refused = decisions.refuse(replace(a_request(), session_id=session.id), by=SOMEBODY, at=NOW, reason="Erreur.")
    [fact] = seats_of(session).restore(undone(refused.enrollment, refused.lines[0]), had_seat=False)
    assert isinstance(fact, DecisionUndone)
    assert fact.enrollment.approval is Approval.AWAITING_EMPLOYER


def test_staff_reopen_a_late_withdrawal_which_is_late_no_more() -> None:
    session = a_session(1)
    before = replace(a_request(Approval.VALIDATED, Seat.HELD), session_id=session.id)
    withdrawn = decisions.withdraw(
        before,
        by=SOMEBODY,
        at=NOW,
        first_slot=session.plan.starts_at,
        session_ends=session.plan.ends_at,
        notice=timedelta(days=40),
    )
    assert withdrawn.enrollment.late
    reopened = decisions.reopen(
        withdrawn.enrollment, withdrawn.lines[0], by=SOMEBODY, at=NOW, reason="Revenue.", decide_before=None
    )
    fact = of(seats_of(session).restore(reopened, had_seat=True), before.id)
    assert isinstance(fact, Reopened)
    assert (fact.enrollment.approval, fact.enrollment.seat, fact.enrollment.late) == (
        Approval.VALIDATED,
        Seat.HELD,
        False,
    )
    assert (fact.closed_as, fact.reason, fact.lines[0].acting_as) == (Approval.WITHDRAWN, "Revenue.", "staff")


@pytest.mark.parametrize("frozen_by", ["the start", "the freeze"])
@pytest.mark.parametrize(
    ("had_seat", "held", "seat"), [(True, 0, Seat.HELD), (True, 1, Seat.QUEUED), (False, 0, Seat.QUEUED)]
)
def test_when_the_queue_gets_no_seats_any_more_only_a_request_that_had_one_gets_a_free_one_back(
    frozen_by: str, had_seat: bool, held: int, seat: Seat
) -> None:
    plan = a_plan(1, starts=-1, closes=-2, ends=1) if frozen_by == "the start" else a_plan(1, starts=1, closes=-1)
    session = replace(a_session(1, held=held), plan=plan, last_queue_number=2)
    waiting = queued(1, session_id=session.id)
    enrollment, line = declined(session, seat=Seat.HELD if had_seat else Seat.QUEUED, number=2)

    seats = seats_of(session, waiting, freeze=timedelta(hours=24))
    facts = seats.restore(undone(enrollment, line), had_seat=had_seat)

    fact = of(facts, enrollment.id)
    assert (fact.enrollment.seat, fact.enrollment.queue_number) == (seat, 2)
    assert [(each.move, each.to_seat) for each in fact.lines] == [(Move.UNDO, seat)]
    assert not any(isinstance(each, Promoted) for each in facts)
    assert seats.session(session.id).held == (1 if seat is Seat.HELD else held)
