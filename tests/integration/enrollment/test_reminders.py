"""Who keeps others waiting is reminded, once for each occasion, however many workers there are."""

import asyncio
from datetime import timedelta
from uuid import UUID

from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases import decide
from shared.contracts.attendance import AttendanceOverdue
from shared.contracts.enrollment import DecisionReminded, EnrollmentRequested, KeepMotivation
from tests.integration.enrollment.enrollment_service import EnrollmentService

WORKERS = 5


async def strikes(service: EnrollmentService) -> None:
    """The clocks of several workers strike at the same time, and once more."""
    await asyncio.gather(*(service.clock() for _ in range(WORKERS)))
    await service.clock()


async def ages(service: EnrollmentService, days: float, *requests: UUID) -> None:
    """Requests were made that many days earlier than they were."""
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql(
            "UPDATE enrollments SET requested_at = requested_at - $2::interval,"
            " employer_asked_at = employer_asked_at - $2::interval WHERE id = ANY($1)",
            (list(requests), timedelta(days=days)),
        )


async def accepts_before(service: EnrollmentService, days: float, request: UUID) -> None:
    """The employer agreed that many days ago."""
    async with service.database.transaction() as work:
        tx = Transaction(work)
        actor = await tx.people.actor(service.employer)
        assert actor
        await decide.accept(tx, request, actor=actor, now=service.now - timedelta(days=days), reason=None)


async def asks_before(service: EnrollmentService, days: float, request: UUID) -> None:
    """The trainer asked a question that many days ago."""
    async with service.database.transaction() as work:
        tx = Transaction(work)
        actor = await tx.people.actor(service.trainer)
        assert actor
        await decide.ask(tx, request, actor=actor, now=service.now - timedelta(days=days), question="Pourquoi ?")


async def reminded(service: EnrollmentService) -> list[tuple[UUID, str, str]]:
    return [(each.enrollment.id, each.awaited, each.occasion) for each in await service.emitted(DecisionReminded)]


async def test_employers_are_reminded_after_a_third_and_two_thirds_of_their_days(service: EnrollmentService) -> None:
    session = await service.session(9)
    old, new, decided = [await service.request(person, session) for person in await service.people(3)]
    await service.accepts(decided)
    await ages(service, 6.9, old, decided)
    await strikes(service)
    assert await reminded(service) == []
    await ages(service, 0.2, old, decided)
    await strikes(service)
    assert await reminded(service) == [(old, "employer", "day_7")]
    await ages(service, 7, old)
    await strikes(service)
    assert await reminded(service) == [(old, "employer", "day_7"), (old, "employer", "day_14")]
    requested_at = (await service.rows("SELECT requested_at FROM enrollments WHERE id = :id", id=old))[0].requested_at
    assert (await service.emitted(DecisionReminded))[-1].decide_before == requested_at + timedelta(days=21)
    assert new not in await service.emitted_about(DecisionReminded)


async def test_many_requests_are_shared_by_the_workers_and_none_is_reminded_of_twice(
    service: EnrollmentService,
) -> None:
    session = await service.session(9)
    requests = await service.requests(await service.people(230), session)
    await ages(service, 8, *requests)
    await strikes(service)
    assert sorted(await service.emitted_about(DecisionReminded)) == sorted(requests)


async def test_two_occasions_that_have_passed_are_one_reminder(service: EnrollmentService) -> None:
    session = await service.session(9)
    [person] = await service.people(1)
    request = await service.request(person, session)
    await ages(service, 15, request)
    await strikes(service)
    assert await reminded(service) == [(request, "employer", "day_14")]


async def test_employers_are_reminded_one_day_before_the_first_slot(service: EnrollmentService) -> None:
    session = await service.session(9)
    early, late = await service.people(2)
    request = await service.request(early, session)
    await ages(service, 1, request)
    await service.moves(session, timedelta(days=-29, hours=-1))
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql("UPDATE sessions SET closes_at = now() + interval '1 hour'")
    await service.request(late, session)  # its employers have been told within the last day
    await strikes(service)
    assert await reminded(service) == [(request, "employer", "eve")]


