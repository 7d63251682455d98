"""Databases that are silent or full, with the limits of production."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from shared.database import Database
from shared.messaging.rabbitmq import RabbitTransport
from shared.process import WORKER_COMMAND_SECONDS
from tests.conftest import MakeDatabase
from tests.integration.messaging.test_a_database_that_cannot_work import Trouble
from tests.integration.messaging.two_services import TwoServices, occupancy, two_services
from tests.support.eventually import eventually
from tests.support.postgres import TestServer
from tests.support.proxy import before_postgres, through_postgres


@pytest.fixture
async def services(make_database: MakeDatabase, vhost: str) -> AsyncIterator[TwoServices]:
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    async with two_services(publisher, subscriber, RabbitTransport(vhost, service="test")) as given:
        yield given


async def _effects(services: TwoServices, number: int) -> bool:
    return await services.count("effects") == number and await services.count("outbox", services.publisher) == 0


async def test_silent(services: TwoServices) -> None:
    direct = services.publisher, services.subscriber
    urls = [database.engine.url.render_as_string(hide_password=False) for database in direct]
    async with before_postgres(urls[0]) as proxy:
        services.publisher, services.subscriber = given = [
            Database(through_postgres(proxy, url), application="drill", command_seconds=WORKER_COMMAND_SECONDS)
            for url in urls
        ]
        workers = [services.start(services.subscribing_worker()), services.start(services.publishing_worker())]
        services.publisher, services.subscriber = direct
        await services.emit(occupancy())
        await eventually(lambda: _effects(services, 1), within=30)
        for silence in range(1, 4):
            proxy.swallow()
            await services.emit(*(occupancy() for _ in range(200)))
            await eventually(lambda total=1 + 200 * silence: _effects(services, total), within=120)  # type: ignore[misc]
        assert not any(worker.done() for worker in workers)
        assert await services.count("undelivered") == 0
        for worker in workers:
            await services.stop(worker)
        for database in given:
            await database.close()


async def test_full_disk(services: TwoServices, postgres_server: TestServer) -> None:
    workers = [services.start(services.subscribing_worker()), services.start(services.publishing_worker())]
    await services.emit(occupancy())
    await eventually(lambda: _effects(services, 1), within=30)
    trouble = Trouble(postgres_server, services)
    await trouble.begin("53100", "inbox", "undelivered")
    for _ in range(40):
        await services.emit(*(occupancy() for _ in range(10)))
        await asyncio.sleep(1)
    await trouble.end()
    await trouble.close()
    await eventually(lambda: _effects(services, 401), within=60)
    assert not any(worker.done() for worker in workers)
    assert await services.count("undelivered") == 0
