"""Attendance through the API: slot by slot, closed once, told to everybody whom it is about."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from shared.contracts.enrollment import AttendanceRecorded, EnrollmentCancelled
from tests.integration.enrollment.enrollment_service import EnrollmentService

YESTERDAY = timedelta(days=-31)


async def record(
    service: EnrollmentService,
    session: UUID,
    slot: int,
    present: dict[UUID, bool],
    who: UUID | None = None,
    **body: Any,
) -> httpx.Response:
    lines = [{"enrollment_id": str(request), "present": was} for request, was in present.items()]
    path = f"/sessions/{session}/attendance/slots/{service.sessions[session].slots[slot].id}"
    return await service.call("PUT", path, {"presences": lines, **body}, by=who or service.trainer)


async def close(service: EnrollmentService, session: UUID, who: UUID | None = None, **body: Any) -> httpx.Response:
    return await service.call(
        "POST", f"/sessions/{session}/attendance/closure", body or None, by=who or service.trainer
    )


async def test_attendance_is_taken_slot_by_slot_and_closed_once(service: EnrollmentService) -> None:
    session = await service.session(5)
    people = await service.people(2)
    here, away = [await service.enrolled(person, session) for person in people]
    await service.moves(session, YESTERDAY)
    morning, afternoon = (str(slot.id) for slot in service.sessions[session].slots)

    first = await record(service, session, 0, {here: True, away: False})
    assert first.status_code == 200, first.text
    assert {line["enrollment_id"]: line["presences"] for line in first.json()["lines"]} == {
        str(here): {morning: True, afternoon: None},
        str(away): {morning: False, afternoon: None},
    }
    missing = await close(service, session)
    assert (missing.status_code, missing.json()["detail"]) == (409, "La présence reste à saisir pour 1 créneau.")
    assert (await record(service, session, 1, {here: True})).status_code == 200
    assert (await close(service, session)).status_code == 409
    assert (await record(service, session, 1, {here: False, away: False})).status_code == 200
    assert await service.emitted(AttendanceRecorded) == []

    closed = await close(service, session)

    assert closed.status_code == 200
    assert closed.json()["closed_at"]
    recorded = {message.enrollment.id: message for message in await service.emitted(AttendanceRecorded)}
    assert {request: message.attended for request, message in recorded.items()} == {here: True, away: False}
    presences = {str(slot.slot_id): slot.present for slot in recorded[here].slots}
    assert presences == {morning: True, afternoon: False}
    stored = {row.id: row for row in await service.rows("SELECT id, version, attended FROM enrollments")}
    assert {request: row.attended for request, row in stored.items()} == {here: True, away: False}
    assert {request: message.enrollment.version for request, message in recorded.items()} == {
        r: row.version for r, row in stored.items()
    }
    lines = await service.rows(
        "SELECT aggregate_id, version, acted_by, acting_as, from_seat, to_seat "
        "FROM enrollment_history WHERE act = 'attend'"
    )
    assert {tuple(line) for line in lines} == {
        (request, row.version, service.trainer, "trainer", "held", "held") for request, row in stored.items()
    }
    history = (await service.call("GET", f"/enrollments/{here}/history", by=people[0].account_id)).json()
    assert [line["move"] for line in history] == ["request", "accept", "validate", "attend"]
    assert await service.audit() == []


async def test_after_the_closing_nothing_changes(service: EnrollmentService) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    request = await service.enrolled(person, session)
    await service.moves(session, YESTERDAY)
    for slot in (0, 1):
        await record(service, session, slot, {request: True})
    assert (await close(service, session)).status_code == 200

    again, late = await close(service, session), await record(service, session, 0, {request: False})
    taken_back = await service.decides(service.employer, request, "agreement-withdrawal", reason="Trop tard.")

    assert (again.status_code, late.status_code, taken_back.status_code) == (409, 409, 409)
    assert "a été clos le" in late.json()["detail"]
    assert "émargement de la session est clos" in taken_back.json()["detail"]
    assert len(await service.emitted(AttendanceRecorded)) == 1
    assert await service.rows("SELECT count(*) FROM presences WHERE NOT present") == [(0,)]


async def test_it_is_too_early_before_the_day_and_before_the_last_slot(service: EnrollmentService) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    request = await service.enrolled(person, session)

    recorded, closed = await record(service, session, 0, {request: True}), await close(service, session)

    assert (recorded.status_code, closed.status_code) == (409, 409)
    assert "C'est trop tôt" in recorded.json()["detail"]
    assert await service.rows("SELECT count(*) FROM presences") == [(0,)]


async def test_only_the_trainers_and_staff_with_a_reason_take_attendance(service: EnrollmentService) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    request = await service.enrolled(person, session)
    await service.moves(session, YESTERDAY)
    other_trainer = uuid4()
    await service.tell(service.account(other_trainer))

    for stranger in (person.account_id, service.employer, other_trainer):
        assert (await record(service, session, 0, {request: True}, stranger)).status_code == 404
        assert (await close(service, session, stranger)).status_code == 404
        assert (await service.call("GET", f"/sessions/{session}/attendance", by=stranger)).status_code == 404
    assert (await record(service, session, 0, {request: True}, service.staff)).status_code == 422
    for slot in (0, 1):
        assert (
            await record(service, session, slot, {request: True}, service.staff, reason="Feuille papier.")
        ).status_code == 200
    assert (await close(service, session, service.staff)).status_code == 422
    assert (await close(service, session, service.staff, reason="Feuille papier.")).status_code == 200
    assert await service.rows("SELECT attendance_closed_by, attendance_note FROM sessions") == [
        (service.staff, "Feuille papier.")
    ]


async def test_who_is_not_enrolled_is_not_on_the_sheet(service: EnrollmentService) -> None:
    session = await service.session(1)
    enrolled, queued = await service.people(2)
    request = await service.enrolled(enrolled, session)
    waiting = await service.enrolled(queued, session)
    await service.moves(session, YESTERDAY)

    wrong = await record(service, session, 0, {request: True, waiting: True})
    twice = await service.call(
        "PUT",
        f"/sessions/{session}/attendance/slots/{service.sessions[session].slots[0].id}",
        {"presences": [{"enrollment_id": str(request), "present": True}] * 2},
        by=service.trainer,
    )
    unknown = await service.call(
        "PUT",
        f"/sessions/{session}/attendance/slots/{uuid4()}",
        {"presences": [{"enrollment_id": str(request), "present": True}]},
        by=service.trainer,
    )

    assert (wrong.status_code, twice.status_code, unknown.status_code) == (422, 422, 404)
    assert wrong.json()["errors"] == [
        {"field": "presences.1.enrollment_id", "message": "Cette personne n'est pas inscrite."}
    ]
    assert await service.rows("SELECT count(*) FROM presences") == [(0,)]


async def test_the_closing_ends_what_was_never_enrolled_so_that_another_session_can_be_asked_for(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    session = await service.session(1, training_id=training)
    enrolled, queued = await service.people(2)
    request, waiting = await service.enrolled(enrolled, session), await service.enrolled(queued, session)
    await service.moves(session, YESTERDAY)
    for slot in (0, 1):
        await record(service, session, slot, {request: True})

    assert (await close(service, session)).status_code == 200

    assert await service.emitted_about(EnrollmentCancelled) == [waiting]
    names = [row.name for row in await service.rows("SELECT name FROM outbox ORDER BY id DESC LIMIT 4")][::-1]
    assert names == [
        AttendanceRecorded.wire_name,
        EnrollmentCancelled.wire_name,
        "enrollment.session_occupancy_changed.v1",
        "enrollment.attendance_closed.v1",
    ]
    later = await service.session(5, training_id=training)
    assert (await service.asks(queued, later)).status_code == 201
    assert (await service.asks(enrolled, later)).status_code == 422
    assert await service.audit() == []


async def test_who_said_what_of_a_slot_stays(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    request = await service.enrolled(person, session)
    await service.moves(session, YESTERDAY)
    for present in (True, False):
        await record(service, session, 0, {request: present})
    assert await service.rows("SELECT present FROM presences ORDER BY id") == [(True,), (False,)]
    for statement in ("UPDATE presences SET present = true", "DELETE FROM presences", "DELETE FROM enrollment_history"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await service.rows(statement)


async def test_the_sessions_of_a_trainer_are_paged(service: EnrollmentService) -> None:
    sessions = [await service.session(number) for number in (1, 2, 3)]
    [person] = await service.people(1)
    await service.enrolled(person, sessions[0])
    found: list[dict[str, Any]] = []
    path = "/sessions?limit=2"
    while path:
        page = (await service.call("GET", path, by=service.trainer)).json()
        found += page["items"]
        path = f"/sessions?limit=2&cursor={page['next']}" if page["next"] else ""
    assert {one["id"] for one in found} == {str(session) for session in sessions}
    assert len(found) == 3
    [first] = [one for one in found if one["id"] == str(sessions[0])]
    assert (first["title"], first["capacity"], first["held"], first["queued"], first["attendance_closed_at"]) == (
        "VAE",
        1,
        1,
        0,
        None,
    )
    assert len((await service.call("GET", "/sessions", by=service.staff)).json()["items"]) == 3
    assert (await service.call("GET", "/sessions", by=person.account_id)).json()["items"] == []
