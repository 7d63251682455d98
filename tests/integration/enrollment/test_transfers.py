"""A request is moved to another session of its training: both queues are settled in one transaction."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import httpx

from shared.contracts.enrollment import (
    EnrollmentPromoted,
    EnrollmentTransferred,
    KeepMotivation,
    SessionOccupancyChanged,
)
from tests.integration.enrollment.enrollment_service import EnrollmentService

REASON = "Trop loin de son lieu de travail."


async def moves_to(service: EnrollmentService, request: UUID, session: UUID, by: UUID | None = None) -> httpx.Response:
    body = {"session_id": str(session), "reason": REASON}
    return await service.call("POST", f"/enrollments/{request}/transfer", body, by=by or service.staff)


async def test_staff_move_a_person_and_the_next_in_the_old_queue_gets_the_seat(service: EnrollmentService) -> None:
    training = uuid4()
    old, new = [await service.session(1, training_id=training) for _ in range(2)]
    people = await service.people(2)
    moved, next_one = [await service.request(person, old) for person in people]
    await service.accepts(moved)
    await service.accepts(next_one)
    await service.decides(service.trainer, moved, "validation")

    answer = await moves_to(service, moved, new)

    view = answer.json()
    assert (answer.status_code, view["session"]["id"], view["session_id"]) == (200, str(new), str(new))
    assert (view["approval"], view["seat"], view["status_label"]) == ("validated", "held", "Inscrit·e")
    [event] = await service.emitted(EnrollmentTransferred)
    assert (event.enrollment.session_id, event.from_session_id, event.seat_before) == (new, old, "held")
    assert (event.transferred_by, event.acting_as, event.reason) == (service.staff, "staff", REASON)
    assert await service.emitted_about(EnrollmentPromoted) == [next_one]
    assert set((await service.emitted_about(SessionOccupancyChanged))[-2:]) == {old, new}
    history = (await service.call("GET", f"/enrollments/{moved}/history", by=people[0].account_id)).json()
    assert [(line["move"], line["acting_as"]) for line in history[-2:]] == [
        ("transfer", "staff"),
        ("promote", "queue"),
    ]
    assert history[-2]["note"] == REASON
    assert [history[-2][key]["id"] for key in ("from_session", "to_session")] == [str(old), str(new)]
    assert history[-2]["to_session"]["place"] == view["session"]["place"]
    assert {line["from_session"] for line in history if line["move"] != "transfer"} == {None}
    assert await service.seats(new) == {moved: ("held", 1)}
    assert await service.seats(old) == {next_one: ("held", 2)}
    assert await service.audit() == []


async def test_in_a_full_session_the_person_waits_as_the_last_one(service: EnrollmentService) -> None:
    training = uuid4()
    old, new = [await service.session(1, training_id=training) for _ in range(2)]
    moved = await service.request((await service.people(1))[0], old)
    there = [await service.request(person, new) for person in await service.people(2)]
    for request in (moved, *there):
        await service.accepts(request)
    view = (await moves_to(service, moved, new)).json()
    assert (view["seat"], view["rank"]) == ("queued", 2)
    [event] = await service.emitted(EnrollmentTransferred)
    assert event.enrollment.rank == 2
    assert await service.audit() == []


async def test_a_request_that_waits_for_the_employer_is_moved_too_and_the_motivation_comes_again(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    old, new = [await service.session(1, training_id=training) for _ in range(2)]
    request = await service.request((await service.people(1))[0], old)
    view = (await moves_to(service, request, new)).json()
    assert (view["approval"], view["session_id"]) == ("awaiting_employer", str(new))
    kept = await service.emitted(KeepMotivation)
    assert [(each.version, each.motivation) for each in kept] == [
        (1, "Accompagner les salariés."),
        (2, "Accompagner les salariés."),
    ]
    assert (await service.accepts(request)).json()["seat"] == "held"
    assert await service.audit() == []


async def test_a_transfer_is_refused_with_its_reason(service: EnrollmentService) -> None:
    training = uuid4()
    old, full_of_time, cancelled, begun, closed = [await service.session(1, training_id=training) for _ in range(5)]
    elsewhere = await service.session(1)
    [person] = await service.people(1)
    request = await service.request(person, old)
    await service.accepts(request)
    await service.cancels(cancelled)
    await service.moves(begun, timedelta(days=-30, minutes=-1))
    await service.moves(closed, timedelta(days=-21))
    for target, sentence in (
        (old, "déjà pour cette session"),
        (elsewhere, "même formation"),
        (uuid4(), "même formation"),
        (cancelled, "annulée"),
        (begun, "a commencé"),
        (closed, "ne prend plus de demandes"),
    ):
        answer = await moves_to(service, request, target)
        assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "transfer-impossible")
        assert sentence in answer.json()["detail"]
    for stranger in (person.account_id, service.employer, service.trainer):
        assert (await moves_to(service, request, full_of_time, by=stranger)).status_code == 404
    await service.withdraws(person, request)
    late = await moves_to(service, request, full_of_time)
    assert (late.status_code, late.json()["type"].rsplit(":")[-1]) == (409, "decided-meanwhile")
    assert await service.emitted(EnrollmentTransferred) == []


async def test_moves_in_both_directions_at_once_lose_no_seat(service: EnrollmentService) -> None:
    training = uuid4()
    sessions = [await service.session(3, training_id=training) for _ in range(2)]
    requests = [[await service.request(person, session) for person in await service.people(5)] for session in sessions]
    for request in (*requests[0], *requests[1]):
        await service.accepts(request)
    answers = await asyncio.gather(
        *(moves_to(service, request, sessions[1]) for request in requests[0]),
        *(moves_to(service, request, sessions[0]) for request in requests[1]),
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await service.rows("SELECT held FROM sessions") == [(3,), (3,)]
    assert await service.audit() == []