async def test_trainers_are_reminded_five_days_after_the_seat_was_given(service: EnrollmentService) -> None:
    session = await service.session(2)
    requests = [await service.request(person, session) for person in await service.people(3)]
    recent, held, queued = requests
    for request, days in ((recent, 4.9), (held, 5.1), (queued, 5.1)):
        await accepts_before(service, days, request)
    await strikes(service)
    assert await reminded(service) == [(held, "trainer", "day_5")]
    assert (await service.emitted(DecisionReminded))[0].decide_before is None


async def test_a_question_is_recalled_after_five_days_and_a_second_one_too(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    request = await service.request(person, session)
    await accepts_before(service, 0, request)
    await asks_before(service, 4.9, request)
    await strikes(service)
    assert await reminded(service) == []
    for _ in range(2):
        await service.decides(person.account_id, request, "answer", answer="Pour progresser.")
        await asks_before(service, 5.1, request)
        await strikes(service)
    assert await reminded(service) == [(request, "answer", "day_5")] * 2


async def test_nobody_is_reminded_of_a_closed_request(service: EnrollmentService) -> None:
    session = await service.session(9)
    people = await service.people(2)
    refused, withdrawn = [await service.request(person, session) for person in people]
    await service.decides(service.employer, refused, "refusal", reason="Non.")
    await service.accepts(withdrawn)
    await service.withdraws(people[1], withdrawn)
    await ages(service, 15, refused, withdrawn)
    await strikes(service)
    assert await reminded(service) == []


async def test_a_sheet_that_is_not_closed_is_recalled_after_three_days(service: EnrollmentService) -> None:
    session, empty = await service.session(1), await service.session(1)
    [person] = await service.people(1)
    await service.enrolled(person, session)
    for each in (session, empty):
        await service.moves(each, timedelta(days=-33))
    await strikes(service)
    assert await service.emitted(AttendanceOverdue) == []
    for each in (session, empty):
        await service.moves(each, timedelta(hours=-8))
    await strikes(service)
    [overdue] = await service.emitted(AttendanceOverdue)
    assert (overdue.session_id, overdue.ended_at) == (session, service.sessions[session].slots[-1].ends_at)


async def test_a_decision_that_is_taken_now_comes_after_its_reminder_or_there_is_none(
    service: EnrollmentService,
) -> None:
    session = await service.session(9)
    requests = [await service.request(person, session) for person in await service.people(6)]
    await ages(service, 8, *requests)
    accepting = [asyncio.ensure_future(service.accepts(request)) for request in requests]
    await asyncio.gather(*accepting, *(service.clock() for _ in range(3)))
    assert {(await answer).status_code for answer in accepting} == {200}
    rows = await service.rows(
        "SELECT aggregate_id, name, aggregate_version FROM outbox WHERE name LIKE 'enrollment.%' ORDER BY id"
    )
    for request in requests:
        versions = [row.aggregate_version for row in rows if row.aggregate_id == request]
        assert versions == sorted(versions)


async def test_the_motivation_comes_before_a_reminder_and_the_request_says_when_it_expires(
    service: EnrollmentService,
) -> None:
    session = await service.session(9)
    [person] = await service.people(1)
    request = await service.request(person, session)
    [requested] = await service.emitted(EnrollmentRequested)
    assert requested.decide_before == (
        (await service.rows("SELECT requested_at FROM enrollments"))[0].requested_at + timedelta(days=21)
    )
    await ages(service, 8, request)
    await service.clock()
    names = [
        row.name
        for row in await service.rows("SELECT name FROM outbox WHERE aggregate_id = :id ORDER BY id", id=request)
    ]
    motivation = KeepMotivation.wire_name
    assert names == [motivation, EnrollmentRequested.wire_name, motivation, DecisionReminded.wire_name]
