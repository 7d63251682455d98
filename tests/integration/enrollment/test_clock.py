"""What follows from time alone, each as often as the clock strikes and with one effect."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

from shared.contracts.enrollment import EnrollmentCancelled, EnrollmentExpired, EnrollmentPromoted
from tests.integration.enrollment.enrollment_service import EnrollmentService


async def test_what_nobody_decides_expires_after_the_days_of_the_rule(service: EnrollmentService) -> None:
    session = await service.session(5)
    old, new, decided = [await service.request(person, session) for person in await service.people(3)]
    await service.accepts(decided)
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql(
            "UPDATE enrollments SET employer_asked_at = now() - interval '22 days' WHERE id = ANY($1)",
            ([old, decided],),
        )

    await asyncio.gather(service.clock(), service.clock())
    await service.clock()

    assert await service.emitted_about(EnrollmentExpired) == [old]
    found = {row.id: row.approval for row in await service.rows("SELECT id, approval FROM enrollments")}
    assert found == {old: "expired", new: "awaiting_employer", decided: "awaiting_trainer"}
    late = await service.accepts(old)
    assert (late.status_code, "La demande a expiré" in late.json()["detail"]) == (409, True)
    assert await service.audit() == []


async def test_what_nobody_decided_before_the_first_slot_expires(service: EnrollmentService) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    request = await service.request(person, session)
    await service.clock()
    assert await service.emitted_about(EnrollmentExpired) == []
    await service.moves(session, timedelta(days=-30, seconds=-1))
    await service.clock()
    assert await service.emitted_about(EnrollmentExpired) == [request]


async def test_seats_left_over_at_the_closing_go_to_those_over_the_cap_in_their_order(
    service: EnrollmentService,
) -> None:
    session = await service.session(4)
    people = await service.people(5, structure_id=uuid4())
    requests = [await service.request(person, session) for person in people]
    for request in requests:
        await service.accepts(request)
    await service.clock()
    assert Counter(seat for seat, _ in (await service.seats(session)).values()) == {"held": 2, "queued": 3}

    after = service.next_of(session, closes_at=service.now - timedelta(minutes=1))
    async with service.database.transaction() as work:
        # the closing comes by itself: no message says it
        await work.connection.exec_driver_sql("UPDATE sessions SET closes_at = $1", (after.closes_at,))
    await asyncio.gather(service.clock(), service.clock())

    seats = await service.seats(session)
    assert [seats[request][0] for request in requests] == ["held", "held", "held", "held", "queued"]
    assert await service.emitted_about(EnrollmentPromoted) == requests[2:4]
    assert await service.audit() == []


async def test_a_session_that_is_over_gives_its_structure_a_seat_elsewhere(service: EnrollmentService) -> None:
    session = await service.session(2)
    later = await service.session(4, training_id=service.sessions[session].training_id)
    people = await service.people(4, structure_id=uuid4())
    before = [await service.request(person, session) for person in people[:2]]
    waiting = [await service.request(person, later) for person in people[2:]]
    for request in before + waiting:
        await service.accepts(request)
    await service.clock()
    assert [seat for seat, _ in (await service.seats(later)).values()] == ["queued", "queued"]

    async with service.database.transaction() as work:
        # the end comes by itself: no message says it
        await work.connection.exec_driver_sql(
            "UPDATE sessions SET starts_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' "
            "WHERE id = $1",
            (session,),
        )
    assert [str(request) in "".join(await service.audit()) for request in waiting] == [True, True]
    await asyncio.gather(service.clock(), service.clock())

    assert await service.emitted_about(EnrollmentPromoted) == waiting
    assert await service.audit() == []


async def test_nobody_waits_for_a_session_that_is_over(service: EnrollmentService) -> None:
    session = await service.session(1)
    first, second = [await service.request(person, session) for person in await service.people(2)]
    await service.accepts(first)
    await service.accepts(second)
    await service.moves(session, timedelta(days=-40))
    await service.clock()
    await service.clock()
    assert await service.emitted_about(EnrollmentCancelled) == [second]
    assert await service.rows("SELECT approval, seat FROM enrollments WHERE id = :id", id=first) == [
        ("awaiting_trainer", "held")
    ]
    assert await service.audit() == []
