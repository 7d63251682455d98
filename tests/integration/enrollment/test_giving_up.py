"""Giving up: before the first slot and after it, by the person and on behalf, and what becomes of the seat."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.catalogue import SessionRescheduled
from shared.contracts.enrollment import AttendanceRecorded, EnrollmentAbandoned, EnrollmentPromoted, EnrollmentWithdrawn
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.sheet_room import a_room
from tests.integration.enrollment.under_way import begins

ILL = "Je suis malade."


async def test_a_withdrawal_keeps_its_reason(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    made = await service.request(person, await service.session(1))
    assert (await service.decides(person.account_id, made, "withdrawal", reason=ILL)).status_code == 200
    [event] = await service.emitted(EnrollmentWithdrawn)
    assert (event.reason, event.acting_as, event.withdrawn_by) == (ILL, "beneficiary", person.account_id)
    assert [row.note for row in await service.rows("SELECT note FROM enrollment_history")] == [ILL]


@pytest.mark.parametrize("role", ["employer", "staff"])
async def test_an_employer_or_staff_record_a_withdrawal_with_a_reason(service: EnrollmentService, role: str) -> None:
    [person] = await service.people(1)
    made = await service.request(person, await service.session(1))
    by = service.employer if role == "employer" else service.staff
    assert (await service.decides(by, made, "withdrawal")).status_code == 422
    withdrawn = await service.decides(by, made, "withdrawal", reason="Elle m'a appelé.")
    assert withdrawn.json()["status_label"] == "Annulée (par la personne)"
    [event] = await service.emitted(EnrollmentWithdrawn)
    assert (event.reason, event.acting_as, event.withdrawn_by) == ("Elle m'a appelé.", role, by)


@pytest.mark.parametrize("path", ["withdrawal", "abandonment"])
async def test_once_the_session_has_begun_it_is_an_abandonment_and_nobody_is_promoted(
    service: EnrollmentService, path: str
) -> None:
    session = await service.session(1)
    first, second = await service.people(2)
    enrolled = await service.enrolled(first, session)
    queued = await service.request(second, session)
    await service.accepts(queued)
    early = await service.decides(first.account_id, enrolled, "abandonment")
    assert (early.status_code, early.json()["detail"]) == (
        409,
        "La session n'a pas commencé : c'est un désistement, pas un abandon.",
    )
    await begins(service, session)
    slot = service.sessions[session].slots[0].id
    body = {"presences": [{"enrollment_id": str(enrolled), "present": True}]}
    sheet = f"/sessions/{session}/attendance/slots/{slot}"
    assert (await service.call("PUT", sheet, body, by=service.trainer)).status_code == 200

    abandoned = await service.decides(first.account_id, enrolled, path, reason=ILL)

    assert (abandoned.status_code, abandoned.json()["status_label"]) == (200, "Abandon")
    assert await service.seats(session) == {enrolled: ("none", 1), queued: ("queued", 2)}
    [event] = await service.emitted(EnrollmentAbandoned)
    assert (event.abandoned_by, event.acting_as, event.reason) == (first.account_id, "beneficiary", ILL)
    assert await service.emitted_about(EnrollmentPromoted) == []
    presences = await service.rows("SELECT enrollment_id, present FROM presences")
    assert presences == [(enrolled, True)]
    promoted = await service.decides(service.staff, queued, "promotion", reason="Elle est là.")
    assert (promoted.status_code, promoted.json()["type"]) == (409, "urn:parcourspro:problem:session-has-begun")
    assert await service.audit() == []


async def test_who_gave_up_keeps_what_they_followed(service: EnrollmentService) -> None:
    room = await a_room(service)
    people = await service.people(3)
    came, early, absent = [await service.enrolled(person, room.session) for person in people]
    await begins(service, room.session)
    morning, afternoon = room.slots
    for person, request in zip(people, (came, early, absent), strict=True):
        assert (await service.decides(person.account_id, request, "abandonment", reason=ILL)).status_code == 200

    def marks(*requests: UUID) -> dict[str, Any]:
        return {"presences": [{"enrollment_id": str(each), "present": True} for each in requests]}

    # the trainer had not ticked the morning yet
    assert (await room.call("PUT", f"/slots/{morning}", marks(came, early))).status_code == 200
    later = await room.call("PUT", f"/slots/{afternoon}", marks(came))
    assert (later.status_code, later.json()["errors"][0]["field"]) == (422, "presences.0.enrollment_id")
    await service.moves(room.session, timedelta(hours=-4))
    assert (await room.closes()).status_code == 200

    told = {each.enrollment.id: each for each in await service.emitted(AttendanceRecorded)}
    assert told.keys() == {came, early}
    assert [each.present for each in told[came].slots] == [True, False]
    assert (told[came].attended, told[came].enrollment.approval) == (True, "abandoned")
    shown = (await service.call("GET", f"/enrollments/{came}", by=people[0].account_id)).json()
    assert (shown["status_label"], shown["certificate"] is not None) == ("Abandon", True)
    listed = await service.call("GET", f"/attendance?account_id={people[0].account_id}", by=service.employer)
    [line] = listed.json()["items"]
    assert (line["attended"], [each["status"] for each in line["slots"]]) == (True, ["present", "unexcused"])

    corrected = await room.corrects(early, morning="unexcused")
    assert corrected.status_code == 200, corrected.text
    [wrong] = [each for each in await service.emitted(AttendanceRecorded) if each.corrected]
    assert (wrong.enrollment.id, wrong.attended) == (early, False)
    another = await service.session(5, training_id=service.sessions[room.session].training_id)
    asked_again = await service.asks(people[0], another)
    assert asked_again.status_code == 201, asked_again.text
    assert await service.audit() == []


async def test_inside_the_freeze_only_staff_give_a_seat_with_a_reason(service: EnrollmentService) -> None:
    value = {"enabled": True, "value": {"hours": 1000}}
    freeze = await service.call("PUT", "/rules/promotion_freeze", value, by=service.staff, **{"If-Match": '"0"'})
    assert freeze.status_code == 200, freeze.text
    session = await service.session(1)
    first, second = await service.people(2)
    requests = [await service.request(person, session) for person in (first, second)]
    assert [(await service.accepts(each)).json()["seat"] for each in requests] == ["queued", "queued"]
    given = await service.decides(service.staff, requests[0], "promotion", reason="Elle est attendue.")
    assert given.json()["seat"] == "held"
    await service.withdraws(first, requests[0])
    assert (await service.seats(session))[requests[1]] == ("queued", 2)

    shorter = {"enabled": True, "value": {"hours": 1}}
    freeze = await service.call("PUT", "/rules/promotion_freeze", shorter, by=service.staff, **{"If-Match": '"1"'})
    assert freeze.status_code == 200
    assert (await service.seats(session))[requests[1]] == ("held", 2)
    assert await service.audit() == []


async def test_a_trainer_leaves_their_own_request_to_somebody_else(service: EnrollmentService) -> None:
    """A trainer of the session who asked for a place in it."""
    structure = uuid4()
    [person] = await service.people(1, structure_id=structure)
    session = await service.session(2)
    trained = service.next_of(session, trainer_ids=(service.trainer, person.account_id))
    made = await service.request(person, session)
    await service.accepts(made)
    await service.tell(SessionRescheduled(occurred_at=service.now, session=trained, moved=False))
    for path, body in (("validation", {}), ("decline", {"reason": ILL}), ("question", {"question": "Quoi ?"})):
        own = await service.decides(person.account_id, made, path, **body)
        assert (own.status_code, own.json()["type"]) == (409, "urn:parcourspro:problem:own-request")
    shown = await service.call("GET", f"/enrollments/{made}", by=person.account_id)
    assert [offer["move"] for offer in shown.json()["moves"]] == ["withdraw"]
    assert (await service.decides(service.trainer, made, "validation")).status_code == 200


async def test_a_trainer_who_waits_takes_the_seat_from_nobody(service: EnrollmentService) -> None:
    """The trainer asked for a place in the session too, and is in its queue behind the only seat."""
    structure = uuid4()
    first, waiting = await service.people(2, structure_id=structure)
    session = await service.session(1)
    trained = service.next_of(session, trainer_ids=(service.trainer, waiting.account_id))
    has_the_seat, waits = await service.request(first, session), await service.request(waiting, session)
    await service.accepts(has_the_seat)
    await service.accepts(waits)
    await service.tell(SessionRescheduled(occurred_at=service.now, session=trained, moved=False))

    shown = await service.call("GET", f"/enrollments/{has_the_seat}", by=waiting.account_id)
    assert [offer["move"] for offer in shown.json()["moves"]] == ["validate", "ask"]
    declined = await service.decides(waiting.account_id, has_the_seat, "decline", reason="Complet.")
    assert (declined.status_code, declined.json()["type"]) == (409, "urn:parcourspro:problem:waits-for-the-seat")
    asked = await service.decides(waiting.account_id, has_the_seat, "question", question="Quoi ?")
    assert "decline" not in [offer["move"] for offer in asked.json()["moves"]]

    assert (await service.decides(service.trainer, has_the_seat, "decline", reason="Complet.")).status_code == 200
    promoted = await service.call("GET", f"/enrollments/{waits}", by=waiting.account_id)
    assert promoted.json()["seat"] == "held"


async def test_an_employer_cannot_take_back_an_agreement_that_was_not_given(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    made = await service.request(person, await service.session(1))
    refused = await service.decides(service.employer, made, "agreement-withdrawal", reason=ILL)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:parcourspro:problem:no-agreement-yet")
    shown = await service.call("GET", f"/enrollments/{made}", by=service.employer)
    assert [offer["move"] for offer in shown.json()["moves"]] == ["accept", "refuse", "withdraw"]
