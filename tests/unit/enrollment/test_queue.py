"""Who gets the next seat: properties that hold for any queue, and the cases of the rules by name."""

from collections import Counter
from dataclasses import replace
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.queue import Rank, allocate, rank
from services.enrollment.domain.session_seats import NoSeatFree
from tests.unit.enrollment.examples import NOW, a_plan, a_request, a_session, queued

STRUCTURES = [uuid4() for _ in range(4)]

frees = st.integers(0, 8)
held_by_structure = st.dictionaries(st.sampled_from(STRUCTURES), st.integers(0, 4))
caps = st.none() | st.integers(1, 3)
queues = st.lists(
    st.tuples(st.integers(1, 1000), st.sampled_from(STRUCTURES)), unique_by=lambda drawn: drawn[0], max_size=12
).map(lambda drawn: [queued(number, structure) for number, structure in drawn])


def ids(requests: list[Enrollment]) -> list[UUID]:
    return [request.id for request in requests]


def number(request: Enrollment) -> int:
    assert request.queue_number is not None
    return request.queue_number


@given(frees, queues, held_by_structure, caps, st.booleans())
def test_seats_never_exceed_the_capacity(
    free: int, queue: list[Enrollment], held: dict[UUID, int], cap: int | None, closed: bool
) -> None:
    granted = ids(allocate(free, queue, held_by_structure=held, cap=cap, closed=closed))
    assert len(set(granted)) == len(granted)
    assert set(granted) <= {enrollment.id for enrollment in queue}
    assert len(granted) <= free


@given(frees, queues, held_by_structure, caps, st.booleans())
def test_nobody_who_may_have_it_waits_while_a_seat_is_free(
    free: int, queue: list[Enrollment], held: dict[UUID, int], cap: int | None, closed: bool
) -> None:
    granted = ids(allocate(free, queue, held_by_structure=held, cap=cap, closed=closed))
    if len(granted) >= free:
        return
    after = Counter(held) + Counter(e.structure_id for e in queue if e.id in granted)
    for waiting in (e for e in queue if e.id not in granted):
        assert not closed
        assert cap is not None
        assert after[waiting.structure_id] >= cap


@given(frees, queues, held_by_structure, caps)
def test_before_the_closing_the_cap_is_respected(
    free: int, queue: list[Enrollment], held: dict[UUID, int], cap: int | None
) -> None:
    granted = ids(allocate(free, queue, held_by_structure=held, cap=cap, closed=False))
    given_to = Counter(e.structure_id for e in queue if e.id in granted)
    assert cap is None or all(held.get(structure, 0) + count <= cap for structure, count in given_to.items())


@given(frees, queues, held_by_structure, caps, st.booleans())
def test_the_order_is_strict(
    free: int, queue: list[Enrollment], held: dict[UUID, int], cap: int | None, closed: bool
) -> None:
    """Who waits with a smaller number than somebody served was over the cap at their turn; inside a structure nobody
    overtakes.
    """
    granted = ids(allocate(free, queue, held_by_structure=held, cap=cap, closed=closed))
    by_number = sorted(queue, key=number)
    for structure in STRUCTURES:
        of_structure = [e.id for e in by_number if e.structure_id == structure]
        assert [e for e in granted if e in of_structure] == of_structure[
            : len([e for e in of_structure if e in granted])
        ]
    if cap is None:
        assert granted == [e.id for e in by_number][: len(granted)]
    counted = Counter(held)
    for waiting in by_number:
        if waiting.id not in granted:
            later = {e.id for e in by_number if number(e) > number(waiting)} & set(granted)
            assert not later or (cap is not None and counted[waiting.structure_id] >= cap)
        counted[waiting.structure_id] += 1


@given(frees, queues, held_by_structure, caps, st.randoms())
def test_the_order_in_which_the_queue_is_read_does_not_matter(
    free: int, queue: list[Enrollment], held: dict[UUID, int], cap: int | None, random: Random
) -> None:
    granted = allocate(free, queue, held_by_structure=held, cap=cap, closed=True)
    shuffled = random.sample(queue, len(queue))
    assert allocate(free, shuffled, held_by_structure=held, cap=cap, closed=True) == granted


