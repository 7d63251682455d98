"""Seats over all sessions of a training: properties that hold for any story, and the cases of the rules by name."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain import decisions
from services.enrollment.domain.enrollment import Enrollment, IllegalMove, SessionIsOver
from services.enrollment.domain.facts import Accepted, Cancelled, Fact, MovedFact, OccupancyChanged, Promoted, Withdrawn
from services.enrollment.domain.queue import Rank
from services.enrollment.domain.session_seats import NoSeatFree, SessionSeats
from services.enrollment.domain.states import OPEN, Move, Seat
from services.enrollment.domain.training_seats import Queues, QueuesNotLoaded, TrainingSeats
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_plan, a_request, a_session, queued

STRUCTURES = [uuid4() for _ in range(3)]
NOTHING_QUEUED = Queues(queued={}, held={})


@dataclass
class Story:
    """A training whose seats decide one thing after the other, and the requests as the facts leave them."""

    sessions: list[SessionSeats]
    cap: int | None = 2
    requests: dict[UUID, Enrollment] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seats = TrainingSeats(now=NOW, cap=self.cap, sessions=self.sessions, queues=NOTHING_QUEUED)

    def tell(self, facts: list[Fact]) -> list[Fact]:
        self.requests |= {fact.enrollment.id: fact.enrollment for fact in facts if isinstance(fact, MovedFact)}
        self.facts += facts
        return facts

    def accept(self, session: SessionSeats, structure: UUID | None = None) -> UUID:
        request = replace(a_request(), session_id=session.id, structure_id=structure or uuid4())
        self.tell(self.seats.accept(request, by=SOMEBODY))
        return request.id

    def withdraw(self, *requests: UUID) -> list[Fact]:
        return self.tell(
            self.seats.release(
                *(
                    decisions.withdraw(
                        self.requests[request],
                        by=SOMEBODY,
                        at=NOW,
                        first_slot=NOW + timedelta(days=30),
                        session_ends=NOW + timedelta(days=31),
                        notice=None,
                    )
                    for request in requests
                )
            )
        )

    def resize(self, session: SessionSeats, capacity: int, *, starts: int = 30, closes: int = 20) -> list[Fact]:
        return self.tell(self.seats.plan(session.id, a_plan(capacity, starts=starts, closes=closes)))

    def state(self, request: UUID) -> tuple[Seat, int | None]:
        found = self.requests[request]
        return found.seat, found.queue_number

    def of(self, session: SessionSeats, seat: Seat) -> list[Enrollment]:
        found = [each for each in self.requests.values() if each.session_id == session.id and each.seat is seat]
        return sorted(found, key=lambda each: each.queue_number or 0)


# Each step: what happens, in which session, to whom (a structure, a request by its place, or a capacity).
steps = st.lists(
    st.tuples(
        st.sampled_from(["accept", "accept", "withdraw", "resize", "promote"]), st.integers(0, 2), st.integers(0, 9)
    ),
    max_size=30,
)
capacities = st.lists(st.integers(0, 4), min_size=3, max_size=3)
caps = st.none() | st.integers(1, 3)
closed_sessions = st.sets(st.integers(0, 2))


def play(capacities: list[int], cap: int | None, closed: set[int], story: list[tuple[str, int, int]]) -> Story:
    """Run a story; after each step the seats are as they must be."""
    sessions = [
        a_session(capacity, starts=30 + number, closes=-1 if number in closed else 20)
        for number, capacity in enumerate(capacities)
    ]
    told = Story(sessions, cap)
    for what, where, whom in story:
        closes = -1 if where in closed else 20
        is_open = [each for each in told.requests.values() if each.approval in OPEN]
        waiting = [each for each in is_open if each.seat is Seat.QUEUED]
        before = {session.id: len(told.of(session, Seat.HELD)) for session in sessions}
        if what == "accept":
            told.accept(sessions[where], STRUCTURES[whom % 3])
        elif what == "withdraw" and is_open:
            told.withdraw(is_open[whom % len(is_open)].id)
        elif what == "resize":
            told.resize(sessions[where], whom % 5, starts=30 + where, closes=closes)
            assert all(len(told.of(session, Seat.HELD)) >= before[session.id] for session in sessions), "evicted"
        elif what == "promote" and waiting:
            request = waiting[whom % len(waiting)]
            if told.seats.session(request.session_id).free:
                told.tell(told.seats.promote_early(request, by=SOMEBODY, reason="Projet commun"))
        for session in sessions:
            assert_seats_are_right(told, session, before[session.id])
    return told


def assert_seats_are_right(story: Story, session: SessionSeats, held_before: int) -> None:
    seats = story.seats.session(session.id)
    held, waiting = story.of(session, Seat.HELD), story.of(session, Seat.QUEUED)
    assert seats.held == len(held), "the seats counted are the seats held"
    assert seats.held <= max(seats.capacity, held_before), "never more than the capacity"
    assert seats.overbooked_to == (seats.held if seats.held > seats.capacity else None)
    if seats.free:
        closed = seats.plan.closes_at <= NOW
        of_structure = Counter(each.structure_id for each in story.requests.values() if each.seat is Seat.HELD)
        for each in waiting:
            assert not closed, "no seat stays free once requests are closed"
            assert story.cap is not None, "no seat stays free without a cap"
            assert of_structure[each.structure_id] >= story.cap, "no seat stays free for a request under the cap"


@given(capacities, caps, closed_sessions, steps)
def test_seats_are_right_after_every_step_of_any_story(
    capacities: list[int], cap: int | None, closed: set[int], story: list[tuple[str, int, int]]
) -> None:
    play(capacities, cap, closed, story)


@given(capacities, caps, closed_sessions, steps)
def test_inside_a_structure_nobody_overtakes_and_numbers_are_given_once(
    capacities: list[int], cap: int | None, closed: set[int], story: list[tuple[str, int, int]]
) -> None:
    told = play(capacities, cap, closed, [step for step in story if step[0] != "promote"])
    for session in told.sessions:
        numbers = [each.queue_number for each in told.requests.values() if each.session_id == session.id]
        assert sorted(number for number in numbers if number) == list(range(1, len(numbers) + 1))
    promoted = [fact.enrollment for fact in told.facts if isinstance(fact, Promoted)]
    for session in told.sessions:
        for structure in STRUCTURES:
            given = [
                each.queue_number or 0
                for each in promoted
                if (each.session_id, each.structure_id) == (session.id, structure)
            ]
            assert given == sorted(given)


@given(capacities, st.integers(1, 3), steps)
def test_before_requests_close_a_structure_holds_no_more_seats_of_the_training_than_the_cap(
    capacities: list[int], cap: int, story: list[tuple[str, int, int]]
) -> None:
    told = play(capacities, cap, set(), [step for step in story if step[0] != "promote"])
    held = Counter(each.structure_id for each in told.requests.values() if each.seat is Seat.HELD)
    assert not held or max(held.values()) <= cap


@given(capacities, closed_sessions, steps)
def test_without_a_cap_seats_go_in_the_order_of_the_numbers(
    capacities: list[int], closed: set[int], story: list[tuple[str, int, int]]
) -> None:
    told = play(capacities, None, closed, [step for step in story if step[0] != "promote"])
    for session in told.sessions:
        held, waiting = told.of(session, Seat.HELD), told.of(session, Seat.QUEUED)
        assert not held or not waiting or (held[-1].queue_number or 0) < (waiting[0].queue_number or 0)


@given(capacities, caps, closed_sessions, steps)
def test_every_change_of_seats_or_queue_is_told_once_with_the_next_version(
    capacities: list[int], cap: int | None, closed: set[int], story: list[tuple[str, int, int]]
) -> None:
    told = play(capacities, cap, closed, story)
    for session in told.sessions:
        occupancies = [
            fact for fact in told.facts if isinstance(fact, OccupancyChanged) and fact.seats.id == session.id
        ]
        assert [fact.seats.version for fact in occupancies] == list(range(1, len(occupancies) + 1))
        if occupancies:
            assert occupancies[-1].seats == told.seats.session(session.id)
            assert occupancies[-1].queued == len(told.of(session, Seat.QUEUED))


def test_who_is_accepted_gets_a_free_seat_at_once_and_no_promotion_is_told() -> None:
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


def test_who_is_accepted_when_all_seats_are_held_is_told_the_rank() -> None:
    story = Story([a_session(1)])
    [session] = story.sessions
    story.accept(session)
    second, third = story.accept(session), story.accept(session)
    assert [fact.rank for fact in story.facts if isinstance(fact, Accepted)] == [
        None,
        Rank(place=1, over_cap=False),
        Rank(place=2, over_cap=False),
    ]
    assert story.seats.rank_of(story.requests[third]) == Rank(place=2, over_cap=False)
    assert story.seats.rank_of(replace(story.requests[second], seat=Seat.HELD)) is None


def test_an_acceptance_gives_a_seat_that_was_left_free_to_the_one_before() -> None:
    """A seat can be free by the time alone: requests have closed, and the clock has not struck yet."""
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


def test_a_seat_given_back_goes_to_the_next_in_the_same_decision() -> None:
    story = Story([a_session(1)])
    [session] = story.sessions
    first, second, third = (story.accept(session) for _ in range(3))

    withdrawn, promoted, occupancy = story.withdraw(first)

    assert isinstance(withdrawn, Withdrawn)
    assert isinstance(promoted, Promoted)
    assert isinstance(occupancy, OccupancyChanged)
    assert (withdrawn.seat_before, promoted.enrollment.id, occupancy.queued) == (Seat.HELD, second, 1)
    assert [story.state(each) for each in (first, second, third)] == [
        (Seat.NONE, 1),
        (Seat.HELD, 2),
        (Seat.QUEUED, 3),
    ]


def test_who_gives_up_a_place_in_the_queue_frees_no_seat() -> None:
    story = Story([a_session(1)])
    [session] = story.sessions
    story.accept(session)
    second, third = story.accept(session), story.accept(session)
    assert [type(fact) for fact in story.withdraw(second)] == [Withdrawn, OccupancyChanged]
    assert story.seats.rank_of(story.requests[third]) == Rank(place=1, over_cap=False)


def test_a_seat_given_back_in_one_session_lifts_the_bar_in_the_queue_of_another() -> None:
    here, there = a_session(5), a_session(5, starts=40)
    story = Story([here, there])
    first = story.accept(here, STRUCTURES[0])
    story.accept(here, STRUCTURES[0])
    third = story.accept(there, STRUCTURES[0])
    assert story.state(third) == (Seat.QUEUED, 1)

    facts = story.withdraw(first)

    assert story.state(third) == (Seat.HELD, 1)
    assert [fact.seats.id for fact in facts if isinstance(fact, OccupancyChanged)] == sorted([here.id, there.id])


def test_the_session_that_starts_first_is_served_first() -> None:
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


def test_at_the_closing_those_over_the_cap_come_last() -> None:
    session = a_session(3, closes=-1)
    over, within = queued(1, STRUCTURES[0], session.id), queued(2, STRUCTURES[1], session.id)
    queues = Queues(queued={session.id: [over, within]}, held={(session.id, STRUCTURES[0]): 1})
    seats = TrainingSeats(now=NOW, cap=1, sessions=[replace(session, held=1)], queues=queues)
    promoted = [fact.enrollment.id for fact in seats.allocate() if isinstance(fact, Promoted)]
    assert promoted == [within.id, over.id]


def test_staff_give_a_free_seat_to_a_request_over_the_cap() -> None:
    story = Story([a_session(3)], cap=1)
    [session] = story.sessions
    story.accept(session, STRUCTURES[0])
    second, third = story.accept(session, STRUCTURES[0]), story.accept(session, STRUCTURES[0])

    promoted, occupancy = story.tell(story.seats.promote_early(story.requests[third], by=SOMEBODY, reason="Projet"))

    assert isinstance(promoted, Promoted)
    assert isinstance(occupancy, OccupancyChanged)
    [line] = promoted.lines
    assert (line.acting_as, line.by, line.note) == ("staff", SOMEBODY, "Projet")
    assert (occupancy.seats.held, occupancy.queued) == (2, 1)
    assert (story.state(second), story.state(third)) == ((Seat.QUEUED, 2), (Seat.HELD, 3))
    with pytest.raises(IllegalMove):
        story.seats.promote_early(story.requests[third], by=SOMEBODY, reason="Encore")


def test_staff_cannot_give_a_seat_that_is_not_free() -> None:
    story = Story([a_session(1)])
    story.accept(story.sessions[0])
    second = story.accept(story.sessions[0])
    with pytest.raises(NoSeatFree):
        story.seats.promote_early(story.requests[second], by=SOMEBODY, reason="Projet")


def test_nobody_enters_a_session_that_is_over() -> None:
    session = a_session(3, starts=-5)
    seats = TrainingSeats(now=NOW, cap=2, sessions=[session], queues=NOTHING_QUEUED)
    with pytest.raises(SessionIsOver):
        seats.accept(replace(a_request(), session_id=session.id), by=SOMEBODY)
    assert seats.session(session.id) == session


def test_more_seats_go_to_the_queue_and_fewer_evict_nobody() -> None:
    story = Story([a_session(1)])
    [session] = story.sessions
    requests = [story.accept(session) for _ in range(4)]
    assert [type(fact) for fact in story.resize(session, 3)] == [Promoted, Promoted, OccupancyChanged]
    [occupancy] = story.resize(session, 1)
    assert isinstance(occupancy, OccupancyChanged)
    assert (occupancy.seats.held, occupancy.seats.overbooked_to, occupancy.queued) == (3, 3, 1)
    assert [story.state(each)[0] for each in requests] == [Seat.HELD] * 3 + [Seat.QUEUED]
    story.withdraw(requests[0], requests[1])
    assert story.state(requests[3])[0] is Seat.QUEUED
    story.withdraw(requests[2])
    assert story.state(requests[3])[0] is Seat.HELD


def test_a_cancelled_session_gives_no_seat() -> None:
    story = Story([a_session(1)])
    [session] = story.sessions
    first, second = story.accept(session), story.accept(session)
    story.tell(story.seats.plan(session.id, a_plan(1, scheduled=False)))
    story.withdraw(first)
    assert story.state(second)[0] is Seat.QUEUED


def test_after_the_closing_of_the_attendance_nobody_gets_a_seat_that_a_cancelled_request_held() -> None:
    story = Story([a_session(1)])
    [session] = story.sessions
    first, second = (story.requests[story.accept(session)] for _ in range(2))
    ended = decisions.cancel(first, by=None, at=NOW, reason="Pas inscrit·e", acting_as="staff")
    cancelled, occupancy = story.tell(story.seats.close_attendance(session.id, [ended]))
    assert isinstance(cancelled, Cancelled)
    assert isinstance(occupancy, OccupancyChanged)
    assert (occupancy.seats.held, occupancy.queued) == (0, 1)
    assert story.requests[second.id].seat is Seat.QUEUED


def test_a_request_that_held_nothing_changes_no_seat_and_needs_no_queue() -> None:
    session = a_session(1)
    seats = TrainingSeats(now=NOW, cap=2, sessions=[session], queues=None)
    request = replace(a_request(), session_id=session.id)
    cancelled = decisions.cancel(request, by=SOMEBODY, at=NOW, reason="Non", acting_as="employer")
    assert seats.release(cancelled) == [cancelled]
    assert seats.rank_of(request) is None
    with pytest.raises(QueuesNotLoaded):
        seats.accept(request, by=SOMEBODY)


def test_a_reader_finds_the_same_rank() -> None:
    session, other = uuid4(), uuid4()
    third, last = queued(3, STRUCTURES[0], session), queued(4, STRUCTURES[1], session)
    queues = Queues(queued={session: [third, last]}, held={(session, STRUCTURES[0]): 1, (other, STRUCTURES[0]): 1})
    assert queues.rank_of(third, cap=2) == Rank(place=2, over_cap=True)
    assert queues.rank_of(last, cap=2) == Rank(place=1, over_cap=False)
    assert queues.rank_of(third, cap=None) == Rank(place=1, over_cap=False)
    assert queues.rank_of(queued(1), cap=2) is None
