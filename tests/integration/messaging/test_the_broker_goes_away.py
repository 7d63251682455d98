"""Drills that need a real broker: an outage, a cut connection, a killed worker."""

import asyncio
from functools import partial
from typing import Any

import pytest
import structlog

from shared.messaging.rabbitmq import RabbitTransport
from tests.integration.messaging.killed_workers import has_more_effects, is_settled, kill_workers
from tests.integration.messaging.two_services import TwoServices, occupancy, two_services
from tests.support.broker import Broker
from tests.support.eventually import eventually


@pytest.fixture
async def rabbit_services(make_database: Any, broker: Broker) -> Any:
    """The services on a virtual host of the node that the tests own."""
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    url = broker.vhost()
    async with two_services(publisher, subscriber, RabbitTransport(url, service="test")) as services:
        yield services, url


async def test_a_message_emitted_while_the_broker_is_down_is_handled_later(
    rabbit_services: Any, broker: Broker
) -> None:
    services, _ = rabbit_services
    services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    await services.emit(occupancy())
    await eventually(lambda: is_settled(services, 1), within=20)
    await asyncio.to_thread(broker.outage)
    try:
        await services.emit(occupancy(version=2))  # the request succeeds all the same
        assert await services.count("outbox", services.publisher) == 1
    finally:
        await asyncio.to_thread(broker.back)

    await eventually(lambda: is_settled(services, 2), within=60)


async def test_connections_cut_during_running_handlers_leave_no_transaction_open_and_one_effect_each(
    rabbit_services: Any, broker: Broker
) -> None:
    services, _ = rabbit_services

    async def slowly(_: Any) -> None:
        await asyncio.sleep(0.03)

    services.before = slowly
    listening = services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    total = 400
    await services.emit(*(occupancy() for _ in range(total)))
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            before = await services.count("effects")
            await eventually(partial(has_more_effects, services, before), within=20)
            await asyncio.to_thread(broker.cut_connections)
            assert await services.count("effects") < total, "the cut came while handlers were running"
        await eventually(lambda: is_settled(services, total), within=90)
    lost = [line for line in logs if line["event"] == "no longer listening" and line["queue"] == "notifier"]
    assert len(lost) == 3
    assert not listening.done()
    doubles = await services.rows("SELECT event FROM effects GROUP BY event HAVING count(*) > 1")
    assert doubles == []
    # two for the relays' locks would be the publisher's; the subscriber may keep none
    idle = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    await eventually(lambda: _is_zero(services, idle), within=5)


async def _is_zero(services: TwoServices, statement: str) -> bool:
    return bool((await services.rows(statement))[0][0] == 0)


async def test_a_worker_killed_five_times_leaves_each_effect_once(rabbit_services: Any) -> None:
    """The drill does it twenty times during two thousand events."""
    services, url = rabbit_services
    await kill_workers(services, url, kills=5)
