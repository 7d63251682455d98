"""Whatever comes out of the AMQP library, a lost connection is not the end of a relay or of a listener."""

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial
from itertools import repeat
from typing import Any

import aio_pika
import aiormq.channel
import pytest
from aio_pika.exceptions import DeliveryError
from pamqp.commands import Basic

from shared.messaging import broker, rabbit_subscription
from shared.messaging.broker import is_lost
from shared.messaging.envelope import Envelope
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Outcome
from tests.conftest import MakeDatabase
from tests.integration.messaging.test_rabbitmq import EVENT, QUEUE
from tests.integration.messaging.two_services import TwoServices, occupancy, two_services
from tests.support.eventually import eventually
from tests.support.proxy import Proxy, before_amqp, through

ERRORS = [asyncio.CancelledError(), Exception(), ZeroDivisionError(), ConnectionResetError()]


@pytest.fixture
async def transport(vhost: str) -> AsyncIterator[RabbitTransport]:
    given = RabbitTransport(vhost, service="identity")
    yield given
    await given.close()


@pytest.fixture
async def proxy(vhost: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """Before the broker; heartbeats are short, so that silence is noticed within some seconds."""
    monkeypatch.setattr(broker, "HEARTBEAT_SECONDS", 1)
    monkeypatch.setattr(rabbit_subscription, "RECONNECT_SECONDS", 0.05)
    async with before_amqp(vhost) as given:
        yield given


def _event(number: object = 1) -> Envelope:
    return Envelope(message_id=f"id-{number}", name=EVENT, body=b"{}")


async def _publishes(transport: RabbitTransport) -> bool:
    return all(await transport.publish([_event()]))


def _raising(error: BaseException) -> Any:
    async def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


@pytest.mark.parametrize("error", ERRORS, ids=repr)
async def test_an_error_out_of_a_publish_is_a_lost_connection_and_another_one_is_opened(
    transport: RabbitTransport, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    await transport.subscribe(QUEUE)
    assert await _publishes(transport)
    before = transport._connection
    with monkeypatch.context() as patch:
        patch.setattr(aio_pika.Exchange, "publish", _raising(error))
        assert await transport.publish([_event(), _event(2)]) == [Outcome.LOST] * 2
    assert await _publishes(transport)
    assert transport._connection is not before


@pytest.mark.parametrize("error", ERRORS, ids=repr)
async def test_an_error_out_of_an_acknowledgement_is_a_lost_connection(
    transport: RabbitTransport, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    subscription = await transport.subscribe(QUEUE)
    assert await _publishes(transport)
    deliveries = await subscription.receive(1)
    monkeypatch.setattr(aiormq.channel.Channel, "basic_ack", _raising(error))
    await subscription.acknowledge(deliveries)


@pytest.mark.parametrize("error", ERRORS, ids=repr)
async def test_an_error_out_of_connecting_is_a_broker_that_is_away(
    transport: RabbitTransport, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(rabbit_subscription, "RECONNECT_SECONDS", 0.01)
    with monkeypatch.context() as patch:
        patch.setattr(aio_pika, "connect", _raising(error))
        subscribing = asyncio.create_task(transport.subscribe(QUEUE))
        assert await transport.publish([_event()]) == [Outcome.LOST]
        assert not await transport.ready()
        await asyncio.sleep(0.1)
        assert not subscribing.done()
    async with asyncio.timeout(10):
        await subscribing
    assert await _publishes(transport)
    with monkeypatch.context() as patch:
        patch.setattr(aio_pika.Connection, "close", _raising(error))
        await transport.close()


async def test_a_cancellation_of_the_waiting_task_is_no_lost_connection(
    transport: RabbitTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    await transport.subscribe(QUEUE)
    begun = asyncio.Event()

    async def never(*_: Any, **__: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    for patched, name, call in (
        (aio_pika.Exchange, "publish", lambda: transport.publish([_event()])),
        (aio_pika.Connection, "close", transport._drop_connection),
        (aio_pika, "connect", lambda: transport.publish([_event()])),
        (aio_pika, "connect", transport.ready),
    ):
        begun.clear()
        with monkeypatch.context() as patch:
            patch.setattr(patched, name, never)
            waiting: asyncio.Task[Any] = asyncio.create_task(call())
            await begun.wait()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
    assert not is_lost(SystemExit())


async def test_a_channel_that_is_refused_once_is_not_used_again(
    transport: RabbitTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    await transport.subscribe(QUEUE)
    assert await _publishes(transport)
    before = transport._connection
    with monkeypatch.context() as patch:
        patch.setattr(aio_pika.Exchange, "publish", _raising(DeliveryError(None, Basic.Nack(1))))
        assert await transport.publish([_event()]) == [Outcome.REFUSED]
    assert await _publishes(transport)
    assert transport._connection is not before


async def test_a_relay_and_a_listener_survive_a_broker_that_says_nothing(
    make_database: MakeDatabase, vhost: str, proxy: Proxy
) -> None:
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    transport = RabbitTransport(through(proxy, vhost), service="test")
    async with two_services(publisher, subscriber, transport) as services:
        workers = [services.start(services.subscribing_worker()), services.start(services.publishing_worker())]
        await services.emit(occupancy())
        await eventually(lambda: _effects(services, 1), within=20)
        before = transport._connection
        proxy.freeze()
        await services.emit(*(occupancy() for _ in range(20)))
        await eventually(lambda: _is_given_up(transport, before), within=30)
        proxy.thaw()
        await eventually(lambda: _effects(services, 21), within=30)
        assert not any(worker.done() for worker in workers)


async def _is_given_up(transport: RabbitTransport, connection: object) -> bool:
    return transport._connection is not connection and not transport._subscriptions[0].listening


async def _effects(services: TwoServices, number: int) -> bool:
    return await services.count("effects") == number and await services.count("outbox", services.publisher) == 0


async def test_a_connection_that_is_cut_at_any_byte_is_lost_and_nothing_else(
    vhost: str, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cut_at_any_byte(vhost, proxy, cuts=40, seed=1)


async def cut_at_any_byte(vhost: str, proxy: Proxy, *, cuts: int, seed: int) -> None:
    """Publish, receive and acknowledge while each connection is cut after some bytes; then all must work again."""
    chosen = random.Random(seed)  # noqa: S311 - the same numbers each time
    transport = RabbitTransport(through(proxy, vhost), service="test")
    subscription = await transport.subscribe(QUEUE)
    received: set[str | None] = set()

    async def receive() -> None:
        while True:
            deliveries = await subscription.receive(10)
            received.update(delivery.envelope.message_id for delivery in deliveries)
            await subscription.acknowledge(deliveries)

    receiving = asyncio.create_task(receive())
    proxy.cut_after(map(lambda _: chosen.randint(1, 4000), repeat(None)))  # noqa: C417 - without an end
    await transport._drop_connection()
    confirmed: set[str | None] = set()
    number = 0
    while proxy.cuts < cuts:
        wave = [_event(number + each) for each in range(10)]
        outcomes = await transport.publish(wave)
        confirmed |= {each.message_id for each, outcome in zip(wave, outcomes, strict=True) if outcome}
        number += 10
        assert not receiving.done()
    proxy.cut_after(None)
    await eventually(partial(_publishes, transport), within=20)
    await eventually(lambda: _includes(received, confirmed), within=20)
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    await transport.close()


async def _includes(received: set[str | None], confirmed: set[str | None]) -> bool:
    return confirmed <= received


async def test_a_subscription_ends_although_the_library_lost_that_it_was_cancelled(
    transport: RabbitTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`asyncio.wait_for` of Python 3.11, in which aio-pika connects, returns the connection if both come at once."""
    connect, connects = aio_pika.connect, asyncio.Event()

    async def connect_and_lose_the_cancel(*arguments: Any, **named: Any) -> Any:
        connects.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return await connect(*arguments, **named)

    monkeypatch.setattr(aio_pika, "connect", connect_and_lose_the_cancel)
    subscription = rabbit_subscription.RabbitSubscription(transport._url, QUEUE)
    await connects.wait()
    async with asyncio.timeout(5):
        await subscription.close()
    assert subscription.task.cancelled()
