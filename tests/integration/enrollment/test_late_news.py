"""News that comes late, twice, or in another order than it was said; and a status that is gone as soon as the news is there."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.contracts.catalogue import (
    SessionCancelled,
    SessionCapacityChanged,
    SessionScheduled,
    TrainingArchived,
    TrainingPublished,
)
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountUpdated,
    AttachmentStatusesChanged,
)
from tests.integration.enrollment.agency import Agency, Person
from tests.support.eventually import eventually

CANCELLED = "enrollment.enrollment_cancelled.v1"


def ended(agency: Agency, person: Person, version: int = 2) -> AccountAttachmentEnded:
    gone = agency.attachment(person.account_id, person.structure_id, state="ended", version=version)
    return AccountAttachmentEnded(occurred_at=agency.now, attachment=gone, ended_by=agency.employer, reason="Départ.")


async def test_a_session_is_not_offered_before_its_training_is_known(agency: Agency) -> None:
    [person] = await agency.people(1)
    training = agency.training()
    session = agency.planned(training, 5)
    assert (await agency.call(person.account_id, "PUT", f"/cart/sessions/{session.id}")).status_code == 404
    await agency.tell(SessionScheduled(occurred_at=agency.now, session=session))
    assert (await agency.asks(person, session.id)).status_code == 422
    await agency.tell(TrainingPublished(occurred_at=agency.now, training=training))
    assert (await agency.asks(person, session.id)).status_code == 201


async def test_an_archived_training_takes_no_new_request_and_those_made_go_on(agency: Agency) -> None:
    training = agency.training()
    session = agency.planned(training, 5)
    await agency.tell(
        TrainingPublished(occurred_at=agency.now, training=training),
        SessionScheduled(occurred_at=agency.now, session=session),
    )
    first, second = await agency.people(2)
    request = await agency.request(first, session.id)
    archived = training.model_copy(update={"version": 2, "state": "archived"})
    await agency.tell(
        TrainingArchived(occurred_at=agency.now, training=archived),
        TrainingPublished(occurred_at=agency.now, training=training),
    )
    assert (await agency.asks(second, session.id)).status_code == 422
    assert (await agency.accepts(request)).json()["seat"] == "held"


async def test_an_older_session_changes_nothing(agency: Agency) -> None:
    session = await agency.session(5)
    older = agency.sessions[session]
    await agency.capacity(session, 2)
    await agency.tell(SessionScheduled(occurred_at=agency.now, session=older))
    assert await agency.rows("SELECT version, capacity FROM sessions") == [(2, 2)]


async def test_a_capacity_heard_before_its_session_is_the_capacity(agency: Agency) -> None:
    training = agency.training()
    session = agency.planned(training, 1)
    larger = agency.next_of(session.id, capacity=3)
    await agency.tell(
        SessionCapacityChanged(occurred_at=agency.now, session=larger, before=1),
        TrainingPublished(occurred_at=agency.now, training=training),
        SessionScheduled(occurred_at=agency.now, session=session),
    )
    requests = [await agency.request(person, session.id) for person in await agency.people(4)]
    answers = [await agency.accepts(request) for request in requests]
    assert [answer.json()["seat"] for answer in answers] == ["held", "held", "held", "queued"]
    assert await agency.audit() == []


async def test_a_cancelled_session_ends_its_requests_once_however_often_it_is_heard(agency: Agency) -> None:
    session = await agency.session(1)
    people = await agency.people(3)
    requests = [await agency.request(person, session) for person in people]
    for request in requests[:2]:
        await agency.accepts(request)
    await agency.cancels(session)
    await agency.tell(
        SessionCancelled(occurred_at=agency.now, session=agency.sessions[session], reason="Encore une fois.")
    )
    assert sorted(await agency.said(CANCELLED)) == sorted(requests)
    assert await agency.rows("SELECT DISTINCT approval, seat FROM enrollments") == [("cancelled", "none")]
    shown = (await agency.call(people[0].account_id, "GET", f"/enrollments/{requests[0]}")).json()
    assert shown["status_label"] == "Annulée (session annulée)"
    late = await agency.accepts(requests[2])
    assert (late.status_code, "La session a été annulée le" in late.json()["detail"]) == (409, True)
    assert await agency.audit() == []


async def test_a_session_cancelled_before_it_was_scheduled_stays_cancelled(agency: Agency) -> None:
    [person] = await agency.people(1)
    training = agency.training()
    session = agency.planned(training, 5)
    gone = agency.next_of(session.id, state="cancelled")
    await agency.tell(
        SessionCancelled(occurred_at=agency.now, session=gone, reason="Salle fermée."),
        SessionScheduled(occurred_at=agency.now, session=session),
        TrainingPublished(occurred_at=agency.now, training=training),
    )
    assert (await agency.asks(person, session.id)).status_code == 422


async def test_carts_validated_while_their_sessions_are_cancelled_leave_nothing_open(agency: Agency) -> None:
    """The other way round: the cart has read the session and not yet made its request."""
    sessions = [await agency.session(5) for _ in range(10)]
    people = await agency.people(10)
    calls = [call for p, s in zip(people, sessions, strict=True) for call in (agency.asks(p, s), agency.cancels(s))]
    await asyncio.gather(*calls)
    assert await agency.rows("SELECT approval FROM enrollments WHERE approval <> 'cancelled'") == []


@pytest.mark.parametrize("news", ["the session is cancelled", "the attachment ends"])
async def test_news_that_comes_while_a_cart_is_being_validated_finds_its_request(agency: Agency, news: str) -> None:
    session = await agency.session(5)
    [person] = await agency.people(1)

    async def heard_or_waiting() -> bool:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return telling.done() or bool(await agency.rows(waiting))

    async with agency.validating(person, session):
        telling = asyncio.create_task(
            agency.cancels(session) if news == "the session is cancelled" else agency.tell(ended(agency, person))
        )
        await eventually(heard_or_waiting)
    await telling

    [(request, approval)] = await agency.rows("SELECT id, approval FROM enrollments")
    assert approval == "cancelled"
    assert await agency.said(CANCELLED) == [request]


async def test_an_attachment_that_ends_gives_its_seats_on(agency: Agency) -> None:
    session = await agency.session(1)
    leaving, waiting = await agency.people(2)
    first, second = await agency.request(leaving, session), await agency.request(waiting, session)
    await agency.accepts(first)
    await agency.accepts(second)
    await agency.tell(ended(agency, leaving))
    assert await agency.said(CANCELLED) == [first]
    assert (await agency.seats(session))[second] == ("held", 2)
    assert (await agency.asks(leaving, await agency.session(1))).status_code == 422
    assert await agency.audit() == []


async def test_an_attachment_that_ended_is_not_brought_back_by_its_late_confirmation(agency: Agency) -> None:
    [person] = await agency.people(1)
    stranger = Person(person.account_id, uuid4())
    confirmed = agency.attachment(stranger.account_id, stranger.structure_id, "beneficiary")
    await agency.tell(
        ended(agency, stranger),
        AccountAttachmentConfirmed(occurred_at=agency.now, attachment=confirmed, confirmed_by=agency.employer),
    )
    assert (await agency.asks(stranger, await agency.session(1))).status_code == 422


async def test_the_end_of_an_old_attachment_heard_late_leaves_the_new_one_alone(agency: Agency) -> None:
    session = await agency.session(1)
    [person] = await agency.people(1)
    request = await agency.request(person, session)
    older = agency.attachment(person.account_id, person.structure_id, state="ended", version=9, id=uuid4())
    await agency.tell(
        AccountAttachmentEnded(occurred_at=agency.now, attachment=older, ended_by=agency.staff, reason="Doublon.")
    )
    assert await agency.said(CANCELLED) == []
    assert (await agency.accepts(request)).status_code == 200


@pytest.mark.parametrize("statuses", [("beneficiary", "referent"), ()])
async def test_a_status_taken_away_stops_working_at_once(agency: Agency, statuses: tuple[str, ...]) -> None:
    session = await agency.session(5)
    [person] = await agency.people(1)
    request = await agency.request(person, session)
    changed = agency.attachment(agency.employer, person.structure_id, *statuses, version=2)
    await agency.tell(
        AttachmentStatusesChanged(
            occurred_at=agency.now, attachment=changed, changed_by=agency.staff, before=("employer",)
        )
    )
    assert (await agency.accepts(request)).status_code == 404
    assert (await agency.call(agency.employer, "GET", f"/enrollments/{request}")).status_code == 404
    assert (await agency.call(agency.employer, "GET", "/enrollments?scope=structure")).json()["items"] == []


async def test_who_is_disabled_is_refused_and_not_brought_back_by_late_news(agency: Agency) -> None:
    people = await agency.people(1)
    before = [agency.account(person.account_id, version=2) for person in people]
    off = agency.account(people[0].account_id, version=3, disabled=True)
    await agency.tell(
        AccountUpdated(occurred_at=agency.now, account=off.account),
        *before,
    )
    for person in people:
        refused = await agency.call(person.account_id, "GET", "/cart")
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:parcourspro:problem:account-not-admitted")


async def test_somebody_not_heard_of_yet_is_refused_until_the_news_comes(agency: Agency) -> None:
    somebody = uuid4()
    assert (await agency.call(somebody, "GET", "/cart")).status_code == 403
    await agency.tell(agency.account(somebody))
    assert (await agency.call(somebody, "GET", "/cart")).json() == {"lines": []}


async def test_a_session_moved_into_the_past_gives_no_seat(agency: Agency) -> None:
    session = await agency.session(1)
    first, second, third = [await agency.request(person, session) for person in await agency.people(3)]
    await agency.accepts(first)
    await agency.accepts(second)
    await agency.moves(session, timedelta(days=-40))
    await agency.capacity(session, 5)
    assert (await agency.seats(session))[second][0] == "queued"
    over = await agency.accepts(third)
    assert (over.status_code, over.json()["type"]) == (409, "urn:parcourspro:problem:session-is-over")
