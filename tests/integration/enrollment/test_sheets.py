"""Sheets as they are needed in the room: who is on them, who is added, what is recorded of each slot."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from shared.contracts.attendance import AttendanceClosed
from shared.contracts.enrollment import (
    AttendanceRecorded,
    EnrollmentCancelled,
    EnrollmentRequested,
    EnrollmentValidated,
)
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.sheet_room import a_room, accepted
from tests.integration.enrollment.test_attendance import YESTERDAY


async def test_who_holds_a_seat_is_on_the_sheet_and_the_closing_asks_about_who_is_not_validated(
    service: EnrollmentService,
) -> None:
    room = await a_room(service)
    people = await service.people(3)
    enrolled = await service.enrolled(people[0], room.session)
    came, stayed_away = [await accepted(service, person, room.session) for person in people[1:]]
    await service.moves(room.session, YESTERDAY)

    assert {request: line["validated"] for request, line in (await room.lines()).items()} == {
        enrolled: True,
        came: False,
        stayed_away: False,
    }
    await room.all_present(enrolled, came)
    await room.all_present(stayed_away, present=False)
    asked = await room.closes()
    assert (asked.status_code, asked.json()["type"]) == (409, "urn:parcourspro:problem:undecided-people")
    assert asked.json()["detail"] == (
        "2 personnes pré-inscrites ne sont pas validées : Lou Faure et Lou Faure. "
        "Validez chacune ou annulez sa demande."
    )
    assert {error["field"] for error in asked.json()["errors"]} == {f"undecided.{came}", f"undecided.{stayed_away}"}
    assert await service.emitted(EnrollmentCancelled) == []
    wrong = await room.closes(undecided=[{"enrollment_id": str(enrolled), "act": "validate"}])
    assert wrong.json()["errors"][0]["field"] == "undecided.0.enrollment_id"
    half = await room.closes(undecided=[{"enrollment_id": str(came), "act": "validate"}])
    assert half.json()["detail"].startswith("1 personne pré-inscrite n'est pas validée")

    closed = await room.closes(
        undecided=[
            {"enrollment_id": str(came), "act": "validate"},
            {"enrollment_id": str(stayed_away), "act": "cancel", "reason": "Absent, sans nouvelles."},
        ]
    )

    assert closed.status_code == 200, closed.text
    assert {line["enrollment_id"]: line["status_label"] for line in closed.json()["lines"]} == {
        str(enrolled): "Suivie",
        str(came): "Suivie",
    }
    history = (await service.call("GET", f"/enrollments/{came}/history", by=service.trainer)).json()
    assert [line["move"] for line in history] == ["request", "accept", "validate", "attend"]
    [cancelled] = await service.emitted(EnrollmentCancelled)
    assert (cancelled.enrollment.id, cancelled.by, cancelled.cancelled_by, cancelled.reason) == (
        stayed_away,
        "trainer",
        service.trainer,
        "Absent, sans nouvelles.",
    )
    mine = (await service.call("GET", f"/enrollments/{stayed_away}", by=people[2].account_id)).json()
    assert mine["status_label"] == "Annulée (non validée par le formateur)"
    [told] = await service.emitted(AttendanceClosed)
    assert (told.sheet.id, told.sheet.version, told.sheet.closed, told.closed_by) == (
        room.session,
        2,
        True,
        service.trainer,
    )
    assert await service.audit() == []


async def test_the_reason_for_who_was_not_validated_addresses_nobody(service: EnrollmentService) -> None:
    room = await a_room(service)
    [person] = await service.people(1)
    request = await accepted(service, person, room.session)
    await service.moves(room.session, YESTERDAY)
    await room.all_present(request, present=False)
    closed = await room.closes(undecided=[{"enrollment_id": str(request), "act": "cancel"}])
    assert closed.status_code == 200, closed.text
    reason = "La session a eu lieu ; l'inscription n'avait pas été validée."
    [cancelled] = await service.emitted(EnrollmentCancelled)
    assert cancelled.reason == reason
    for reader in (person.account_id, service.trainer):
        shown = (await service.call("GET", f"/enrollments/{request}", by=reader)).json()
        assert shown["last_decision"]["note"] == reason


async def test_who_never_got_a_seat_is_ended_with_a_reason_for_every_reader(service: EnrollmentService) -> None:
    room = await a_room(service, 1)
    first, second, third = await service.people(3)
    enrolled, queued = await service.enrolled(first, room.session), await accepted(service, second, room.session)
    undecided = await service.request(third, room.session)
    await service.moves(room.session, YESTERDAY)
    await room.all_present(enrolled)
    assert (await room.closes()).status_code == 200
    told = {
        message.enrollment.id: (message.by, message.reason) for message in await service.emitted(EnrollmentCancelled)
    }
    assert told == {
        queued: ("clock", "La session a eu lieu sans qu'une place se libère."),
        undecided: ("clock", "La session a eu lieu avant une décision de l'employeur."),
    }
    assert not any("vous" in reason for _, reason in told.values())
    view = (await service.call("GET", f"/enrollments/{queued}", by=second.account_id)).json()
    assert view["status_label"] == "Annulée (la session a eu lieu)"


async def test_a_person_of_the_queue_who_came_is_added_beyond_the_capacity(service: EnrollmentService) -> None:
    room = await a_room(service, 1)
    people = await service.people(3)
    enrolled = await service.enrolled(people[0], room.session)
    queued, undecided = await accepted(service, people[1], room.session), await service.request(people[2], room.session)
    early = await room.call("POST", "/people", {"enrollment_id": str(queued)})
    await service.moves(room.session, YESTERDAY)

    assert (early.status_code, early.json()["type"]) == (409, "urn:parcourspro:problem:too-early")
    for request in (queued, undecided):
        added = await room.call("POST", "/people", {"enrollment_id": str(request)})
        assert added.status_code == 200, added.text
    assert (await room.call("POST", "/people", {"enrollment_id": str(queued)})).status_code == 409
    assert {request: line["validated"] for request, line in (await room.lines()).items()} == dict.fromkeys(
        (enrolled, queued, undecided), True
    )
    assert await service.rows("SELECT held, capacity, overbooked_to FROM sessions") == [(3, 1, 3)]
    last = {message.enrollment.id: message for message in await service.emitted(EnrollmentValidated)}
    assert (last[queued].validated_by, last[queued].acting_as, last[queued].enrollment.seat) == (
        service.trainer,
        "trainer",
        "held",
    )
    history = (await service.call("GET", f"/enrollments/{undecided}/history", by=service.trainer)).json()
    assert [(line["move"], line["acting_as"], line["to_seat"]) for line in history] == [
        ("request", "beneficiary", "none"),
        ("admit", "trainer", "held"),
    ]
    await room.all_present(enrolled, queued, undecided)
    assert (await room.closes()).status_code == 200
    assert await service.audit() == []


async def test_an_unexpected_person_is_found_by_name_and_added_with_a_request(service: EnrollmentService) -> None:
    room = await a_room(service)
    enrolled, unexpected = await service.people(2)
    request = await service.enrolled(enrolled, room.session)
    await service.tell(service.account(unexpected.account_id, first_name="Élise", last_name="Nguyễn", version=2))
    assert (await room.call("GET", "/candidates?q=nguyen")).status_code == 409  # not before the day
    await service.moves(room.session, YESTERDAY)

    found = (await room.call("GET", "/candidates?q=elise%20NGUYEN")).json()["items"]
    assert found == [
        {
            "person": {"id": str(unexpected.account_id), "first_name": "Élise", "last_name": "Nguyễn"},
            "structure": {"id": str(unexpected.structure_id), "name": "Mission locale"},
        }
    ]
    assert (await room.call("GET", "/candidates?q=faure")).json()["items"] == []  # on the sheet already
    assert (await room.call("GET", "/candidates?q=elise", by=service.employer)).status_code == 404
    person = {"account_id": str(unexpected.account_id), "structure_id": str(unexpected.structure_id)}
    stranger = await room.call("POST", "/people", {**person, "structure_id": str(uuid4())})
    assert stranger.json()["errors"][0]["field"] == "structure_id"
    assert (await room.call("POST", "/people", {"account_id": str(uuid4())})).status_code == 422
    without_reason = await room.call("POST", "/people", person, service.staff)
    assert without_reason.json()["type"] == "urn:parcourspro:problem:reason-missing"

    added = await room.call("POST", "/people", {**person, "reason": "Venue avec une collègue."})

    assert added.status_code == 200, added.text
    [made] = [each for each in await room.lines() if each != request]
    [requested] = [each for each in await service.emitted(EnrollmentRequested) if each.enrollment.id == made]
    assert (requested.enrollment.account_id, requested.cart_size) == (unexpected.account_id, 1)
    [line] = (await service.call("GET", f"/enrollments/{made}/history", by=service.trainer)).json()
    assert (line["move"], line["note"], line["to_approval"]) == ("admit", "Venue avec une collègue.", "validated")
    assert await service.audit() == []


async def test_nobody_adds_themselves_or_somebody_with_another_request(service: EnrollmentService) -> None:
    training = uuid4()
    room = await a_room(service, training_id=training)
    other = await service.session(5, training_id=training)
    [person] = await service.people(1)
    await service.request(person, other)
    await service.tell(service.attached(service.trainer, person.structure_id, "beneficiary"))
    await service.moves(room.session, YESTERDAY)
    two = await room.call(
        "POST", "/people", {"account_id": str(person.account_id), "structure_id": str(person.structure_id)}
    )
    own = await room.call(
        "POST", "/people", {"account_id": str(service.trainer), "structure_id": str(person.structure_id)}
    )
    assert [answer.json()["type"].rpartition(":")[2] for answer in (two, own)] == ["other-request-open", "own-request"]
    assert await service.rows("SELECT count(*) FROM enrollments") == [(1,)]


async def test_nobody_is_added_to_a_session_that_was_cancelled(service: EnrollmentService) -> None:
    room = await a_room(service)
    [person] = await service.people(1)
    request = await service.enrolled(person, room.session)
    await service.moves(room.session, YESTERDAY)
    await service.cancels(room.session)
    refused = await room.call("POST", "/people", {"enrollment_id": str(request)})
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "session-is-cancelled")


async def test_a_withdrawn_person_who_came_is_added_again_unless_another_request_is_open(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    room = await a_room(service, training_id=training)
    [person] = await service.people(1)
    request = await service.enrolled(person, room.session)
    assert (await service.withdraws(person, request)).status_code == 200
    other = await service.request(person, await service.session(5, training_id=training))
    await service.moves(room.session, YESTERDAY)
    assert (await room.call("POST", "/people", {"enrollment_id": str(request)})).status_code == 409
    assert (await service.withdraws(person, other)).status_code == 200
    assert (await room.call("POST", "/people", {"enrollment_id": str(request)})).status_code == 200
    assert list(await room.lines()) == [request]
    assert (await room.call("POST", "/people", {"enrollment_id": str(uuid4())})).status_code == 404
    assert await service.audit() == []


async def test_each_slot_has_its_status_an_arrival_and_a_word(service: EnrollmentService) -> None:
    room = await a_room(service)
    [person] = await service.people(1)
    request = await service.enrolled(person, room.session)
    await service.moves(room.session, YESTERDAY)
    slot = service.sessions[room.session].slots[0]
    arrived = slot.starts_at + timedelta(minutes=40)

    async def put(number: int, **mark: Any) -> httpx.Response:
        body = {"presences": [{"enrollment_id": str(request), **mark}]}
        return await room.call("PUT", f"/slots/{room.slots[number]}", body)

    for mark, field in (
        ({"status": "late"}, "presences.0.arrived_at"),
        ({"status": "present", "arrived_at": arrived.isoformat()}, "presences.0.arrived_at"),
        ({"status": "late", "arrived_at": slot.ends_at.isoformat()}, "presences.0.arrived_at"),
        ({}, "presences.0"),
        ({"status": "present", "present": True}, "presences.0"),
    ):
        answer = await put(0, **mark)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert (await put(0, status="late", arrived_at=arrived.isoformat(), remark="Train en retard.")).status_code == 200
    assert (await put(1, status="excused", remark="Rendez-vous médical.")).status_code == 200

    line = (await room.lines())[request]
    assert [(each["status"], each["remark"]) for each in line["slots"]] == [
        ("late", "Train en retard."),
        ("excused", "Rendez-vous médical."),
    ]
    assert line["presences"] == dict(zip(room.slots, (True, False), strict=True))
    recorded = line["slots"][0]
    assert (recorded["recorded_by"]["last_name"], bool(recorded["recorded_at"])) == ("Roux", True)
    assert line["person"]["email"] == f"{person.account_id}@exemple.fr"
    assert (await room.closes()).status_code == 200
    [told] = await service.emitted(AttendanceRecorded)
    assert [(each.present, each.excused, each.arrived_at) for each in told.slots] == [
        (True, None, arrived),
        (False, True, None),
    ]
