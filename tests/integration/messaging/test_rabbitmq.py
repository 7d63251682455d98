"""What only a broker can do: lose a queue, raise an alarm, carry a stranger's message, be read by others."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import aio_pika
import aiormq.channel
import pytest
import structlog
from aiormq.abc import AbstractChannel, DeliveredMessage
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.messaging import broker as broker_calls
from shared.messaging import rabbit_subscription
from shared.messaging.envelope import Envelope
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Outcome, Queue
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import TwoServices, occupancy, two_services
from tests.support.broker import Broker
from tests.support.eventually import eventually

EVENT = SessionOccupancyChanged.wire_name
QUEUE = Queue("notifier", events=[EVENT])


@pytest.fixture
async def channel(vhost: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    """A stranger's."""
    async with await aio_pika.connect(vhost) as connection:
        yield await connection.channel()


@pytest.fixture
async def transport(vhost: str) -> AsyncIterator[RabbitTransport]:
    given = RabbitTransport(vhost, service="identity")
    yield given
    await given.close()


@pytest.fixture
async def services(make_database: MakeDatabase, vhost: str) -> AsyncIterator[TwoServices]:
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    async with two_services(publisher, subscriber, RabbitTransport(vhost, service="test")) as given:
        yield given


async def _effects(services: TwoServices, number: int) -> bool:
    return await services.count("effects") == number and await services.count("outbox", services.publisher) == 0


