"""While the subscriber's database is away nothing is acknowledged, and an outage costs no attempt."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import DBAPIError

from shared.messaging import undelivered
from shared.messaging.inprocess import InProcessTransport
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import HANDED, TwoServices, delivery, two_services
from tests.support.eventually import eventually
from tests.support.postgres import TestServer


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    """The inbox does not depend on the transport: one is enough."""
    async with two_services(
        await make_database("mechanisms"), await make_database("mechanisms"), InProcessTransport()
    ) as given:
        yield given


async def _shut(services: TwoServices, server: TestServer, *, shut: bool) -> None:
    name = services.subscriber.engine.url.database
    await server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {not shut}")
    if shut:
        await server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


async def test_while_the_database_is_down_nothing_is_acknowledged_and_no_attempt_is_spent(
    services: TwoServices, postgres_server: TestServer
) -> None:
    inbox = services.subscribing_worker().inbox
    given = [delivery() for _ in range(3)]
    await _shut(services, postgres_server, shut=True)
    with structlog.testing.capture_logs() as logs:
        taking = asyncio.create_task(inbox.handle(given, HANDED))
        await eventually(lambda: _logged(logs, "waiting for the database"), within=10)
        assert not taking.done()
        assert [item.acknowledged for item in given] == [0, 0, 0]
        await _shut(services, postgres_server, shut=False)
        async with asyncio.timeout(20):
            await taking

    assert [item.acknowledged for item in given] == [1, 1, 1]
    assert (await services.count("effects"), await services.count("undelivered")) == (3, 0)
    assert [line["event"] for line in logs].count("waiting for the database") == 1


async def _logged(logs: Any, sentence: str) -> bool:
    return any(line["event"] == sentence for line in logs)


@pytest.mark.parametrize("taken", [1, 2])
async def test_a_database_that_goes_down_during_the_effect_costs_no_attempt(
    services: TwoServices, postgres_server: TestServer, taken: int
) -> None:
    inbox, runs = services.subscribing_worker().inbox, iter(range(100))

    async def goes_down(_: Any) -> None:
        if next(runs) == 0:
            await _shut(services, postgres_server, shut=True)
            asyncio.get_running_loop().call_later(
                1, lambda: opening.append(asyncio.create_task(_shut(services, postgres_server, shut=False)))
            )

    opening: list[asyncio.Task[None]] = []
    services.before = goes_down
    async with asyncio.timeout(20):
        await inbox.handle([delivery() for _ in range(taken)])
    await asyncio.gather(*opening)
    assert (await services.count("effects"), await services.count("undelivered")) == (taken, 0)


async def test_a_delivery_that_another_worker_is_trying_is_not_waited_for(services: TwoServices) -> None:
    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before = fail
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery()])
    await services.make_due()
    async with services.subscriber.engine.connect() as other:
        due = await undelivered.next_due(other)
        assert due is not None
        assert await undelivered.claim_due(other, due.number) is not None
        assert await inbox.retry_due() == 0
    assert [row.attempts for row in await services.rows("SELECT attempts FROM undelivered")] == [1]


async def test_a_delivery_that_is_dropped_just_before_its_retry_is_not_handled(
    services: TwoServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before = fail
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery()])
    await services.make_due()
    find = undelivered.next_due

    async def find_and_drop(connection: Any) -> Any:
        due = await find(connection)
        assert due is not None
        assert await undelivered.drop(connection, due.number)
        return due

    monkeypatch.setattr(undelivered, "next_due", find_and_drop)
    assert await inbox.retry_due() == 1
    assert (await services.count("effects"), await services.count("undelivered")) == (0, 0)
    assert await services.count("tries") == 0


async def test_a_retry_during_which_the_database_goes_down_costs_no_attempt(
    services: TwoServices, postgres_server: TestServer
) -> None:
    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before = fail
    inbox = services.subscribing_worker().inbox
    await inbox.handle([delivery()])
    await services.make_due()

    async def goes_down(_: Any) -> None:
        await _shut(services, postgres_server, shut=True)

    services.before = goes_down
    with pytest.raises((DBAPIError, OSError)):
        await inbox.retry_due()
    await _shut(services, postgres_server, shut=False)
    assert [row.attempts for row in await services.rows("SELECT attempts FROM undelivered")] == [1]
