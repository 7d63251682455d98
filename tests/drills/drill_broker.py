"""A broker that is silent, frozen, cut off, or without a queue, for as long as that lasts in production."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from shared.messaging.rabbitmq import RabbitTransport
from tests.conftest import MakeDatabase
from tests.integration.messaging.test_a_lost_connection import cut_at_any_byte
from tests.integration.messaging.test_held_names import MANY
from tests.integration.messaging.two_services import TwoServices, notice, occupancy, two_services
from tests.support.broker import Broker
from tests.support.containers import ContainerBroker
from tests.support.eventually import eventually
from tests.support.proxy import Proxy, before_amqp, through


@pytest.fixture
async def proxy(broker: Broker) -> AsyncIterator[Proxy]:
    async with before_amqp(broker.vhost()) as given:
        yield given


@pytest.fixture
async def services(make_database: MakeDatabase, broker: Broker, proxy: Proxy) -> AsyncIterator[TwoServices]:
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    transport = RabbitTransport(through(proxy, broker.vhost()), service="test")
    async with two_services(publisher, subscriber, transport) as given:
        yield given


async def _effects(services: TwoServices, number: int) -> bool:
    return await services.count("effects") == number and await services.count("outbox", services.publisher) == 0


async def _emit_for(services: TwoServices, seconds: int) -> int:
    for _ in range(seconds):
        await services.emit(*(occupancy() for _ in range(20)))
        await asyncio.sleep(1)
    return seconds * 20


async def test_half_open(services: TwoServices, proxy: Proxy) -> None:
    workers = [services.start(services.subscribing_worker()), services.start(services.publishing_worker())]
    await services.emit(occupancy())
    await eventually(lambda: _effects(services, 1), within=30)
    proxy.freeze()
    emitted = await _emit_for(services, 45)
    proxy.thaw()
    await eventually(lambda: _effects(services, 1 + emitted), within=90)
    assert not any(worker.done() for worker in workers)


async def test_frozen(services: TwoServices, broker: Broker) -> None:
    if isinstance(broker, ContainerBroker):
        pytest.skip("the broker's process is in a container")
    workers = [services.start(services.subscribing_worker()), services.start(services.publishing_worker())]
    await services.emit(occupancy())
    await eventually(lambda: _effects(services, 1), within=30)
    group = os.getpgid(broker.pid)
    os.killpg(group, signal.SIGSTOP)
    try:
        emitted = await _emit_for(services, 50)
    finally:
        os.killpg(group, signal.SIGCONT)
    await eventually(lambda: _effects(services, 1 + emitted), within=90)
    assert not any(worker.done() for worker in workers)


async def test_cut_at_any_byte(broker: Broker) -> None:
    vhost = broker.vhost()
    async with before_amqp(vhost) as proxy:
        await cut_at_any_byte(vhost, proxy, cuts=600, seed=2)


async def test_unroutable(services: TwoServices) -> None:
    async with services.publisher.transaction() as work:
        await work.connection.execute(MANY, {"name": "catalogue.axis_declared.v1", "number": 20_000})
    services.start(services.subscribing_worker())
    services.start(services.publishing_worker())
    await services.emit(*(occupancy() for _ in range(50)), notice())
    await eventually(lambda: _published(services), within=30)
    for _ in range(60):
        await services.emit(occupancy())
        await asyncio.sleep(0.5)
    await eventually(lambda: _published(services), within=5)


async def _published(services: TwoServices) -> bool:
    return await services.count("outbox", services.publisher) == 20_000