async def test_others_can_read_it_as_a_cloud_event(
    transport: RabbitTransport, channel: aio_pika.abc.AbstractChannel
) -> None:
    exchange = await channel.declare_exchange("events", aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue("stranger", durable=True)
    await queue.bind(exchange, "enrollment.*.v1")
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    envelope = Envelope(
        message_id="id-1",
        name=EVENT,
        body=b"{}",
        correlation_id="follow-me",
        source="enrollment",
        occurred_at=at,
        headers={"causation_id": "x"},
    )
    assert await transport.publish([envelope]) == [Outcome.CONFIRMED]

    message = await queue.get()
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert message.content_type == "application/json"
    assert (message.message_id, message.type, message.correlation_id, message.app_id) == (
        "id-1",
        EVENT,
        "follow-me",
        "enrollment",
    )
    assert message.timestamp == at
    assert message.headers == {
        "causation_id": "x",
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": "id-1",
        "cloudEvents:type": EVENT,
        "cloudEvents:source": "/enrollment",
        "cloudEvents:time": "2026-11-24T09:00:00+00:00",
    }
    await message.ack()


async def test_a_strangers_messages_are_parked_or_taken_for_what_their_routing_key_says_and_hold_nobody_up(
    services: TwoServices, channel: aio_pika.abc.AbstractChannel
) -> None:
    services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    await services.emit(occupancy())
    await eventually(lambda: _effects(services, 1), within=20)
    exchange = await channel.get_exchange("events")
    body = occupancy().model_dump_json().encode()
    await exchange.publish(aio_pika.Message(body, type="enrollment.session_occupancy_changed.v9"), EVENT)
    await exchange.publish(
        aio_pika.Message(b"\xff\x00", message_id="a\0b", type="x\0", headers={"n": 1, "deep": {"a": [1]}}), EVENT
    )
    await exchange.publish(aio_pika.Message(body, message_id="good"), EVENT)
    await eventually(lambda: _effects(services, 2), within=10)
    await eventually(lambda: _parked(services, 2), within=10)


async def _parked(services: TwoServices, number: int) -> bool:
    return await services.count("undelivered WHERE parked_at IS NOT NULL") == number


async def test_a_batch_costs_one_acknowledgement(services: TwoServices, monkeypatch: pytest.MonkeyPatch) -> None:
    acknowledged, acknowledge = [], aiormq.channel.Channel.basic_ack

    async def counted(channel: Any, tag: int, **options: Any) -> None:
        acknowledged.append(tag)
        await acknowledge(channel, tag, **options)

    monkeypatch.setattr(aiormq.channel.Channel, "basic_ack", counted)
    subscription = await services.transport.subscribe(services.subscribing_worker().queue)
    assert (
        await services.transport.publish(
            [Envelope(message_id=f"id-{number}", name=EVENT, body=b"{}") for number in range(20)]
        )
        == [Outcome.CONFIRMED] * 20
    )
    await eventually(lambda: _waits(subscription, 20), within=10)
    deliveries = await subscription.receive(50)
    await subscription.acknowledge(deliveries)
    assert (len(deliveries), len(acknowledged)) == (20, 1)


async def _waits(subscription: Any, number: int) -> bool:
    return len(subscription._waiting) == number


async def test_what_a_lost_connection_had_delivered_is_not_acknowledged_on_the_next_one(
    transport: RabbitTransport, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbit_subscription, "RECONNECT_SECONDS", 0.05)
    subscription = await transport.subscribe(QUEUE)
    assert (
        await transport.publish([Envelope(message_id=f"id-{number}", name=EVENT, body=b"{}") for number in range(10)])
        == [Outcome.CONFIRMED] * 10
    )
    await eventually(lambda: _waits(subscription, 10), within=10)
    before = await subscription.receive(5)
    await asyncio.to_thread(broker.cut_connections)
    await eventually(lambda: _waits(subscription, 10), within=20)
    await subscription.acknowledge(before)
    await subscription.close()

    again = await transport.subscribe(QUEUE)
    await eventually(lambda: _waits(again, 10), within=10)
    assert {one.envelope.message_id for one in await again.receive(50)} == {f"id-{number}" for number in range(10)}


async def test_a_delivery_of_a_lost_channel_is_dropped_since_it_is_delivered_again(transport: RabbitTransport) -> None:
    subscription = await transport.subscribe(QUEUE)
    lost = DeliveredMessage(
        delivery=Basic.Deliver(delivery_tag=1),
        header=ContentHeader(),
        body=b"{}",
        channel=cast("AbstractChannel", object()),
    )
    await subscription._store(None, lost)
    assert len(subscription._waiting) == 0


async def test_a_queue_that_is_deleted_is_declared_again_and_listened_to(
    services: TwoServices, channel: aio_pika.abc.AbstractChannel
) -> None:
    services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    await services.emit(occupancy())
    await eventually(lambda: _effects(services, 1), within=20)
    await channel.queue_delete("notifier")
    await services.emit(occupancy())
    await eventually(lambda: _effects(services, 2), within=20)


async def test_a_channel_that_the_broker_closes_is_opened_again(
    transport: RabbitTransport, channel: aio_pika.abc.AbstractChannel
) -> None:
    subscription = await transport.subscribe(QUEUE)
    assert await transport.publish([Envelope(message_id="id-0", name=EVENT, body=b"{}")]) == [Outcome.CONFIRMED]
    await channel.exchange_delete("events")
    async with asyncio.timeout(20):
        assert await transport.publish([Envelope(message_id="id-1", name=EVENT, body=b"{}")]) == [Outcome.LOST]
    await subscription.close()
    await transport.subscribe(QUEUE)  # declares and binds anew
    assert await transport.publish([Envelope(message_id="id-1", name=EVENT, body=b"{}")]) == [Outcome.CONFIRMED]


async def test_an_alarm_of_the_broker_does_not_hang_the_publisher(
    transport: RabbitTransport, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = await transport.subscribe(QUEUE)
    assert await transport.publish([Envelope(message_id="id-0", name=EVENT, body=b"{}")]) == [Outcome.CONFIRMED]
    monkeypatch.setattr(broker_calls, "CALL_SECONDS", 1.0)
    await asyncio.to_thread(broker.control, "set_vm_memory_high_watermark", "absolute", "1")
    try:
        async with asyncio.timeout(10):
            assert await transport.publish([Envelope(message_id="id-1", name=EVENT, body=b"{}")]) == [Outcome.TIMED_OUT]
    finally:
        await asyncio.to_thread(broker.control, "set_vm_memory_high_watermark", "0.6")
    await eventually(lambda: _safe(transport, "id-2"), within=20)
    assert await subscription.receive(10)


async def _safe(transport: RabbitTransport, message_id: str) -> bool:
    return all(await transport.publish([Envelope(message_id=message_id, name=EVENT, body=b"{}")]))


async def test_without_a_broker_at_the_start_it_is_waited_for_and_said_once(
    make_database: MakeDatabase, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbit_subscription, "RECONNECT_SECONDS", 0.05)
    publisher, subscriber, url = await make_database("mechanisms"), await make_database("mechanisms"), broker.vhost()
    await asyncio.to_thread(broker.outage)
    with structlog.testing.capture_logs() as logs:
        try:
            async with two_services(publisher, subscriber, RabbitTransport(url, service="test")) as services:
                services.start(services.subscribing_worker())
                services.start(services.publishing_worker())
                await services.emit(occupancy())
                await eventually(lambda: _said(logs, "waiting for the broker"), within=10)
                await asyncio.sleep(2)
                assert not await services.transport.ready()
                await asyncio.to_thread(broker.back)
                await eventually(lambda: _effects(services, 1), within=30)
                assert await services.transport.ready()
        finally:
            await asyncio.to_thread(broker.back)
    waiting = sorted(line["queue"] for line in logs if line["event"] == "waiting for the broker")
    assert waiting == ["enrollment", "notifier"]
    assert [line["event"] for line in logs].count("cannot publish: waiting for the broker") == 1


async def _said(logs: Any, sentence: str) -> bool:
    return any(line["event"] == sentence for line in logs)
