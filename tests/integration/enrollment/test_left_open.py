"""Requests of a disabled account, or of somebody who is no beneficiary any more: found once, and somebody chooses."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.enrollment import EnrollmentCancelled, EnrollmentPromoted
from shared.contracts.identity import AccountUpdated, AttachmentStatusesChanged
from shared.contracts.proposals import RequestsLeftOpen
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person

CANCEL = {"decision": "cancel", "reason": "La personne a changé de mission."}
KEEP = {"decision": "keep", "reason": "Elle revient dans un mois."}


def updated(service: EnrollmentService, person: Person, version: int, **changes: Any) -> AccountUpdated:
    account = service.account(person.account_id, version=version, **changes).account
    return AccountUpdated(occurred_at=service.now, account=account)


def statuses(service: EnrollmentService, person: Person, version: int, *now: str) -> AttachmentStatusesChanged:
    attachment = service.attachment(person.account_id, person.structure_id, *now, version=version)
    return AttachmentStatusesChanged(
        occurred_at=service.now, attachment=attachment, changed_by=service.staff, before=("beneficiary",)
    )


async def referent_of(service: EnrollmentService, person: Person) -> UUID:
    referent = uuid4()
    await service.tell(service.account(referent), service.attached(referent, person.structure_id, "referent"))
    return referent


def _what_ended(event: EnrollmentCancelled) -> tuple[str, set[UUID]] | None:
    return (event.act.because, set(event.act.enrollment_ids)) if event.act else None


async def listed(service: EnrollmentService, by: UUID, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await service.call("GET", f"/left-open{query}", by=by)).json()["items"]
    return items


async def test_what_one_person_left_open_is_read_alone(service: EnrollmentService) -> None:
    one, other = await service.people(2)
    for person in (one, other):
        await service.request(person, await service.session(3))
        await service.tell(updated(service, person, 2, disabled=True))
    found = await listed(service, service.staff, f"?account_id={one.account_id}")
    assert [each["person"]["id"] for each in found] == [str(one.account_id)]


async def test_a_disabled_account_with_open_requests_is_found_once_and_its_requests_are_cancelled(
    service: EnrollmentService,
) -> None:
    session = await service.session(1)
    person, next_one = await service.people(2)
    held, waiting = await service.request(person, session), await service.request(person, await service.session(3))
    queued = await service.request(next_one, session)
    for request in (held, queued):
        await service.accepts(request)
    referent = await referent_of(service, person)
    assert await listed(service, service.staff) == []

    await service.tell(updated(service, person, 2, disabled=True))
    await service.tell(updated(service, person, 3, disabled=True, last_name="Autre"))

    [event] = await service.emitted(RequestsLeftOpen)
    assert (event.account_id, event.structure_id, event.because) == (
        person.account_id,
        person.structure_id,
        "disabled",
    )
    assert set(event.enrollment_ids) == {held, waiting}
    for who in (referent, service.staff):
        [found] = await listed(service, who)
        assert (found["id"], found["person"]["last_name"]) == (str(event.id), "Autre")
        assert {request["status_label"] for request in found["requests"]} == {
            "Pré-inscrit·e",
            "En attente de l'employeur",
        }
    for stranger in (service.employer, service.trainer, person.account_id):
        assert (await service.call("POST", f"/left-open/{event.id}/decision", CANCEL, by=stranger)).status_code in {
            403,
            404,
        }
    answer = await service.call("POST", f"/left-open/{event.id}/decision", CANCEL, by=referent)
    assert (answer.status_code, answer.json()["decision"], answer.json()["requests"]) == (200, "cancel", [])
    cancelled = await service.emitted(EnrollmentCancelled)
    assert {each.enrollment.id for each in cancelled} == {held, waiting}
    assert {(each.by, each.cancelled_by, each.reason) for each in cancelled} == {
        ("referent", referent, CANCEL["reason"])
    }
    assert [_what_ended(each) for each in cancelled] == [("disabled", {held, waiting})] * 2
    assert len({each.act for each in cancelled}) == 1
    assert await service.emitted_about(EnrollmentPromoted) == [queued]
    view = (await service.call("GET", f"/enrollments/{held}", by=service.staff)).json()
    assert view["status_label"] == "Annulée (par la structure)"
    again = await service.call("POST", f"/left-open/{event.id}/decision", KEEP, by=service.staff)
    assert (again.status_code, "annuler ces demandes" in again.json()["detail"]) == (409, True)
    assert await listed(service, service.staff) == []
    assert await service.audit() == []


async def test_the_person_downloads_why_requests_were_kept(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    await service.request(person, await service.session(3))
    await service.tell(statuses(service, person, 2, "referent"))
    [event] = await service.emitted(RequestsLeftOpen)
    answer = await service.call("POST", f"/left-open/{event.id}/decision", KEEP, by=service.staff)
    assert answer.status_code == 200, answer.text
    [left] = (await service.call("GET", "/me/data", by=person.account_id)).json()["left_open"]
    assert (left["because"], left["decision"], left["reason"]) == ("status_lost", "keep", KEEP["reason"])


async def test_a_status_that_is_taken_away_and_given_back(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    request = await service.request(person, await service.session(3))
    await service.tell(statuses(service, person, 2, "referent"))
    [first] = await service.emitted(RequestsLeftOpen)
    assert (first.because, first.enrollment_ids) == ("status_lost", (request,))
    # nobody chooses about their own requests
    own = await service.call("POST", f"/left-open/{first.id}/decision", KEEP, by=person.account_id)
    assert own.status_code == 404

    await service.tell(statuses(service, person, 3, "referent", "beneficiary"))
    assert await listed(service, service.staff) == []
    answer = await service.call("POST", f"/left-open/{first.id}/decision", CANCEL, by=service.staff)
    assert (answer.status_code, answer.json()["type"].rsplit(":")[-1]) == (409, "already-chosen")

    await service.tell(statuses(service, person, 4, "referent"))
    second = (await service.emitted(RequestsLeftOpen))[-1]
    assert second.id != first.id
    kept = await service.call("POST", f"/left-open/{second.id}/decision", KEEP, by=service.staff)
    assert (kept.status_code, len(kept.json()["requests"])) == (200, 1)
    await service.tell(statuses(service, person, 5, "employer"))
    assert len(await service.emitted(RequestsLeftOpen)) == 2
    assert await service.rows("SELECT approval FROM enrollments") == [("awaiting_employer",)]


async def test_an_older_event_that_arrives_late_leaves_nothing_open(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    await service.request(person, await service.session(3))
    await service.tell(statuses(service, person, 3, "beneficiary"), statuses(service, person, 2, "employer"))
    await service.tell(updated(service, person, 3), updated(service, person, 2, disabled=True))
    assert await service.emitted(RequestsLeftOpen) == []


async def test_what_has_begun_or_was_never_open_is_not_asked_about(service: EnrollmentService) -> None:
    begun, nothing = await service.people(2)
    session = await service.session(3)
    await service.enrolled(begun, session)
    await service.moves(session, timedelta(days=-30, seconds=-5))
    for person in (begun, nothing):
        await service.tell(updated(service, person, 2, disabled=True))
    assert await service.emitted(RequestsLeftOpen) == []


async def test_two_choices_at_once_have_one_effect(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    for _ in range(3):
        await service.accepts(await service.request(person, await service.session(3)))
    referent = await referent_of(service, person)
    await service.tell(updated(service, person, 2, disabled=True))
    [event] = await service.emitted(RequestsLeftOpen)
    path = f"/left-open/{event.id}/decision"
    answers = await asyncio.gather(
        *(service.call("POST", path, body, by=who) for who in (referent, service.staff) for body in (CANCEL, KEEP))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    approvals = {row.approval for row in await service.rows("SELECT approval FROM enrollments")}
    [decision] = [row.decision for row in await service.rows("SELECT decision FROM left_open")]
    assert approvals == {"cancelled" if decision == "cancel" else "awaiting_trainer"}
    assert await service.audit() == []


async def test_referents_and_staff_read_what_is_open_before_they_take_something_away(
    service: EnrollmentService,
) -> None:
    person, other = await service.people(2)
    request = await service.request(person, await service.session(3))
    referent, elsewhere = await referent_of(service, person), await referent_of(service, other)
    path = f"/people/{person.account_id}/open-requests"
    with_structure = f"{path}?structure_id={person.structure_id}"
    for who in (referent, service.staff):
        for each in (path, with_structure):
            [found] = (await service.call("GET", each, by=who)).json()
            assert (found["id"], found["title"], found["status_label"]) == (
                str(request),
                "VAE",
                "En attente de l'employeur",
            )
    for who in (service.employer, service.trainer, person.account_id):
        assert (await service.call("GET", with_structure, by=who)).status_code == 404
    assert (await service.call("GET", with_structure, by=elsewhere)).status_code == 404
    assert (await service.call("GET", path, by=elsewhere)).json() == []
