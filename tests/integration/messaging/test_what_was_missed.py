"""Events that a listener has missed are published to it again, whoever is to blame, with nobody's help."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.messaging import event_log, undelivered
from shared.messaging.envelope import Envelope
from shared.messaging.transport import Outcome
from tests.integration.messaging.missed_events import (
    EVENT,
    LISTED,
    REQUESTED,
    Spy,
    each_once,
    effects,
    failed,
    is_up_to_date,
    miss,
    more_republished,
    more_requests,
)
from tests.integration.messaging.test_the_event_log import owner_of
from tests.integration.messaging.two_services import TwoServices, occupancy
from tests.support.eventually import eventually
from tests.support.postgres import TestServer

pytestmark = pytest.mark.usefixtures("quick_catch_up")


async def test_a_listener_that_starts_after_its_publisher_receives_what_was_published_before(
    services: TwoServices,
) -> None:
    session = uuid4()
    await miss(services, *(occupancy(session, version) for version in range(1, 31)))
    assert await services.count("effects") == 0

    services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: effects(services, 30), within=15)
    await eventually(lambda: is_up_to_date(services))
    versions = await services.rows("SELECT version FROM effects ORDER BY at")
    assert [row.version for row in versions] == list(range(1, 31)), "in the order of the log"


async def test_it_is_published_again_with_the_same_id_body_and_headers(services: TwoServices, spy: Spy) -> None:
    originals: list[Envelope] = []
    publish = spy._publish

    async def recorded(envelopes: Sequence[Envelope], **options: Any) -> Sequence[Outcome]:
        originals.extend(envelopes if not options else [])
        return await publish(envelopes, **options)

    spy._publish = recorded
    await miss(services, occupancy())
    services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: effects(services, 1), within=15)
    assert [each for each in spy.sent if each.name == EVENT] == originals


async def test_a_long_absence_is_caught_up_in_pages_of_which_one_is_asked_for_at_a_time(
    services: TwoServices, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "PAGE", 10)
    await miss(services, *(occupancy() for _ in range(30)))
    services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: is_up_to_date(services), within=15)
    assert await effects(services, 30)
    assert await each_once(services)
    assert max(len(request.missing) for request in spy.requests()) == 10
    pages = {request.after.event_id: request.missing for request in spy.requests() if request.missing}
    assert [len(missing) for missing in pages.values()] == [10, 10, 10]


async def test_lost_requests_lists_and_events_are_repaired_by_the_next_ones(services: TwoServices, spy: Spy) -> None:
    lost: list[str] = []

    def loses(envelope: Envelope) -> bool:
        """The first two of each kind."""
        is_lost = lost.count(envelope.name) < 2
        lost.extend([envelope.name] if is_lost else [])
        return is_lost

    await miss(services, occupancy(), occupancy(), occupancy())
    spy.loses = loses
    services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: is_up_to_date(services), within=15)
    assert await effects(services, 3)
    assert sorted(lost) == sorted([REQUESTED, LISTED, EVENT] * 2)


async def test_deferred_parked_and_dropped_deliveries_are_not_asked_for(services: TwoServices, spy: Spy) -> None:
    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before = fail
    services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    await services.emit(occupancy(), occupancy(), occupancy())
    await eventually(lambda: failed(services, 3), within=15)
    # some may have been asked for before their failure was stored
    await eventually(lambda: is_up_to_date(services), within=15)
    spy.sent.clear()
    async with services.subscriber.transaction() as work:
        [number, *_] = await work.connection.scalars(text("SELECT id FROM undelivered ORDER BY id"))
        await work.connection.execute(text("UPDATE undelivered SET next_at = NULL, parked_at = now()"))
        assert await undelivered.drop(work.connection, number)
    asked = len(spy.requests())
    await eventually(lambda: is_up_to_date(services), within=15)
    await eventually(lambda: more_requests(spy, asked + 2), within=15)
    assert (spy.asked_for(), spy.republished()) == ([], [])
    assert await failed(services, 2)


async def test_what_left_the_log_meanwhile_is_asked_for_once_and_does_not_hold_up_what_follows(
    services: TwoServices, spy: Spy, postgres_server: TestServer
) -> None:
    await miss(services, occupancy(), occupancy())

    def loses(envelope: Envelope) -> bool:
        return envelope.name == EVENT

    spy.loses = loses
    publishing = services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: more_republished(spy, 0), within=15)
    await services.stop(publishing)
    async with owner_of(services.publisher, postgres_server) as owner, owner.engine.begin() as connection:
        await connection.execute(
            text("DELETE FROM event_log WHERE event_id = (SELECT event_id FROM event_log ORDER BY 1 LIMIT 1)")
        )
    spy.loses = lambda _: False
    services.start(services.publishing_worker())
    await eventually(lambda: is_up_to_date(services), within=15)
    assert await effects(services, 1)


async def test_two_workers_of_a_listener_take_turns_and_each_event_has_one_effect(
    services: TwoServices, spy: Spy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "PAGE", 20)

    async def slowly(_: Any) -> None:
        await asyncio.sleep(0.002)

    services.before = slowly
    await miss(services, *(occupancy() for _ in range(100)))
    for _ in range(2):
        services.start(services.publishing_worker())
        services.start(services.subscribing_worker())
    await eventually(lambda: is_up_to_date(services), within=30)
    assert await effects(services, 100)
    assert await each_once(services)


async def test_while_nobody_answers_a_listener_asks_and_works_on(services: TwoServices, spy: Spy) -> None:
    spy.loses = lambda envelope: envelope.name == REQUESTED
    services.start(services.publishing_worker())
    services.start(services.subscribing_worker())
    await eventually(lambda: more_requests(spy, 2), within=15)
    await services.emit(occupancy())
    await eventually(lambda: effects(services, 1), within=15)
