"""Seats under races: the drills about them, each on a real database through the API, audited afterwards."""

import asyncio
from collections import Counter
from uuid import uuid4

from shared.contracts.enrollment import EnrollmentApproved, EnrollmentPromoted, SessionOccupancyChanged
from tests.integration.enrollment.enrollment_service import EnrollmentService


async def test_an_acceptance_that_comes_after_the_withdrawal_holds_nothing(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    request = await service.request(person, session)
    assert (await service.withdraws(person, request)).status_code == 200

    late = await service.accepts(request)

    assert late.status_code == 409
    assert "Annulée" in late.json()["detail"]
    assert await service.rows("SELECT approval, seat FROM enrollments") == [("withdrawn", "none")]
    assert await service.emitted_about(EnrollmentApproved) == []
    assert await service.audit() == []


async def test_an_acceptance_and_a_withdrawal_at_once_leave_nothing_held(service: EnrollmentService) -> None:
    session = await service.session(20)
    people = await service.people(20)
    requests = [await service.request(person, session) for person in people]

    answers = await asyncio.gather(
        *(call for p, r in zip(people, requests, strict=True) for call in (service.accepts(r), service.withdraws(p, r)))
    )

    assert {answer.status_code for answer in answers[1::2]} == {200}
    assert {answer.status_code for answer in answers[::2]} <= {200, 409}
    assert await service.rows("SELECT DISTINCT approval, seat FROM enrollments") == [("withdrawn", "none")]
    assert await service.audit() == []


async def test_fifty_accepted_at_once_for_one_seat_one_holds_it(service: EnrollmentService) -> None:
    session = await service.session(1)
    requests = [await service.request(person, session) for person in await service.people(50)]

    answers = await asyncio.gather(*(service.accepts(request) for request in requests))

    assert [answer.status_code for answer in answers] == [200] * 50
    seats = list((await service.seats(session)).values())
    assert [seat for seat, _ in seats] == ["held"] + ["queued"] * 49
    assert [number for _, number in seats] == list(range(1, 51))
    assert sorted(await service.emitted_about(EnrollmentApproved)) == sorted(requests)
    assert await service.audit() == []


async def test_a_seat_freed_and_a_newcomer_at_once_nobody_overtakes(service: EnrollmentService) -> None:
    """Drill 12: two hundred times, the one who waited gets the seat and the newcomer waits."""
    session = await service.session(1)
    people = await service.people(202)
    requests = [await service.request(person, session) for person in people]
    for first in requests[:2]:
        await service.accepts(first)
    for turn in range(200):
        freed, accepted = await asyncio.gather(
            service.withdraws(people[turn], requests[turn]), service.accepts(requests[turn + 2])
        )
        assert (freed.status_code, accepted.status_code) == (200, 200)
        seats = await service.seats(session)
        assert [seats[request][0] for request in requests[turn : turn + 3]] == ["none", "held", "queued"]
    assert [r for r in await service.emitted_about(EnrollmentPromoted) if r in requests[2:]] == requests[2:201]
    assert await service.audit() == []


async def test_three_of_a_structure_at_once_in_two_sessions_hold_two_seats_of_the_training(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    sessions = [await service.session(5, training_id=training) for _ in range(2)]
    people = await service.people(6, structure_id=uuid4())
    requests = [await service.request(person, sessions[turn % 2]) for turn, person in enumerate(people)]

    await asyncio.gather(*(service.accepts(request) for request in requests))

    found = [await service.seats(session) for session in sessions]
    held = Counter(seat for seats in found for seat, _ in seats.values())
    assert held == {"held": 2, "queued": 4}
    assert await service.audit() == []


async def test_two_requests_for_one_training_at_once_one_is_made(service: EnrollmentService) -> None:
    training = uuid4()
    sessions = [await service.session(5, training_id=training) for _ in range(2)]
    [person] = await service.people(1)

    answers = await asyncio.gather(*(service.asks(person, session) for session in sessions))

    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert await service.rows("SELECT count(*) FROM enrollments") == [(1,)]


async def test_the_same_decision_twice_at_once_is_taken_once(service: EnrollmentService) -> None:
    session = await service.session(2)
    [person] = await service.people(1)
    request = await service.request(person, session)

    answers = await asyncio.gather(*(service.accepts(request) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert await service.emitted_about(EnrollmentApproved) == [request]
    assert await service.audit() == []


async def test_more_seats_while_people_are_accepted_leave_no_seat_free(service: EnrollmentService) -> None:
    session = await service.session(2)
    requests = [await service.request(person, session) for person in await service.people(20)]

    await asyncio.gather(*(service.accepts(request) for request in requests), service.capacity(session, 9))

    assert Counter(seat for seat, _ in (await service.seats(session)).values()) == {"held": 9, "queued": 11}
    assert await service.audit() == []


async def test_fewer_seats_evict_nobody_and_give_none_until_they_fit(service: EnrollmentService) -> None:
    session = await service.session(3)
    people = await service.people(5)
    requests = [await service.request(person, session) for person in people]
    for request in requests:
        await service.accepts(request)
    await service.capacity(session, 1)
    assert await service.audit() == []
    held = []
    for person, request in zip(people[:3], requests[:3], strict=True):
        await service.withdraws(person, request)
        held.append([seat for seat, _ in (await service.seats(session)).values()].count("held"))
    assert held == [2, 1, 1]
    assert await service.audit() == []


async def test_an_acceptance_gives_what_the_closing_of_requests_left_free_to_those_before(
    service: EnrollmentService,
) -> None:
    """The clock has not struck yet: somebody else than the accepted person gets a seat, also in another session."""
    training, structure = uuid4(), uuid4()
    here, there = await service.session(4, training_id=training), await service.session(2, training_id=training)
    people = await service.people(5, structure_id=structure)
    places = (here, here, here, there, here)
    requests = [await service.request(person, session) for person, session in zip(people, places, strict=True)]
    for request in requests[:4]:
        await service.accepts(request)
    assert [(await service.seats(session))[r][0] for r, session in zip(requests[:4], places, strict=False)] == [
        "held", "held", "queued", "queued",
    ]  # fmt: skip
    async with service.database.transaction() as work:
        # the closing comes by itself: no message announces it
        await work.connection.exec_driver_sql("UPDATE sessions SET closes_at = now() - interval '1 minute'")

    accepted = await service.accepts(requests[4])

    assert (accepted.json()["seat"], accepted.json()["rank"]) == ("held", None)
    assert {seat for session in (here, there) for seat, _ in (await service.seats(session)).values()} == {"held"}
    assert set(await service.emitted_about(EnrollmentPromoted)) == set(requests[2:4])
    occupied = await service.emitted_about(SessionOccupancyChanged)
    assert occupied[-2:] == sorted([here, there])
    assert await service.audit() == []


async def test_an_acceptance_leaves_the_seat_to_somebody_who_was_there_before(service: EnrollmentService) -> None:
    structure = uuid4()
    session = await service.session(3)
    requests = [await service.request(person, session) for person in await service.people(4, structure_id=structure)]
    for request in requests[:3]:
        await service.accepts(request)
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql("UPDATE sessions SET closes_at = now() - interval '1 minute'")

    accepted = await service.accepts(requests[3])

    assert (accepted.json()["seat"], accepted.json()["rank"]) == ("queued", 1)
    assert (await service.seats(session))[requests[2]] == ("held", 3)
    assert await service.emitted_about(EnrollmentPromoted) == [requests[2]]
    assert await service.emitted_about(EnrollmentApproved) == requests
    names = [row.name for row in await service.rows("SELECT name FROM outbox ORDER BY id DESC LIMIT 3")][::-1]
    assert names == [
        EnrollmentPromoted.wire_name,
        "enrollment.session_occupancy_changed.v1",
        EnrollmentApproved.wire_name,
    ]
    assert await service.audit() == []
