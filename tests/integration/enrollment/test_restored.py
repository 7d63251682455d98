"""What an undone decision and a reopened request get back, and when they come back at all."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.decide import reopen, undo
from shared.contracts.enrollment import DecisionUndone, EnrollmentPromoted, EnrollmentReopened
from shared.contracts.identity import AccountAttachmentEnded
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.test_reminders import ages
from tests.integration.enrollment.under_way import begins

REASON = "La personne a rappelé."


async def one_enrolled_and_one_queued(service: EnrollmentService, session_id: UUID) -> tuple[UUID, UUID]:
    first, second = await service.people(2)
    enrolled = await service.enrolled(first, session_id)
    queued = await service.request(second, session_id)
    assert (await service.accepts(queued)).status_code == 200
    return enrolled, queued


async def test_after_the_start_a_reopened_request_gets_the_seat_back_that_nobody_else_could_get(
    service: EnrollmentService,
) -> None:
    session = await service.session(1)
    enrolled, queued = await one_enrolled_and_one_queued(service, session)
    await begins(service, session)
    cancelled = await service.decides(service.employer, enrolled, "agreement-withdrawal", reason="Erreur.")
    assert cancelled.json()["seat"] == "none"
    assert await service.seats(session) == {enrolled: ("none", 1), queued: ("queued", 2)}

    reopened = await service.decides(service.staff, enrolled, "reopening", reason=REASON)

    assert (reopened.status_code, reopened.json()["status_label"]) == (200, "Inscrit·e")
    assert await service.seats(session) == {enrolled: ("held", 1), queued: ("queued", 2)}
    assert await service.emitted_about(EnrollmentPromoted) == []
    [event] = await service.emitted(EnrollmentReopened)
    assert (event.enrollment.approval, event.enrollment.seat) == ("validated", "held")
    assert await service.audit() == []


async def test_after_the_start_an_undone_decline_gives_the_seat_back(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    made = await service.request(person, session)
    await service.accepts(made)
    await begins(service, session)
    assert (await service.decides(service.trainer, made, "decline", reason="Erreur.")).status_code == 200

    undone = await service.decides(service.trainer, made, "undo")

    assert (undone.status_code, undone.json()["status_label"]) == (200, "Pré-inscrit·e")
    [event] = await service.emitted(DecisionUndone)
    assert (event.enrollment.seat, event.enrollment.rank) == ("held", None)
    assert await service.audit() == []


async def test_a_request_tells_who_decided_until_when_they_can_take_it_back(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    made = await service.request(person, await service.session(1))
    assert (await service.accepts(made)).json()["seat"] == "held"

    async def seen(by: UUID) -> timedelta | None:
        request = (await service.call("GET", f"/enrollments/{made}", by=by)).json()
        decided, until = request["last_decision"]["at"], request["undo_until"]
        return until and datetime.fromisoformat(until) - datetime.fromisoformat(decided)

    assert await seen(service.employer) == timedelta(minutes=15)
    assert [await seen(by) for by in (service.trainer, service.staff, person.account_id)] == [None, None, None]
    await service.decides(service.employer, made, "undo")
    assert await seen(service.employer) is None


async def test_a_request_that_was_only_queued_gets_no_seat_after_the_start(service: EnrollmentService) -> None:
    session = await service.session(1)
    enrolled, queued = await one_enrolled_and_one_queued(service, session)
    await begins(service, session)
    await service.decides(service.staff, enrolled, "abandonment", reason=REASON)
    assert (await service.decides(service.trainer, queued, "decline", reason="Erreur.")).status_code == 200
    undone = await service.decides(service.trainer, queued, "undo")
    assert (undone.status_code, undone.json()["status_label"]) == (200, "Sur liste d'attente")


async def approval(service: EnrollmentService, request: UUID) -> str:
    [found] = await service.rows("SELECT approval FROM enrollments WHERE id = :id", id=request)
    return str(found.approval)


async def test_the_employer_has_all_days_again_for_a_request_that_comes_back_to_them(
    service: EnrollmentService,
) -> None:
    session = await service.session(5)
    old, young = await service.requests(await service.people(2), session)
    await service.moves(session, timedelta(days=60))
    await ages(service, 30, old)
    await service.clock()
    assert (await approval(service, old), await approval(service, young)) == ("expired", "awaiting_employer")

    back = await service.decides(service.staff, old, "reopening", reason=REASON)

    until = datetime.fromisoformat(back.json()["decide_before"])
    assert abs(until - (datetime.now(UTC) + timedelta(days=21))) < timedelta(minutes=1)
    [event] = await service.emitted(EnrollmentReopened)
    assert event.decide_before == until
    await service.clock()
    assert await approval(service, old) == "awaiting_employer"
    listed = await service.call("GET", "/enrollments?scope=structure&sort=decide_before", by=service.employer)
    assert [each["id"] for each in listed.json()["items"]] == [str(young), str(old)]
    assert (await service.accepts(old)).status_code == 200
    [decision] = await service.rows("SELECT waited FROM employer_decisions WHERE enrollment_id = :id", id=old)
    assert decision.waited < timedelta(minutes=1), "the days before are not the employer's delay"


def has_ended(service: EnrollmentService, person: Person) -> AccountAttachmentEnded:
    ended = service.attachment(person.account_id, person.structure_id, "beneficiary", version=2, state="ended")
    return AccountAttachmentEnded(occurred_at=service.now, attachment=ended, ended_by=service.staff, reason="Départ.")


async def test_a_refusal_is_not_undone_for_a_person_who_has_left_the_structure(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    made = await service.request(person, session)
    assert (await service.decides(service.employer, made, "refusal", reason="Erreur.")).status_code == 200
    await service.tell(has_ended(service, person))

    shown = await service.call("GET", f"/enrollments/{made}", by=service.employer)
    undone = await service.decides(service.employer, made, "undo")

    assert (undone.status_code, shown.json()["moves"]) == (409, [])
    assert undone.json()["detail"] == "La personne n'est plus bénéficiaire dans cette structure."


@pytest.mark.parametrize("restores", ["undo", "reopening"])
async def test_an_attachment_that_ends_meanwhile_cancels_what_was_put_back(
    service: EnrollmentService, restores: str
) -> None:
    """The handler of its end waits for the other transaction: otherwise it would not find the request."""
    session = await service.session(1)
    [person] = await service.people(1)
    made = await service.request(person, session)
    await service.decides(service.employer, made, "refusal", reason="Erreur.")
    async with service.database.transaction() as work:
        tx = Transaction(work)
        if restores == "undo":
            actor = await tx.people.actor(service.employer)
            assert actor is not None
            await undo(tx, made, actor=actor, now=datetime.now(UTC))
        else:
            actor = await tx.people.actor(service.staff)
            assert actor is not None
            await reopen(tx, made, actor=actor, now=datetime.now(UTC), reason=REASON)
        ends = asyncio.create_task(service.tell(has_ended(service, person)))
        await asyncio.wait([ends], timeout=0.3)
    await ends
    assert [row.approval for row in await service.rows("SELECT approval FROM enrollments")] == ["cancelled"]
    assert await service.audit() == []
