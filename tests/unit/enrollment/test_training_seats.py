"""Seats over all sessions of a training: one example of each decision and what it announces."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.enrollment.domain import decisions
from services.enrollment.domain.enrollment import IllegalMove, SessionIsOver
from services.enrollment.domain.facts import Accepted, Admitted, Cancelled, OccupancyChanged, Promoted, Withdrawn
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.session_seats import NoSeatFree
from services.enrollment.domain.states import Move, Seat
from services.enrollment.domain.training_seats import Queues, QueuesNotLoaded, TrainingSeats
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_plan, a_request, a_session, queued
from tests.unit.enrollment.move_sequence import NOTHING_QUEUED, STRUCTURES, MoveSequence


def test_an_accepted_request_gets_a_free_seat_at_once_and_no_promotion_is_announced() -> None:
    session = a_session(1)
    seats = TrainingSeats(now=NOW, cap=2, sessions=[session], queues=NOTHING_QUEUED)
    request = replace(a_request(), session_id=session.id)

    occupancy, accepted = seats.accept(request, by=SOMEBODY, acting_as="staff", note="Par téléphone")

    assert isinstance(occupancy, OccupancyChanged)
    assert (occupancy.seats.held, occupancy.queued, occupancy.seats.last_queue_number) == (1, 0, 1)
    assert isinstance(accepted, Accepted)
    assert (accepted.enrollment.seat, accepted.enrollment.version, accepted.rank) == (Seat.HELD, 3, None)
    assert [(line.move, line.version, line.acting_as, line.note) for line in accepted.lines] == [
        (Move.ACCEPT, 2, "staff", "Par téléphone"),
        (Move.PROMOTE, 3, "queue", None),
    ]


def test_a_request_accepted_when_all_seats_are_held_is_queued_and_the_rank_is_announced() -> None:
    sequence = MoveSequence([a_session(1)])
    [session] = sequence.sessions
    sequence.accept(session)
    second, third = sequence.accept(session), sequence.accept(session)
    assert [fact.rank for fact in sequence.facts if isinstance(fact, Accepted)] == [
        None,
        Rank(place=1, over_cap=False),
        Rank(place=2, over_cap=False),
    ]
    assert sequence.seats.rank_of(sequence.requests[third]) == Rank(place=2, over_cap=False)
    assert sequence.seats.rank_of(replace(sequence.requests[second], seat=Seat.HELD)) is None


def test_an_acceptance_gives_a_seat_that_was_left_free_to_the_request_queued_before() -> None:
    """A seat can become free because requests have closed, before the job that gives it away has run."""
    session, other = a_session(2, closes=-1), a_session(1, starts=40, closes=-1)
    structure = uuid4()
    first, elsewhere = queued(1, structure, session.id), queued(1, structure, other.id)
    held = {(session.id, structure): 1, (other.id, structure): 0}
    sessions = [replace(session, held=1, last_queue_number=2), replace(other, last_queue_number=1)]
    queues = Queues(queued={session.id: [first], other.id: [elsewhere]}, held=held)
    seats = TrainingSeats(now=NOW, cap=1, sessions=sessions, queues=queues)
    late = replace(a_request(), session_id=session.id, structure_id=structure)

    facts = seats.accept(late, by=SOMEBODY)

    promoted = [fact.enrollment.id for fact in facts if isinstance(fact, Promoted)]
    assert promoted == [first.id, elsewhere.id]
    assert [fact.seats.id for fact in facts if isinstance(fact, OccupancyChanged)] == sorted([session.id, other.id])
    assert isinstance(facts[-1], Accepted)
    assert (facts[-1].enrollment.id, facts[-1].enrollment.seat) == (late.id, Seat.QUEUED)
    assert facts[-1].rank == Rank(place=1, over_cap=True)


def test_a_seat_given_back_goes_to_the_next_request_in_the_same_decision() -> None:
    sequence = MoveSequence([a_session(1)])
    [session] = sequence.sessions
    first, second, third = (sequence.accept(session) for _ in range(3))

    withdrawn, promoted, occupancy = sequence.withdraw(first)

    assert isinstance(withdrawn, Withdrawn)
    assert isinstance(promoted, Promoted)
    assert isinstance(occupancy, OccupancyChanged)
    assert (withdrawn.seat_before, promoted.enrollment.id, occupancy.queued) == (Seat.HELD, second, 1)
    assert [sequence.seat_and_number(each) for each in (first, second, third)] == [
        (Seat.NONE, 1),
        (Seat.HELD, 2),
        (Seat.QUEUED, 3),
    ]


def test_withdrawing_a_queued_request_frees_no_seat() -> None:
    sequence = MoveSequence([a_session(1)])
    [session] = sequence.sessions
    sequence.accept(session)
    second, third = sequence.accept(session), sequence.accept(session)
    assert [type(fact) for fact in sequence.withdraw(second)] == [Withdrawn, OccupancyChanged]
    assert sequence.seats.rank_of(sequence.requests[third]) == Rank(place=1, over_cap=False)


def test_a_seat_given_back_in_one_session_lets_the_same_structure_have_one_in_another() -> None:
    here, there = a_session(5), a_session(5, starts=40)
    sequence = MoveSequence([here, there])
    first = sequence.accept(here, STRUCTURES[0])
    sequence.accept(here, STRUCTURES[0])
    third = sequence.accept(there, STRUCTURES[0])
    assert sequence.seat_and_number(third) == (Seat.QUEUED, 1)

    facts = sequence.withdraw(first)

    assert sequence.seat_and_number(third) == (Seat.HELD, 1)
    assert [fact.seats.id for fact in facts if isinstance(fact, OccupancyChanged)] == sorted([here.id, there.id])


def test_the_session_that_starts_first_gives_its_seats_first() -> None:
    late, early = a_session(1, starts=50), a_session(1, starts=30)
    waiting = {each.id: [queued(1, STRUCTURES[0], each.id)] for each in (late, early)}
    seats = TrainingSeats(
        now=NOW, cap=1, sessions=[late, early], queues=Queues(queued=waiting, held={(late.id, STRUCTURES[0]): 0})
    )
    [promoted] = [fact for fact in seats.allocate() if isinstance(fact, Promoted)]
    assert promoted.enrollment.session_id == early.id


def test_seats_of_a_session_that_is_over_do_not_count_for_the_cap() -> None:
    over, to_come = a_session(2, held=2, starts=-5), a_session(1)
    held = {(over.id, STRUCTURES[0]): 2}
    queues = Queues(queued={to_come.id: [queued(1, STRUCTURES[0], to_come.id)]}, held=held)
    seats = TrainingSeats(now=NOW, cap=2, sessions=[over, to_come], queues=queues)
    assert [type(fact) for fact in seats.allocate()] == [Promoted, OccupancyChanged]


def test_when_requests_have_closed_those_over_the_cap_get_seats_last() -> None:
    session = a_session(3, closes=-1)
    over, within = queued(1, STRUCTURES[0], session.id), queued(2, STRUCTURES[1], session.id)
    queues = Queues(queued={session.id: [over, within]}, held={(session.id, STRUCTURES[0]): 1})
    seats = TrainingSeats(now=NOW, cap=1, sessions=[replace(session, held=1)], queues=queues)
    promoted = [fact.enrollment.id for fact in seats.allocate() if isinstance(fact, Promoted)]
    assert promoted == [within.id, over.id]


def test_staff_give_a_free_seat_to_a_request_over_the_cap() -> None:
    sequence = MoveSequence([a_session(3)], cap=1)
    [session] = sequence.sessions
    sequence.accept(session, STRUCTURES[0])
    second, third = sequence.accept(session, STRUCTURES[0]), sequence.accept(session, STRUCTURES[0])

    promoted, occupancy = sequence.record(
        sequence.seats.promote_early(sequence.requests[third], by=SOMEBODY, reason="Projet")
    )

    assert isinstance(promoted, Promoted)
    assert isinstance(occupancy, OccupancyChanged)
    [line] = promoted.lines
    assert (line.acting_as, line.by, line.note) == ("staff", SOMEBODY, "Projet")
    assert (occupancy.seats.held, occupancy.queued) == (2, 1)
    assert (sequence.seat_and_number(second), sequence.seat_and_number(third)) == ((Seat.QUEUED, 2), (Seat.HELD, 3))
    with pytest.raises(IllegalMove):
        sequence.seats.promote_early(sequence.requests[third], by=SOMEBODY, reason="Encore")


def test_staff_cannot_give_a_seat_that_is_not_free() -> None:
    sequence = MoveSequence([a_session(1)])
    sequence.accept(sequence.sessions[0])
    second = sequence.accept(sequence.sessions[0])
    with pytest.raises(NoSeatFree):
        sequence.seats.promote_early(sequence.requests[second], by=SOMEBODY, reason="Projet")


def test_no_request_is_accepted_for_a_session_that_is_over() -> None:
    session = a_session(3, starts=-5)
    seats = TrainingSeats(now=NOW, cap=2, sessions=[session], queues=NOTHING_QUEUED)
    with pytest.raises(SessionIsOver):
        seats.accept(replace(a_request(), session_id=session.id), by=SOMEBODY)
    assert seats.session(session.id) == session


def test_added_seats_go_to_the_queue_and_removed_seats_evict_nobody() -> None:
    sequence = MoveSequence([a_session(1)])
    [session] = sequence.sessions
    requests = [sequence.accept(session) for _ in range(4)]
    assert [type(fact) for fact in sequence.resize(session, 3)] == [Promoted, Promoted, OccupancyChanged]
    [occupancy] = sequence.resize(session, 1)
    assert isinstance(occupancy, OccupancyChanged)
    assert (occupancy.seats.held, occupancy.seats.overbooked_to, occupancy.queued) == (3, 3, 1)
    assert [sequence.seat_and_number(each)[0] for each in requests] == [Seat.HELD] * 3 + [Seat.QUEUED]
    sequence.withdraw(requests[0], requests[1])
    assert sequence.seat_and_number(requests[3])[0] is Seat.QUEUED
    sequence.withdraw(requests[2])
    assert sequence.seat_and_number(requests[3])[0] is Seat.HELD


def test_a_cancelled_session_gives_no_seat() -> None:
    sequence = MoveSequence([a_session(1)])
    [session] = sequence.sessions
    first, second = sequence.accept(session), sequence.accept(session)
    sequence.record(sequence.seats.plan(session.id, a_plan(1, scheduled=False)))
    sequence.withdraw(first)
    assert sequence.seat_and_number(second)[0] is Seat.QUEUED


def test_a_seat_freed_by_the_closing_of_the_attendance_is_given_to_nobody() -> None:
    sequence = MoveSequence([a_session(1)])
    [session] = sequence.sessions
    first, second = (sequence.requests[sequence.accept(session)] for _ in range(2))
    ended = decisions.cancel(first, by=None, at=NOW, reason="Pas inscrit·e", acting_as="staff")
    cancelled, occupancy = sequence.record(sequence.seats.close_attendance(session.id, [ended]))
    assert isinstance(cancelled, Cancelled)
    assert isinstance(occupancy, OccupancyChanged)
    assert (occupancy.seats.held, occupancy.queued) == (0, 1)
    assert sequence.requests[second.id].seat is Seat.QUEUED


def test_who_came_gets_a_seat_in_a_full_session_and_nobody_is_promoted() -> None:
    sequence = MoveSequence([a_session(1)])
    [session] = sequence.sessions
    _, second, third = (sequence.requests[sequence.accept(session)] for _ in range(3))
    for request, number in ((third, 3), (replace(a_request(), session_id=session.id), 4)):
        admitted, occupancy = sequence.seats.admit(request, by=SOMEBODY, acting_as="trainer", note=None)
        assert isinstance(admitted, Admitted)
        assert isinstance(occupancy, OccupancyChanged)
        assert (admitted.enrollment.seat, admitted.enrollment.queue_number) == (Seat.HELD, number)
        held = number - 1
        assert (occupancy.seats.held, occupancy.seats.overbooked_to, occupancy.seats.last_queue_number) == (
            held,
            held,
            number,
        )
        assert occupancy.queued == 1
    assert sequence.seat_and_number(second.id) == (Seat.QUEUED, 2)


def test_cancelling_a_request_without_a_seat_changes_no_seat_and_needs_no_queues() -> None:
    session = a_session(1)
    seats = TrainingSeats(now=NOW, cap=2, sessions=[session], queues=None)
    request = replace(a_request(), session_id=session.id)
    cancelled = decisions.cancel(request, by=SOMEBODY, at=NOW, reason="Non", acting_as="employer")
    assert seats.release(cancelled) == [cancelled]
    assert seats.rank_of(request) is None
    with pytest.raises(QueuesNotLoaded):
        seats.accept(request, by=SOMEBODY)


def test_the_rank_shown_to_a_reader_is_computed_in_the_same_way() -> None:
    session, other = uuid4(), uuid4()
    third, last = queued(3, STRUCTURES[0], session), queued(4, STRUCTURES[1], session)
    queues = Queues(queued={session: [third, last]}, held={(session, STRUCTURES[0]): 1, (other, STRUCTURES[0]): 1})
    assert queues.rank_of(third, cap=2) == Rank(place=2, over_cap=True)
    assert queues.rank_of(last, cap=2) == Rank(place=1, over_cap=False)
    assert queues.rank_of(third, cap=None) == Rank(place=1, over_cap=False)
    assert queues.rank_of(queued(1), cap=2) is None
