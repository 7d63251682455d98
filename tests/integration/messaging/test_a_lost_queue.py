"""A queue or a binding that is lost on a live broker is declared again, and what was missed meanwhile arrives."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import aio_pika
import pytest
import structlog

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.contracts.identity import SendAccountNotice
from shared.messaging import broker, catch_up, event_log, rabbit_subscription
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Queue
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import TwoServices, notice, occupancy, two_services
from tests.support.eventually import eventually

EVENT, COMMAND = SessionOccupancyChanged.wire_name, SendAccountNotice.wire_name


@pytest.fixture
async def channel(vhost: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    """Somebody else's, with a queue for the event: so the broker always confirms it."""
    async with await aio_pika.connect(vhost) as connection:
        opened = await connection.channel()
        exchange = await opened.declare_exchange("events", aio_pika.ExchangeType.TOPIC, durable=True)
        await (await opened.declare_queue("catalogue", durable=True)).bind(exchange, EVENT)
        yield opened


@pytest.fixture
async def services(
    make_database: MakeDatabase, vhost: str, channel: aio_pika.abc.AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[TwoServices]:
    """Both workers run, and everything has been received so far."""
    monkeypatch.setattr(rabbit_subscription, "DECLARE_SECONDS", 0.5)
    monkeypatch.setattr(event_log, "GRACE", timedelta(0))
    monkeypatch.setattr(catch_up, "ASK_EVERY", timedelta(milliseconds=300))
    monkeypatch.setattr(catch_up, "LOOK_EVERY", 0.1)
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    async with two_services(publisher, subscriber, RabbitTransport(vhost, service="test")) as given:
        given.start(given.subscribing_worker())
        given.start(given.publishing_worker())
        await given.emit(occupancy())
        await eventually(lambda: _handled(given, 1), within=20)
        yield given


async def _handled(services: TwoServices, number: int) -> bool:
    return await services.count("outbox", services.publisher) == 0 and await services.count("effects") == number


async def test_a_binding_that_is_deleted_is_declared_again_and_the_missed_events_arrive(
    services: TwoServices, channel: aio_pika.abc.AbstractChannel
) -> None:
    queue = await channel.get_queue("notifier", ensure=False)
    await queue.unbind("events", EVENT)
    await services.emit(*(occupancy() for _ in range(20)))
    await eventually(lambda: _handled(services, 21), within=20)
    assert await services.count("undelivered") == 0
    await queue.unbind("events", "*.to.notifier")  # what is published to it alone is lost now, too
    await queue.unbind("events", EVENT)
    await services.emit(occupancy())
    await eventually(lambda: _handled(services, 22), within=20)


async def test_a_queue_that_is_deleted_under_its_consumer_while_events_flow_loses_none(
    services: TwoServices, channel: aio_pika.abc.AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbit_subscription, "RECONNECT_SECONDS", 0.5)  # long enough for some events to be lost
    for number in range(6):
        if number % 2:
            await channel.queue_delete("notifier")
        await services.emit(*(occupancy() for _ in range(20)))
        await asyncio.sleep(0.1)
    await eventually(lambda: _handled(services, 121), within=30)
    assert await services.rows("SELECT event FROM effects GROUP BY event HAVING count(*) > 1") == []


async def test_the_publishers_queue_is_declared_again_too(
    services: TwoServices, channel: aio_pika.abc.AbstractChannel
) -> None:
    await (await channel.get_queue("enrollment", ensure=False)).unbind("events", "*.to.enrollment")
    await (await channel.get_queue("notifier", ensure=False)).unbind("events", EVENT)
    await services.emit(occupancy())
    await eventually(lambda: _handled(services, 2), within=20)


async def test_the_queue_of_commands_is_declared_again_and_a_command_waits_for_it(
    services: TwoServices, channel: aio_pika.abc.AbstractChannel
) -> None:
    await (await channel.get_queue("notifier.commands", ensure=False)).unbind("commands.v2", COMMAND)
    await services.emit(notice())
    await eventually(lambda: _handled(services, 2), within=20)


async def test_a_declaration_that_the_broker_refuses_is_an_outage_and_no_end(
    vhost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbit_subscription, "DECLARE_SECONDS", 0.1)
    monkeypatch.setattr(rabbit_subscription, "RECONNECT_SECONDS", 0.05)
    transport = RabbitTransport(vhost, service="notifier")
    subscription = await transport.subscribe(Queue("notifier", events=[EVENT], commands=[COMMAND]))
    with structlog.testing.capture_logs() as logs:
        with monkeypatch.context() as patched:
            patched.setattr(broker, "exchange_for", _refused)
            await eventually(lambda: _waits(logs), within=15)
            assert not subscription.task.done()
            assert not await transport.ready()
        await eventually(transport.ready, within=15)
    await transport.close()


async def _refused(*_: object) -> None:
    raise aio_pika.exceptions.ChannelPreconditionFailed("another type")


async def _waits(logs: list[structlog.typing.EventDict]) -> bool:
    return any(line["event"] == "waiting for the broker" for line in logs)
