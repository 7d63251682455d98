"""Listeners that are killed by a message, or from outside while they handle others; with a real broker."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest

from shared.messaging.amqp import message_of
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from tests.conftest import MakeDatabase
from tests.drills.listener import KILLER
from tests.integration.messaging.killed_workers import kill_workers
from tests.integration.messaging.two_services import TwoServices, delivery, occupancy, two_services
from tests.support.eventually import eventually
from tests.support.processes import Process

EVENTS = 400


class Drill:
    """One listener process at a time, its database and its queue."""

    def __init__(self, services: TwoServices, process: Process, vhost: str) -> None:
        self.services = services
        self.process = process
        self.vhost = vhost

    async def publish(self, versions: list[int]) -> None:
        async with await aio_pika.connect(self.vhost) as connection:
            channel = await connection.channel()
            await channel.declare_queue("notifier", durable=True, arguments={"x-queue-type": "quorum"})
            for version in versions:
                envelope = delivery(occupancy(version=version)).envelope
                await channel.default_exchange.publish(message_of(envelope), "notifier")

    async def is_over(self, effects: int) -> bool:
        return await self.services.count("effects") == effects

    async def parked(self) -> list[Any]:
        return await self.services.rows("SELECT last_error FROM undelivered")


@pytest.fixture
async def drill(make_database: MakeDatabase, vhost: str) -> AsyncIterator[Drill]:
    database = await make_database("mechanisms")
    url = database.engine.url.render_as_string(hide_password=False)
    process = Process("listener", ["-m", "tests.drills.listener", url, vhost], {})
    async with two_services(database, database, InProcessTransport()) as services:
        yield Drill(services, process, vhost)
    process.close()


async def test_a_message_that_kills_its_listener_is_parked_after_five_ends_alone(drill: Drill) -> None:
    await drill.publish([1] * (EVENTS // 2) + [KILLER] + [1] * (EVENTS // 2))
    ends = 0
    drill.process.start()
    while not await drill.is_over(EVENTS):
        await asyncio.sleep(0.1)
        if drill.process.has_ended:
            ends += 1
            assert ends < 20, drill.process.log[-2000:]
            drill.process.start()
    [parked] = await drill.parked()
    assert parked.last_error.startswith("3 processes ended while they handled it")
    assert ends == 5


async def test_twenty_kills_from_outside_park_nothing(drill: Drill) -> None:
    await drill.publish([1] * EVENTS)
    chance = random.Random(20)  # noqa: S311 - for a test
    for _ in range(20):
        drill.process.start()
        await asyncio.sleep(1 + 2 * chance.random())
        drill.process.kill()
    drill.process.start()
    await eventually(lambda: drill.is_over(EVENTS), within=120)
    assert await drill.parked() == []


async def test_workers_killed_twenty_times_during_two_thousand_events_leave_each_effect_once(
    make_database: MakeDatabase, vhost: str
) -> None:
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    async with two_services(publisher, subscriber, RabbitTransport(vhost, service="test")) as services:
        await kill_workers(services, vhost, kills=20)