@given(queues, held_by_structure, caps)
def test_the_ranks_are_the_order_in_which_seats_are_given(
    queue: list[Enrollment], held: dict[UUID, int], cap: int | None
) -> None:
    plenty = len(queue)
    order = ids(allocate(plenty, queue, held_by_structure=held, cap=cap, closed=True))
    ranks = {e.id: rank(e.id, queue, held_by_structure=held, cap=cap) for e in queue}
    places = {identifier: found.place for identifier, found in ranks.items() if found}
    assert [places[identifier] for identifier in order] == list(range(1, len(queue) + 1))
    within = ids(allocate(plenty, queue, held_by_structure=held, cap=cap, closed=False))
    assert {identifier for identifier, found in ranks.items() if found and not found.over_cap} == set(within)


def test_two_people_one_seat_one_holds_it() -> None:
    first, second = queued(1), queued(2)
    assert allocate(1, [second, first], held_by_structure={}, cap=2, closed=False) == [first]


def test_a_third_person_of_a_structure_waits_though_seats_are_free() -> None:
    third, other = queued(3, STRUCTURES[0]), queued(4)
    held = {STRUCTURES[0]: 2}
    assert allocate(8, [third, other], held_by_structure=held, cap=2, closed=False) == [other]
    assert allocate(8, [third, other], held_by_structure=held, cap=2, closed=True) == [other, third]
    last = rank(third.id, [third, other], held_by_structure=held, cap=2)
    assert last == Rank(place=2, over_cap=True)
    assert "à la clôture" in last.sentence
    first = rank(other.id, [third, other], held_by_structure=held, cap=2)
    assert first == Rank(place=1, over_cap=False)
    assert "accords" in first.sentence


def test_a_seat_given_back_inside_the_structure_lifts_the_bar_for_its_next_one() -> None:
    third = queued(3, STRUCTURES[0])
    assert allocate(9, [third], held_by_structure={STRUCTURES[0]: 1}, cap=2, closed=False) == [third]


def test_each_grant_counts_for_the_next() -> None:
    people = [queued(number, STRUCTURES[0]) for number in (1, 2, 3)]
    assert allocate(9, people, held_by_structure={}, cap=2, closed=False) == people[:2]


def test_a_request_that_is_not_queued_has_no_rank() -> None:
    assert rank(a_request().id, [queued(1)], held_by_structure={}, cap=2) is None


def test_lowering_the_capacity_evicts_nobody_and_gives_no_seat_until_it_fits() -> None:
    seats = a_session(10, held=8).planned(a_plan(6))
    assert (seats.held, seats.overbooked_to, seats.free) == (8, 8, 0)
    seats = seats.returned()
    assert (seats.held, seats.overbooked_to) == (7, 7)
    seats = seats.returned()
    assert (seats.held, seats.overbooked_to, seats.free) == (6, None, 0)
    assert seats.returned().free == 1


def test_raising_the_capacity_gives_seats() -> None:
    seats = a_session(6, held=8).planned(a_plan(9))
    assert (seats.overbooked_to, seats.free) == (None, 1)
    given = seats.given()
    assert (given.held, given.free) == (9, 0)


def test_a_seat_that_is_not_there_is_not_given() -> None:
    with pytest.raises(NoSeatFree) as refused:
        a_session(2, held=2).given()
    assert (refused.value.capacity, refused.value.held) == (2, 2)
    assert refused.value.sentence == "Aucune place n'est libre : 2 sur 2 sont occupées."


def test_seats_are_given_only_in_a_session_that_is_to_come_and_whose_sheet_is_open() -> None:
    session = a_session(3, held=1)
    assert session.to_give(NOW) == 2
    assert session.planned(a_plan(3, scheduled=False)).to_give(NOW) == 0
    assert session.planned(a_plan(3, starts=-2, ends=0)).to_give(NOW) == 0
    assert replace(session, attendance_closed_at=NOW).to_give(NOW) == 0
