"""What a listener asks a publisher, what the publisher answers, and what is left alone."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.contracts.catch_up import START, EventsListed, EventsRequested
from shared.messaging import event_log
from tests.integration.messaging.missed_events import (
    EVENT,
    LISTED,
    Spy,
    each_once,
    effects,
    is_up_to_date,
    miss,
    more_requests,
)
from tests.integration.messaging.two_services import TwoServices, delivery, occupancy
from tests.support.eventually import eventually

OTHER_ROW = """
    INSERT INTO event_log (event_id, aggregate_id, aggregate_version, name, payload, headers, created_at)
    VALUES (gen_random_uuid(), gen_random_uuid(), 1, 'enrollment.enrollment_refused.v1', '{}', '{}', now())
"""

pytestmark = pytest.mark.usefixtures("quick_catch_up")


async def test_only_what_the_listener_handles_is_listed(services: TwoServices, spy: Spy) -> None:
    await miss(services, occupancy())
    async with services.publisher.transaction() as work:
        await work.connection.execute(text(OTHER_ROW))
    services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: is_up_to_date(services), within=15)
    assert len(set(spy.asked_for())) == 1
    assert await effects(services, 1)


async def test_for_an_event_that_was_not_handled_before_the_log_is_compared_from_its_beginning(
    services: TwoServices,
) -> None:
    await miss(services, occupancy())
    async with services.subscriber.transaction() as work:  # an earlier version of the listener has compared all
        await work.connection.execute(
            text("INSERT INTO catch_up (publisher, names, published_at) VALUES ('enrollment', '{a.b.v1}', now())")
        )
    services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: effects(services, 1), within=15)
    assert await services.rows("SELECT names FROM catch_up") == [([EVENT],)]


async def test_what_was_published_a_moment_ago_is_not_listed(
    services: TwoServices, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await miss(services, occupancy())
    log = services.publishing_worker().catch_up
    request = delivery(EventsRequested(after=START, names=(EVENT,)), source="notifier")
    monkeypatch.setattr(event_log, "GRACE", timedelta(hours=1))
    log.take([request])
    await log.run_once()
    assert spy.sent == []
    monkeypatch.setattr(event_log, "GRACE", timedelta(0))
    log.take([request])
    await log.run_once()
    assert [envelope.name for envelope in spy.sent] == [LISTED]


async def test_of_many_requests_of_one_listener_only_the_last_is_answered(services: TwoServices, spy: Spy) -> None:
    await miss(services, occupancy())
    log = services.publishing_worker().catch_up
    request = EventsRequested(after=START, names=(EVENT,))
    log.take([delivery(request, source=source) for source in ("notifier", "catalogue", "notifier", "notifier")])
    await log.run_once()
    assert len(spy.sent) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "catch_up.events_requested.v2"},
        {"body": b"{}"},
        {"source": None},
    ],
    ids=["later version", "unreadable", "nobody's"],
)
async def test_a_technical_message_that_cannot_be_used_is_left_alone(
    services: TwoServices, spy: Spy, changes: dict[str, Any]
) -> None:
    worker = services.subscribing_worker()
    request = delivery(EventsRequested(after=START, names=(EVENT,)), **{"source": "notifier", **changes})
    await worker.inbox.handle([request])
    worker.catch_up.take([request])
    await worker.catch_up.run_once()
    assert await services.count("undelivered") == 0
    assert LISTED not in {envelope.name for envelope in spy.sent}


async def test_an_answer_to_an_earlier_request_is_ignored(services: TwoServices, spy: Spy) -> None:
    worker = services.subscribing_worker()
    await worker.catch_up.run_once()
    late = EventsListed(
        after=START.model_copy(update={"event_id": uuid4()}), until=START, events=(uuid4(),), more=True,
        republished=False,
    )  # fmt: skip
    position = "SELECT publisher, published_at, event_id FROM catch_up"
    before = await services.rows(position)
    for source in ("enrollment", "a stranger"):
        worker.catch_up.take([delivery(late, source=source)])
    await worker.catch_up.run_once()
    assert await services.rows(position) == before
    assert spy.asked_for() == []


async def test_a_publisher_that_cannot_publish_again_lists_nothing(services: TwoServices, spy: Spy) -> None:
    await miss(services, occupancy())
    [row] = await services.rows("SELECT event_id FROM event_log", services.publisher)
    log = services.publishing_worker().catch_up
    log.take([delivery(EventsRequested(after=START, names=(EVENT,), missing=(row.event_id,)), source="nobody")])
    await log.run_once()
    assert [envelope.name for envelope in spy.sent] == [EVENT]


async def test_what_is_asked_for_twice_has_one_effect(services: TwoServices, spy: Spy) -> None:
    await miss(services, occupancy())
    [row] = await services.rows("SELECT event_id FROM event_log", services.publisher)
    services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: is_up_to_date(services), within=15)
    log = services.publishing_worker().catch_up
    for _ in range(2):
        log.take([delivery(EventsRequested(after=START, names=(EVENT,), missing=(row.event_id,)), source="notifier")])
        await log.run_once()
    said_again = spy.republished()  # for the listener, which may have asked more than once, and for each of these two
    assert set(said_again) == {str(row.event_id)}
    assert len(said_again) >= 3
    await services.emit(occupancy())  # behind them in the queue
    await eventually(lambda: effects(services, 2), within=15)
    assert await each_once(services)


async def test_a_listener_that_starts_again_goes_on_where_it_was(services: TwoServices, spy: Spy) -> None:
    await miss(services, occupancy())
    services.start(services.publishing_worker())
    running = services.start(services.subscribing_worker())
    await eventually(lambda: is_up_to_date(services), within=15)
    await services.stop(running)
    asked = len(spy.requests())
    services.start(services.subscribing_worker())
    await eventually(lambda: more_requests(spy, asked), within=15)
    assert START not in {request.after for request in spy.requests()[asked:]}
