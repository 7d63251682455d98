"""Every committed message is handled once by every subscriber, and nothing else is: on both transports."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.integration.messaging.two_services import TwoServices, notice, occupancy
from tests.support.eventually import eventually


async def test_a_message_whose_publisher_dies_after_the_commit_is_handled_once_after_the_restart(
    services: TwoServices,
) -> None:
    services.start(services.subscribing_worker())
    await services.emit(occupancy())  # no relay runs: the process died here
    assert await services.count("outbox", services.publisher) == 1
    assert await services.count("effects") == 0

    services.start(services.publishing_worker())

    await eventually(lambda: _is(services, effects=1, left=0), within=10)
    assert await services.count("event_log", services.publisher) == 1


async def test_what_was_rolled_back_is_never_published(services: TwoServices) -> None:
    services.start(services.subscribing_worker())
    services.start(services.publishing_worker())

    async def fail_after_emitting() -> None:
        async with services.publisher.transaction() as work:
            work.emit(occupancy())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_emitting()
    await services.emit(occupancy(version=2))

    await eventually(lambda: _is(services, effects=1, left=0), within=10)
    assert [row.version for row in await services.rows("SELECT version FROM effects")] == [2]


async def test_a_commit_that_fails_publishes_nothing(services: TwoServices) -> None:
    async def fail_at_the_commit() -> None:
        async with services.publisher.transaction() as work:
            await work.connection.execute(
                text("INSERT INTO things (id, name) SELECT gen_random_uuid(), 'x' FROM generate_series(1, 2)")
            )
            work.emit(occupancy())

    with pytest.raises(DBAPIError):
        await fail_at_the_commit()
    assert await services.count("outbox", services.publisher) == 0


async def test_a_command_is_handled_once_and_never_logged(services: TwoServices) -> None:
    services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    await services.emit(notice(), occupancy())
    await eventually(lambda: _is(services, effects=2, left=0), within=15)
    logged = await services.rows("SELECT name FROM event_log", services.publisher)
    assert [row.name for row in logged] == ["enrollment.session_occupancy_changed.v1"]


async def test_a_message_without_a_subscriber_waits_and_is_handled_when_there_is_one(services: TwoServices) -> None:
    services.start(services.publishing_worker())
    await services.emit(occupancy(), notice())
    await asyncio.sleep(1)
    assert await services.count("outbox", services.publisher) == 2
    services.start(services.subscribing_worker())
    await eventually(lambda: _is(services, effects=2, left=0), within=15)


async def test_two_workers_share_what_comes_and_no_effect_is_had_twice(services: TwoServices) -> None:
    for _ in range(2):
        services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    await services.emit(*(occupancy() for _ in range(200)))
    await eventually(lambda: _is(services, effects=200, left=0), within=20)
    assert await services.rows("SELECT event FROM effects GROUP BY event HAVING count(*) > 1") == []


async def test_on_a_stop_a_handler_that_has_started_ends_and_is_acknowledged(services: TwoServices) -> None:
    begun, runs = asyncio.Event(), []

    async def slowly(message: Any) -> None:
        runs.append(message.session_id)
        begun.set()
        await asyncio.sleep(0.5)

    services.before = slowly
    subscribing, publishing = (
        services.start(services.subscribing_worker()),
        services.start(services.publishing_worker()),
    )
    await services.emit(occupancy())
    async with asyncio.timeout(15):
        await begun.wait()
    await services.stop(subscribing)

    assert await services.count("effects") == 1
    await eventually(lambda: _is(services, effects=1, left=0), within=10)
    await services.stop(publishing)
    services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    await services.emit(occupancy())
    await eventually(lambda: _is(services, effects=2, left=0), within=15)
    assert len(runs) == 2, "it was acknowledged: it did not come again"


async def test_events_of_one_aggregate_keep_their_order(services: TwoServices) -> None:
    session = uuid4()
    services.start(services.subscribing_worker())
    for version in range(1, 31):
        await services.emit(occupancy(session, version), occupancy())
    services.start(services.publishing_worker())

    await eventually(lambda: _is(services, effects=60, left=0), within=15)
    handled = await services.rows(f"SELECT version FROM effects WHERE event = '{session}' ORDER BY at")
    assert [row.version for row in handled] == list(range(1, 31))


async def test_two_relays_one_is_active_and_the_other_takes_over(services: TwoServices) -> None:
    services.start(services.subscribing_worker())
    first, _second = services.start(services.publishing_worker()), services.start(services.publishing_worker())
    await services.emit(*(occupancy() for _ in range(20)))
    await eventually(lambda: _is(services, effects=20, left=0), within=10)
    await services.stop(first)
    await services.emit(*(occupancy() for _ in range(20)))

    await eventually(lambda: _is(services, effects=40, left=0), within=15)


async def _is(services: TwoServices, *, effects: int, left: int) -> bool:
    return (await services.count("effects"), await services.count("outbox", services.publisher)) == (effects, left)
