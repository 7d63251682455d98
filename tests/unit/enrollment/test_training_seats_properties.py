"""Seats over all sessions of a training: properties that hold after any sequence of moves."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.facts import OccupancyChanged, Promoted
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import OPEN, Seat
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_session
from tests.unit.enrollment.move_sequence import STRUCTURES, MoveSequence

# Each step: the move, the place of the session, and a number that stands for a structure, a request or a capacity.
step_lists = st.lists(
    st.tuples(
        st.sampled_from(["accept", "accept", "withdraw", "resize", "promote", "transfer"]),
        st.integers(0, 2),
        st.integers(0, 9),
    ),
    max_size=30,
)
capacities = st.lists(st.integers(0, 4), min_size=3, max_size=3)
caps = st.none() | st.integers(1, 3)
closed_sessions = st.sets(st.integers(0, 2))


def play(capacities: list[int], cap: int | None, closed: set[int], steps: list[tuple[str, int, int]]) -> MoveSequence:
    """Make the moves one after the other; after each of them, check the seats of every session."""
    sessions = [
        a_session(capacity, starts=30 + place, closes=-1 if place in closed else 20)
        for place, capacity in enumerate(capacities)
    ]
    sequence = MoveSequence(sessions, cap)
    for move, place, number in steps:
        closes = -1 if place in closed else 20
        open_requests = [each for each in sequence.requests.values() if each.approval in OPEN]
        queued = [each for each in open_requests if each.seat is Seat.QUEUED]
        held_before = {session.id: len(sequence.requests_of(session, Seat.HELD)) for session in sessions}
        if move == "accept":
            sequence.accept(sessions[place], STRUCTURES[number % 3])
        elif move == "withdraw" and open_requests:
            sequence.withdraw(open_requests[number % len(open_requests)].id)
        elif move == "resize":
            sequence.resize(sessions[place], number % 5, starts=30 + place, closes=closes)
            assert all(
                len(sequence.requests_of(session, Seat.HELD)) >= held_before[session.id] for session in sessions
            ), "evicted"
        elif move == "promote" and queued:
            request = queued[number % len(queued)]
            if sequence.seats.session(request.session_id).free:
                sequence.record(sequence.seats.promote_early(request, by=SOMEBODY, reason="Projet commun"))
        elif move == "transfer" and open_requests:
            sequence.transfer(open_requests[number % len(open_requests)].id, sessions[place])
        for session in sessions:
            assert_seats_are_right(sequence, session, held_before[session.id])
    return sequence


def assert_seats_are_right(sequence: MoveSequence, session: SessionSeats, held_before: int) -> None:
    seats = sequence.seats.session(session.id)
    held, waiting = sequence.requests_of(session, Seat.HELD), sequence.requests_of(session, Seat.QUEUED)
    assert seats.held == len(held), "the seats counted are the seats held"
    assert seats.held <= max(seats.capacity, held_before), "never more than the capacity"
    assert seats.overbooked_to == (seats.held if seats.held > seats.capacity else None)
    if seats.free:
        closed = seats.plan.closes_at <= NOW
        of_structure = Counter(each.structure_id for each in sequence.requests.values() if each.seat is Seat.HELD)
        for each in waiting:
            assert not closed, "no seat stays free once requests are closed"
            assert sequence.cap is not None, "no seat stays free without a cap"
            assert of_structure[each.structure_id] >= sequence.cap, "no seat stays free for a request under the cap"


@given(capacities, caps, closed_sessions, step_lists)
def test_seats_are_right_after_every_step_of_any_sequence_of_moves(
    capacities: list[int], cap: int | None, closed: set[int], steps: list[tuple[str, int, int]]
) -> None:
    play(capacities, cap, closed, steps)


@given(capacities, caps, closed_sessions, step_lists)
def test_the_requests_of_one_structure_get_seats_in_the_order_of_their_numbers_and_each_number_is_given_once(
    capacities: list[int], cap: int | None, closed: set[int], steps: list[tuple[str, int, int]]
) -> None:
    sequence = play(capacities, cap, closed, [step for step in steps if step[0] not in {"promote", "transfer"}])
    for session in sequence.sessions:
        numbers = [each.queue_number for each in sequence.requests.values() if each.session_id == session.id]
        assert sorted(number for number in numbers if number) == list(range(1, len(numbers) + 1))
    promoted = [fact.enrollment for fact in sequence.facts if isinstance(fact, Promoted)]
    for session in sequence.sessions:
        for structure in STRUCTURES:
            numbers_promoted = [
                each.queue_number or 0
                for each in promoted
                if (each.session_id, each.structure_id) == (session.id, structure)
            ]
            assert numbers_promoted == sorted(numbers_promoted)


@given(capacities, st.integers(1, 3), step_lists)
def test_before_requests_close_a_structure_holds_no_more_seats_of_the_training_than_the_cap(
    capacities: list[int], cap: int, steps: list[tuple[str, int, int]]
) -> None:
    sequence = play(capacities, cap, set(), [step for step in steps if step[0] != "promote"])
    held = Counter(each.structure_id for each in sequence.requests.values() if each.seat is Seat.HELD)
    assert not held or max(held.values()) <= cap


@given(capacities, closed_sessions, step_lists)
def test_without_a_cap_seats_are_given_in_the_order_of_the_numbers(
    capacities: list[int], closed: set[int], steps: list[tuple[str, int, int]]
) -> None:
    sequence = play(capacities, None, closed, [step for step in steps if step[0] != "promote"])
    for session in sequence.sessions:
        held, waiting = sequence.requests_of(session, Seat.HELD), sequence.requests_of(session, Seat.QUEUED)
        assert not held or not waiting or (held[-1].queue_number or 0) < (waiting[0].queue_number or 0)


@given(capacities, caps, closed_sessions, step_lists)
def test_every_change_of_seats_or_queue_is_announced_once_with_the_next_version(
    capacities: list[int], cap: int | None, closed: set[int], steps: list[tuple[str, int, int]]
) -> None:
    sequence = play(capacities, cap, closed, steps)
    for session in sequence.sessions:
        occupancies = [
            fact for fact in sequence.facts if isinstance(fact, OccupancyChanged) and fact.seats.id == session.id
        ]
        assert [fact.seats.version for fact in occupancies] == list(range(1, len(occupancies) + 1))
        if occupancies:
            assert occupancies[-1].seats == sequence.seats.session(session.id)
            assert occupancies[-1].queued == len(sequence.requests_of(session, Seat.QUEUED))
