"""A request is moved to another session of its training: what happens to the seats of both, and when it is refused."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.enrollment.domain.enrollment import SessionIsOver
from services.enrollment.domain.facts import OccupancyChanged, Promoted, Transferred
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import Approval, Move, Seat
from services.enrollment.domain.training_seats import TrainingSeats
from services.enrollment.domain.transfer import TransferImpossible, check_transfer
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_plan, a_request, a_session
from tests.unit.enrollment.move_sequence import MoveSequence


def test_who_holds_a_seat_takes_a_free_one_and_the_next_in_the_old_queue_gets_the_old_one() -> None:
    old, new = a_session(1), a_session(1)
    sequence = MoveSequence([old, new])
    first, second = sequence.accept(old), sequence.accept(old)
    facts = sequence.transfer(first, new)
    [transferred] = [fact for fact in facts if isinstance(fact, Transferred)]
    assert facts[-1] is transferred
    assert (transferred.enrollment.session_id, transferred.enrollment.seat) == (new.id, Seat.HELD)
    assert (transferred.enrollment.queue_number, transferred.rank) == (1, None)
    assert (transferred.from_session_id, transferred.seat_before) == (old.id, Seat.HELD)
    assert [(line.move, line.from_seat, line.to_seat, line.acting_as) for line in transferred.lines] == [
        (Move.TRANSFER, Seat.HELD, Seat.QUEUED, "staff"),
        (Move.PROMOTE, Seat.QUEUED, Seat.HELD, "queue"),
    ]
    assert [fact.enrollment.id for fact in facts if isinstance(fact, Promoted)] == [second]
    changed = {fact.seats.id: (fact.seats.held, fact.queued) for fact in facts if isinstance(fact, OccupancyChanged)}
    assert changed == {old.id: (1, 0), new.id: (1, 0)}


def test_in_a_full_session_the_request_is_the_last_of_the_queue() -> None:
    old, new = a_session(1), a_session(1)
    sequence = MoveSequence([old, new])
    held = sequence.accept(old)
    sequence.accept(new)
    waiting = sequence.accept(new)
    transferred = sequence.transfer(held, new)[-1]
    assert isinstance(transferred, Transferred)
    assert transferred.rank == Rank(place=2, over_cap=False)
    assert sequence.seat_and_number(held) == (Seat.QUEUED, 3)
    assert sequence.seat_and_number(waiting) == (Seat.QUEUED, 2)


def test_a_queued_request_gets_a_free_seat_of_the_other_session() -> None:
    old, new = a_session(0), a_session(1)
    sequence = MoveSequence([old, new])
    queued = sequence.accept(old)
    sequence.transfer(queued, new)
    assert sequence.seat_and_number(queued) == (Seat.HELD, 1)


def test_a_seat_stays_with_the_person_although_a_colleague_over_the_cap_waits_longer() -> None:
    old, new = a_session(1), a_session(2)
    structure = uuid4()
    sequence = MoveSequence([old, new], cap=1)
    held, colleague = sequence.accept(old, structure), sequence.accept(new, structure)
    assert sequence.seat_and_number(colleague) == (Seat.QUEUED, 1)
    sequence.transfer(held, new)
    assert sequence.seat_and_number(held) == (Seat.HELD, 2)
    assert sequence.seat_and_number(colleague) == (Seat.QUEUED, 1)


def test_a_request_that_waits_for_the_employer_only_changes_its_session() -> None:
    old, new = a_session(1), a_session(1)
    seats = TrainingSeats(now=NOW, cap=2, sessions=[old, new], queues=None)
    request = replace(a_request(), session_id=old.id)
    [fact] = seats.transfer(request, new.id, by=SOMEBODY, acting_as="employer", note=None)
    assert isinstance(fact, Transferred)
    assert (fact.enrollment.approval, fact.enrollment.seat) == (Approval.AWAITING_EMPLOYER, Seat.NONE)
    assert (fact.enrollment.session_id, fact.enrollment.queue_number, fact.enrollment.version) == (new.id, None, 2)


SOURCE = a_session(1)
REFUSED: list[tuple[SessionSeats, SessionSeats | None, str]] = [
    (SOURCE, None, "même formation"),
    (SOURCE, SOURCE, "déjà pour cette session"),
    (SOURCE, replace(a_session(1), plan=a_plan(1, scheduled=False)), "annulée"),
    (SOURCE, a_session(1, starts=-1, closes=-2), "a commencé le 01/03/2026 à 10 h 00"),
    (SOURCE, a_session(1, starts=0, closes=1), "a commencé"),
    (SOURCE, a_session(1, closes=-2), "ne prend plus de demandes depuis le 28/02/2026 à 10 h 00"),
    (
        replace(SOURCE, attendance_closed_at=NOW - timedelta(days=1)),
        a_session(1),
        "L'émargement de la session a été clos le 01/03/2026 à 10 h 00",
    ),
]


@pytest.mark.parametrize(("source", "target", "sentence"), REFUSED)
def test_a_transfer_is_refused_with_its_reason(
    source: SessionSeats, target: SessionSeats | None, sentence: str
) -> None:
    with pytest.raises(TransferImpossible) as refused:
        check_transfer(source, target, now=NOW)
    assert sentence in refused.value.sentence


def test_nobody_is_moved_out_of_a_session_that_is_over() -> None:
    with pytest.raises(SessionIsOver):
        check_transfer(a_session(1, starts=-9), a_session(1), now=NOW)
    running = a_session(1, starts=-1)
    running = replace(running, plan=replace(running.plan, ends_at=NOW + timedelta(hours=1)))
    target = a_session(1)
    assert check_transfer(running, target, now=NOW) is target
