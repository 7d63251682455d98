"""News that comes late, twice, or in another order than it was said; and a status that is gone as soon as the news is
there.
"""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.contracts.catalogue import (
    SessionCancelled,
    SessionCapacityChanged,
    SessionReinstated,
    SessionRescheduled,
    SessionScheduled,
    TrainingArchived,
    TrainingPublished,
)
from shared.contracts.enrollment import EnrollmentCancelled, EnrollmentReopened
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountUpdated,
    AttachmentStatusesChanged,
)
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.support.eventually import eventually


def ended(service: EnrollmentService, person: Person, version: int = 2) -> AccountAttachmentEnded:
    gone = service.attachment(person.account_id, person.structure_id, state="ended", version=version)
    return AccountAttachmentEnded(occurred_at=service.now, attachment=gone, ended_by=service.employer, reason="Départ.")


async def test_a_session_is_not_offered_before_its_training_is_known(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    training = service.training()
    session = service.planned(training, 5)
    assert (await service.call("PUT", f"/cart/sessions/{session.id}", by=person.account_id)).status_code == 404
    await service.tell(SessionScheduled(occurred_at=service.now, session=session))
    assert (await service.asks(person, session.id)).status_code == 422
    await service.tell(TrainingPublished(occurred_at=service.now, training=training))
    assert (await service.asks(person, session.id)).status_code == 201


async def test_an_archived_training_takes_no_new_request_and_those_made_go_on(service: EnrollmentService) -> None:
    training = service.training()
    session = service.planned(training, 5)
    await service.tell(
        TrainingPublished(occurred_at=service.now, training=training),
        SessionScheduled(occurred_at=service.now, session=session),
    )
    first, second = await service.people(2)
    request = await service.request(first, session.id)
    archived = training.model_copy(update={"version": 2, "state": "archived"})
    await service.tell(
        TrainingArchived(occurred_at=service.now, training=archived),
        TrainingPublished(occurred_at=service.now, training=training),
    )
    assert (await service.asks(second, session.id)).status_code == 422
    assert (await service.accepts(request)).json()["seat"] == "held"


async def test_an_older_session_changes_nothing(service: EnrollmentService) -> None:
    session = await service.session(5)
    older = service.sessions[session]
    await service.capacity(session, 2)
    await service.tell(SessionScheduled(occurred_at=service.now, session=older))
    assert await service.rows("SELECT version, capacity FROM sessions") == [(2, 2)]


async def test_a_capacity_heard_before_its_session_is_the_capacity(service: EnrollmentService) -> None:
    training = service.training()
    session = service.planned(training, 1)
    larger = service.next_of(session.id, capacity=3)
    await service.tell(
        SessionCapacityChanged(occurred_at=service.now, session=larger, before=1),
        TrainingPublished(occurred_at=service.now, training=training),
        SessionScheduled(occurred_at=service.now, session=session),
    )
    requests = [await service.request(person, session.id) for person in await service.people(4)]
    answers = [await service.accepts(request) for request in requests]
    assert [answer.json()["seat"] for answer in answers] == ["held", "held", "held", "queued"]
    assert await service.audit() == []


async def test_a_cancelled_session_ends_its_requests_once_however_often_it_is_heard(service: EnrollmentService) -> None:
    session = await service.session(1)
    people = await service.people(3)
    requests = [await service.request(person, session) for person in people]
    for request in requests[:2]:
        await service.accepts(request)
    await service.cancels(session)
    await service.tell(
        SessionCancelled(occurred_at=service.now, session=service.sessions[session], reason="Encore une fois.")
    )
    assert sorted(await service.emitted_about(EnrollmentCancelled)) == sorted(requests)
    assert await service.rows("SELECT DISTINCT approval, seat FROM enrollments") == [("cancelled", "none")]
    shown = (await service.call("GET", f"/enrollments/{requests[0]}", by=people[0].account_id)).json()
    assert shown["status_label"] == "Annulée (session annulée)"
    late = await service.accepts(requests[2])
    assert (late.status_code, "La session a été annulée le" in late.json()["detail"]) == (409, True)
    assert await service.audit() == []


async def test_a_reinstated_session_takes_requests_again_and_those_that_ended_are_reopened_by_staff(
    service: EnrollmentService,
) -> None:
    session = await service.session(1)
    first, second = await service.people(2)
    request = await service.enrolled(first, session)
    await service.cancels(session)
    reopening = {"reason": "La session a lieu."}
    too_soon = await service.decides(service.staff, request, "reopening", **reopening)
    assert (too_soon.status_code, too_soon.json()["detail"]) == (
        409,
        "La session n'a pas lieu, ou son émargement est clos.",
    )

    back = service.next_of(session, state="scheduled")
    await service.tell(SessionReinstated(occurred_at=service.now, session=back, reason="Une collègue la remplace."))

    assert await service.rows("SELECT state, version FROM sessions") == [("scheduled", back.version)]
    assert await service.rows("SELECT approval, seat FROM enrollments") == [("cancelled", "none")]
    assert await service.emitted(EnrollmentReopened) == []
    reopened = await service.decides(service.staff, request, "reopening", **reopening)
    assert (reopened.status_code, reopened.json()["status_label"]) == (200, "Inscrit·e")
    assert (await service.accepts(await service.request(second, session))).json()["seat"] == "queued"
    assert await service.audit() == []


async def test_a_cancellation_that_arrives_after_the_session_was_put_back_ends_no_request(
    service: EnrollmentService,
) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    await service.enrolled(person, session)
    gone = service.next_of(session, state="cancelled")
    back = service.next_of(session, state="scheduled")
    await service.tell(
        SessionReinstated(occurred_at=service.now, session=back, reason="Une collègue la remplace."),
        SessionCancelled(occurred_at=service.now, session=gone, reason="Formatrice souffrante."),
    )
    assert await service.emitted(EnrollmentCancelled) == []
    assert await service.rows("SELECT approval, seat FROM enrollments") == [("validated", "held")]
    assert await service.rows("SELECT state, version FROM sessions") == [("scheduled", back.version)]
    assert await service.audit() == []


async def test_a_cancellation_that_arrives_after_a_newer_copy_of_the_cancelled_session_ends_its_requests(
    service: EnrollmentService,
) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    request = await service.enrolled(person, session)
    gone = service.next_of(session, state="cancelled")
    newer = service.next_of(session, state="cancelled", training_title="Autre titre")
    await service.tell(
        SessionRescheduled(occurred_at=service.now, session=newer, moved=False),
        SessionCancelled(occurred_at=service.now, session=gone, reason="Formatrice souffrante."),
    )
    assert await service.emitted_about(EnrollmentCancelled) == [request]
    assert await service.audit() == []


async def test_a_session_cancelled_before_it_was_scheduled_stays_cancelled(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    training = service.training()
    session = service.planned(training, 5)
    gone = service.next_of(session.id, state="cancelled")
    await service.tell(
        SessionCancelled(occurred_at=service.now, session=gone, reason="Salle fermée."),
        SessionScheduled(occurred_at=service.now, session=session),
        TrainingPublished(occurred_at=service.now, training=training),
    )
    assert (await service.asks(person, session.id)).status_code == 422


async def test_carts_validated_while_their_sessions_are_cancelled_leave_nothing_open(
    service: EnrollmentService,
) -> None:
    """The other way round: the cart has read the session and not yet made its request."""
    sessions = [await service.session(5) for _ in range(10)]
    people = await service.people(10)
    calls = [call for p, s in zip(people, sessions, strict=True) for call in (service.asks(p, s), service.cancels(s))]
    await asyncio.gather(*calls)
    assert await service.rows("SELECT approval FROM enrollments WHERE approval <> 'cancelled'") == []


@pytest.mark.parametrize("news", ["the session is cancelled", "the attachment ends"])
async def test_news_that_comes_while_a_cart_is_being_validated_finds_its_request(
    service: EnrollmentService, news: str
) -> None:
    session = await service.session(5)
    [person] = await service.people(1)

    async def heard_or_waiting() -> bool:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return telling.done() or bool(await service.rows(waiting))

    async with service.validating(person, session):
        telling = asyncio.create_task(
            service.cancels(session) if news == "the session is cancelled" else service.tell(ended(service, person))
        )
        await eventually(heard_or_waiting)
    await telling

    [(request, approval)] = await service.rows("SELECT id, approval FROM enrollments")
    assert approval == "cancelled"
    assert await service.emitted_about(EnrollmentCancelled) == [request]


async def test_an_attachment_that_ends_gives_its_seats_on(service: EnrollmentService) -> None:
    session = await service.session(1)
    leaving, waiting = await service.people(2)
    first, second = await service.request(leaving, session), await service.request(waiting, session)
    await service.accepts(first)
    await service.accepts(second)
    await service.tell(ended(service, leaving))
    assert await service.emitted_about(EnrollmentCancelled) == [first]
    assert (await service.seats(session))[second] == ("held", 2)
    assert (await service.asks(leaving, await service.session(1))).status_code == 422
    assert await service.audit() == []


async def test_an_attachment_that_ended_is_not_brought_back_by_its_late_confirmation(
    service: EnrollmentService,
) -> None:
    [person] = await service.people(1)
    stranger = Person(person.account_id, uuid4())
    confirmed = service.attachment(stranger.account_id, stranger.structure_id, "beneficiary")
    await service.tell(
        ended(service, stranger),
        AccountAttachmentConfirmed(occurred_at=service.now, attachment=confirmed, confirmed_by=service.employer),
    )
    assert (await service.asks(stranger, await service.session(1))).status_code == 422


async def test_the_end_of_an_old_attachment_heard_late_leaves_the_new_one_alone(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    request = await service.request(person, session)
    older = service.attachment(person.account_id, person.structure_id, state="ended", version=9, id=uuid4())
    await service.tell(
        AccountAttachmentEnded(occurred_at=service.now, attachment=older, ended_by=service.staff, reason="Doublon.")
    )
    assert await service.emitted_about(EnrollmentCancelled) == []
    assert (await service.accepts(request)).status_code == 200


@pytest.mark.parametrize("statuses", [("beneficiary",), ()])
async def test_a_status_taken_away_stops_working_at_once(service: EnrollmentService, statuses: tuple[str, ...]) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    request = await service.request(person, session)
    changed = service.attachment(service.employer, person.structure_id, *statuses, version=2)
    await service.tell(
        AttachmentStatusesChanged(
            occurred_at=service.now, attachment=changed, changed_by=service.staff, before=("employer",)
        )
    )
    assert (await service.accepts(request)).status_code == 404
    assert (await service.call("GET", f"/enrollments/{request}", by=service.employer)).status_code == 404
    assert (await service.call("GET", "/enrollments?scope=structure", by=service.employer)).json()["items"] == []


async def test_who_is_disabled_is_refused_and_not_brought_back_by_late_news(service: EnrollmentService) -> None:
    people = await service.people(1)
    before = [service.account(person.account_id, version=2) for person in people]
    off = service.account(people[0].account_id, version=3, disabled=True)
    await service.tell(
        AccountUpdated(occurred_at=service.now, account=off.account),
        *before,
    )
    for person in people:
        refused = await service.call("GET", "/cart", by=person.account_id)
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:parcourspro:problem:account-not-admitted")


async def test_somebody_not_heard_of_yet_is_refused_until_the_news_comes(service: EnrollmentService) -> None:
    somebody = uuid4()
    assert (await service.call("GET", "/cart", by=somebody)).status_code == 403
    await service.tell(service.account(somebody))
    assert (await service.call("GET", "/cart", by=somebody)).json()["lines"] == []


async def test_a_session_moved_into_the_past_gives_no_seat(service: EnrollmentService) -> None:
    session = await service.session(1)
    first, second, third = [await service.request(person, session) for person in await service.people(3)]
    await service.accepts(first)
    await service.accepts(second)
    await service.moves(session, timedelta(days=-40))
    await service.capacity(session, 5)
    assert (await service.seats(session))[second][0] == "queued"
    over = await service.accepts(third)
    assert (over.status_code, over.json()["type"]) == (409, "urn:parcourspro:problem:session-is-over")
