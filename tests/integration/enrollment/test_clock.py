"""What follows from time alone, each as often as the clock strikes and with one effect."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import uuid4

from tests.integration.enrollment.agency import Agency

EXPIRED = "enrollment.enrollment_expired.v1"
PROMOTED = "enrollment.enrollment_promoted.v1"
CANCELLED = "enrollment.enrollment_cancelled.v1"


async def test_what_nobody_decides_expires_after_the_days_of_the_rule(agency: Agency) -> None:
    session = await agency.session(5)
    old, new, decided = [await agency.request(person, session) for person in await agency.people(3)]
    await agency.accepts(decided)
    async with agency.database.transaction() as work:
        await work.connection.exec_driver_sql(
            "UPDATE enrollments SET requested_at = now() - interval '22 days' WHERE id = ANY($1)", ([old, decided],)
        )

    await asyncio.gather(agency.clock(), agency.clock())
    await agency.clock()

    assert await agency.said(EXPIRED) == [old]
    found = {row.id: row.approval for row in await agency.rows("SELECT id, approval FROM enrollments")}
    assert found == {old: "expired", new: "awaiting_employer", decided: "awaiting_trainer"}
    late = await agency.accepts(old)
    assert (late.status_code, "La demande a expiré" in late.json()["detail"]) == (409, True)
    assert await agency.audit() == []


async def test_what_nobody_decided_before_the_first_slot_expires(agency: Agency) -> None:
    session = await agency.session(5)
    [person] = await agency.people(1)
    request = await agency.request(person, session)
    await agency.clock()
    assert await agency.said(EXPIRED) == []
    await agency.moves(session, timedelta(days=-30, seconds=-1))
    await agency.clock()
    assert await agency.said(EXPIRED) == [request]


async def test_seats_left_over_at_the_closing_go_to_those_over_the_cap_in_their_order(agency: Agency) -> None:
    session = await agency.session(4)
    people = await agency.people(5, structure_id=uuid4())
    requests = [await agency.request(person, session) for person in people]
    for request in requests:
        await agency.accepts(request)
    await agency.clock()
    assert Counter(seat for seat, _ in (await agency.seats(session)).values()) == {"held": 2, "queued": 3}

    after = agency.next_of(session, closes_at=agency.now - timedelta(minutes=1))
    async with agency.database.transaction() as work:
        # the closing comes by itself: no message says it
        await work.connection.exec_driver_sql("UPDATE sessions SET closes_at = $1", (after.closes_at,))
    await asyncio.gather(agency.clock(), agency.clock())

    seats = await agency.seats(session)
    assert [seats[request][0] for request in requests] == ["held", "held", "held", "held", "queued"]
    assert await agency.said(PROMOTED) == requests[2:4]
    assert await agency.audit() == []


async def test_nobody_waits_for_a_session_that_is_over(agency: Agency) -> None:
    session = await agency.session(1)
    first, second = [await agency.request(person, session) for person in await agency.people(2)]
    await agency.accepts(first)
    await agency.accepts(second)
    await agency.moves(session, timedelta(days=-40))
    await agency.clock()
    await agency.clock()
    assert await agency.said(CANCELLED) == [second]
    assert await agency.rows("SELECT approval, seat FROM enrollments WHERE id = :id", id=first) == [
        ("awaiting_trainer", "held")
    ]
    assert await agency.audit() == []
