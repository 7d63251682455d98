"""What is put right after a sheet was closed: lines corrected, sheets reopened, and what follows from it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from shared.contracts.attendance import AttendanceBegun, AttendanceClosed, AttendanceReopened
from shared.contracts.enrollment import AttendanceRecorded
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.sheet_room import REASON, a_room
from tests.integration.enrollment.test_attendance import YESTERDAY


async def test_a_closed_sheet_is_corrected_line_by_line(service: EnrollmentService) -> None:
    room = await a_room(service)
    people = await service.people(2)
    wrong, right = [await service.enrolled(person, room.session) for person in people]
    await service.moves(room.session, YESTERDAY)
    await room.all_present(wrong, right, present=False)
    assert (await room.corrects(wrong, morning="present")).json()["type"].endswith("attendance-open")
    assert (await room.closes()).status_code == 200

    corrected = await room.corrects(wrong, morning="present")

    assert corrected.status_code == 200, corrected.text
    assert corrected.json()["version"] == 3
    assert [(event["label"], event["note"], event["enrollment_id"]) for event in corrected.json()["history"]] == [
        ("Émargement clos", None, None),
        ("Présences corrigées", REASON, str(wrong)),
    ]
    told = await service.emitted(AttendanceRecorded)
    assert [(each.enrollment.id == wrong, each.attended, each.corrected) for each in told if each.corrected] == [
        (True, True, True)
    ]
    assert len(await service.emitted(AttendanceClosed)) == 1
    view = (await service.call("GET", f"/enrollments/{wrong}", by=people[0].account_id)).json()
    assert (view["attended"], view["status_label"]) == (True, "Suivie")
    downloaded = [(await service.call("GET", "/me/data", by=person.account_id)).json() for person in people]
    assert [[line["note"] for line in data["corrected_presences"]] for data in downloaded] == [[REASON], []]
    other = (await service.call("GET", f"/enrollments/{right}", by=people[1].account_id)).json()
    assert (other["attended"], other["status_label"]) == (False, "Absent·e")
    again = await room.corrects(wrong, morning="present")
    assert (again.json()["version"], len(await service.emitted(AttendanceRecorded))) == (4, 3)
    assert (await room.corrects(uuid4(), morning="present")).status_code == 404
    body = {"slots": [{"slot_id": str(uuid4()), "status": "present"}], "reason": REASON}
    assert (await room.call("PUT", f"/lines/{wrong}", body)).json()["errors"][0]["field"] == "slots.0.slot_id"
    assert await service.audit() == []


async def test_a_sheet_is_reopened_and_closed_again_and_only_what_changed_is_told(service: EnrollmentService) -> None:
    room = await a_room(service)
    people = await service.people(2)
    wrong, right = [await service.enrolled(person, room.session) for person in people]
    await service.moves(room.session, YESTERDAY)
    await room.all_present(wrong, right)
    assert (await room.call("POST", "/reopening", {"reason": REASON})).status_code == 409
    assert (await room.closes()).status_code == 200

    reopened = await room.call("POST", "/reopening", {"reason": REASON})

    assert (reopened.status_code, reopened.json()["closed_at"], reopened.json()["version"]) == (200, None, 3)
    [told] = await service.emitted(AttendanceReopened)
    [begun] = await service.emitted(AttendanceBegun)
    assert (begun.sheet.version, begun.sheet.closed, begun.begun_by) == (1, False, service.trainer)
    assert (told.sheet.version, told.sheet.closed, told.reopened_by, told.reason) == (3, False, service.trainer, REASON)
    await room.all_present(wrong, present=False)
    assert (await room.closes()).json()["version"] == 4
    assert [
        (each.enrollment.id, each.attended) for each in await service.emitted(AttendanceRecorded) if each.corrected
    ] == [(wrong, False)]
    assert [each.sheet.version for each in await service.emitted(AttendanceClosed)] == [2, 4]
    lines = await service.rows("SELECT aggregate_id, act FROM enrollment_history WHERE act IN ('attend', 'correct')")
    assert sorted(lines) == sorted([(wrong, "attend"), (right, "attend"), (wrong, "correct")])
    assert await service.audit() == []


@pytest.mark.parametrize("days", [7, 8])
async def test_trainers_correct_for_seven_days_and_staff_at_any_time(service: EnrollmentService, days: int) -> None:
    room = await a_room(service)
    [person] = await service.people(1)
    request = await service.enrolled(person, room.session)
    await service.moves(room.session, YESTERDAY)
    await room.all_present(request)
    await room.closes()
    await room.later(timedelta(days=days) - timedelta(minutes=1))

    by_trainer = await room.corrects(request, morning="excused")
    reopened = await room.call("POST", "/reopening", {"reason": REASON})

    assert {by_trainer.status_code, reopened.status_code} == ({200} if days == 7 else {409})
    if days == 8:
        assert by_trainer.json()["type"].endswith("correction-too-late")
        assert (await room.corrects(request, service.staff, morning="excused")).status_code == 200
        assert (await room.call("POST", "/reopening", {"reason": REASON}, service.staff)).status_code == 200
    for stranger in (person.account_id, service.employer):
        assert (await room.corrects(request, stranger, morning="present")).status_code == 404


async def test_who_was_absent_after_all_can_ask_for_the_training_again(service: EnrollmentService) -> None:
    room = await a_room(service)
    [person] = await service.people(1)
    request = await service.enrolled(person, room.session)
    await service.moves(room.session, YESTERDAY)
    await room.all_present(request, present=False)
    await room.closes()
    training = (await service.rows("SELECT training_id FROM enrollments"))[0].training_id
    again = await service.session(5, training_id=training)
    assert (await room.corrects(request, morning="present")).status_code == 200
    refused = await service.asks(person, again)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "lines.0.session_id")
    assert (await room.corrects(request, morning="unexcused", afternoon="unexcused")).status_code == 200
    assert (await service.asks(person, again)).status_code == 201


async def test_who_was_absent_is_in_the_last_of_the_four_lists(service: EnrollmentService) -> None:
    room = await a_room(service)
    people = await service.people(3)
    here, away = [await service.enrolled(person, room.session) for person in people[:2]]
    to_come = await service.enrolled(people[2], await service.session(5))
    await service.moves(room.session, YESTERDAY)
    await room.all_present(here)
    await room.all_present(away, present=False)
    await room.closes()
    expected = (("followed", here), ("cancelled", away), ("requested", to_come))
    for person, (group, request) in zip(people, expected, strict=True):
        for each in ("requested", "followed", "refused", "cancelled"):
            found = (await service.call("GET", f"/enrollments?group={each}", by=person.account_id)).json()["items"]
            assert [UUID(item["id"]) for item in found] == ([request] if each == group else [])
        for query in ("", "?q=faure"):
            counts = (await service.call("GET", f"/enrollments/counts{query}", by=person.account_id)).json()["groups"]
            assert {name: each["count"] for name, each in counts.items() if each["count"]} == {group: 1}
