"""A database that is full, read-only, not migrated or silent is waited for; it costs no attempt and no process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.database import Database, growing_pauses, is_outage
from shared.messaging import relay
from shared.messaging.inprocess import InProcessTransport
from shared.process import worker_app
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import HANDED, TwoServices, delivery, occupancy, two_services
from tests.support.eventually import eventually
from tests.support.postgres import TestServer
from tests.support.proxy import Proxy, before_postgres, through_postgres


@pytest.fixture
async def services(make_database: MakeDatabase) -> AsyncIterator[TwoServices]:
    async with two_services(
        await make_database("mechanisms"), await make_database("mechanisms"), InProcessTransport()
    ) as given:
        yield given


class Trouble:
    """Lets the server refuse every INSERT into some tables with one SQLSTATE."""

    def __init__(self, server: TestServer, services: TwoServices) -> None:
        url = services.subscriber.engine.url
        self._owner = Database(server.address(str(url.database), "mechanisms_owner"), application="owner")

    async def begin(self, state: str, *tables: str) -> None:
        body = f"BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END"
        await self._run(
            f"CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            *(f"CREATE TRIGGER refuse BEFORE INSERT ON {table} EXECUTE FUNCTION refuse()" for table in tables),
        )

    async def end(self) -> None:
        await self._run("DROP FUNCTION refuse CASCADE")

    async def _run(self, *statements: str) -> None:
        async with self._owner.engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))

    async def close(self) -> None:
        await self._owner.close()


@pytest.fixture
async def trouble(postgres_server: TestServer, services: TwoServices) -> AsyncIterator[Trouble]:
    given = Trouble(postgres_server, services)
    yield given
    await given.close()


@pytest.mark.parametrize(("state", "number"), [("53100", 1), ("53100", 3), ("58030", 1), ("55P03", 3)])
async def test_while_nothing_can_be_written_deliveries_wait_and_cost_no_attempt(
    services: TwoServices, trouble: Trouble, state: str, number: int
) -> None:
    await trouble.begin(state, "inbox", "undelivered")
    given = [delivery() for _ in range(number)]
    handling = asyncio.create_task(services.subscribing_worker().inbox.handle(given, HANDED))
    await asyncio.sleep(0.7)
    assert not handling.done()
    assert [item.acknowledged for item in given] == [0] * number
    await trouble.end()
    async with asyncio.timeout(20):
        await handling
    assert [item.acknowledged for item in given] == [1] * number
    assert (await services.count("effects"), await services.count("undelivered")) == (number, 0)


async def test_a_deferral_that_cannot_be_written_for_any_reason_waits_and_is_logged_once(
    services: TwoServices, trouble: Trouble
) -> None:
    await trouble.begin("42501", "undelivered")

    async def fail(_: Any) -> None:
        raise ZeroDivisionError

    services.before, given = fail, delivery()
    with structlog.testing.capture_logs() as logs:
        handling = asyncio.create_task(services.subscribing_worker().inbox.handle([given], HANDED))
        await eventually(lambda: _logged(logs, "deferred a message", 3), within=15)
        assert (handling.done(), given.acknowledged) == (False, 0)
        assert await _logged(logs, "deliveries can be neither handled nor deferred, so they wait", 1)
        await trouble.end()
        async with asyncio.timeout(20):
            await handling
    assert given.acknowledged == 1
    assert [row.attempts for row in await services.rows("SELECT attempts FROM undelivered")] == [1]


async def _logged(logs: Any, sentence: str, number: int) -> bool:
    return [line["event"] for line in logs].count(sentence) == number


def test_the_pauses_of_an_outage_grow_up_to_a_limit() -> None:
    pauses = growing_pauses()
    assert [next(pauses) for _ in range(7)] == [0.5, 1, 2, 4, 8, 16, 16]


async def test_a_full_disk_shows_in_ready_until_something_can_be_written(
    services: TwoServices, trouble: Trouble
) -> None:
    database = services.subscriber
    assert await database.ready()
    await trouble.begin("53100", "inbox")
    with pytest.raises(DBAPIError):
        async with database.transaction() as work:
            await work.connection.execute(text("INSERT INTO inbox (message_id, handler) VALUES ('1', 'one')"))
    assert not await database.ready()
    await trouble.end()
    assert await database.ready()
    assert await services.count("inbox") == 0


async def test_a_read_only_database_is_not_ready(services: TwoServices, postgres_server: TestServer) -> None:
    name = services.subscriber.engine.url.database
    await postgres_server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await services.subscriber.engine.dispose()
    with structlog.testing.capture_logs() as logs:
        waiting = asyncio.create_task(services.subscriber.wait_until_ready())
        await eventually(lambda: _logged(logs, "waiting for the database", 1), within=10)
        assert logs[0]["reason"] == "it is read-only"
        await postgres_server.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await services.subscriber.engine.dispose()
        async with asyncio.timeout(10):
            await waiting


@pytest.mark.parametrize(
    ("state", "outage"),
    [("53100", True), ("53300", True), ("58030", True), ("08006", True), ("25006", True), ("57P01", True),
     ("55P03", True), ("57014", False), ("23505", False), ("40P01", False)],
)  # fmt: skip
async def test_which_errors_are_outages(services: TwoServices, state: str, outage: bool) -> None:
    raising = text(f"DO $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END$$")
    async with services.subscriber.engine.connect() as connection:
        with pytest.raises(DBAPIError) as raised:
            await connection.execute(raising)
    assert is_outage(raised.value) is outage


@pytest.fixture
async def proxy(services: TwoServices) -> AsyncIterator[Proxy]:
    async with before_postgres(services.subscriber.engine.url.render_as_string(hide_password=False)) as given:
        yield given


def _impatient(proxy: Proxy, database: Database) -> Database:
    url = database.engine.url.render_as_string(hide_password=False)
    return Database(through_postgres(proxy, url), application="test", command_seconds=1)


async def test_relays_and_listeners_notice_database_connections_that_died_without_a_word(
    services: TwoServices, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "FROZEN_AFTER", "1s")
    direct = services.subscriber, services.publisher
    services.subscriber, services.publisher = (_impatient(proxy, database) for database in direct)
    workers = [services.start(services.subscribing_worker()), services.start(services.publishing_worker())]
    given = services.subscriber, services.publisher
    services.subscriber, services.publisher = direct
    await services.emit(occupancy())
    await eventually(lambda: _effects(services, 1), within=10)
    proxy.swallow()
    await services.emit(*(occupancy() for _ in range(20)))
    await eventually(lambda: _effects(services, 21), within=30)
    assert not any(worker.done() for worker in workers)
    assert await services.count("undelivered") == 0
    for worker in workers:
        await services.stop(worker)
    for database in given:
        await database.close()


async def _effects(services: TwoServices, number: int) -> bool:
    return await services.count("effects") == number and await services.count("outbox", services.publisher) == 0


async def test_a_statement_on_a_dead_connection_is_an_outage_and_the_next_one_works(
    services: TwoServices, proxy: Proxy
) -> None:
    database = _impatient(proxy, services.subscriber)
    for moment in ("before", "during", "during"):
        with pytest.raises(DBAPIError) as raised:
            await _swallowed(database, proxy, moment)
        assert is_outage(raised.value)
        async with asyncio.timeout(10):
            assert await database.ready()
    await database.close()


async def _swallowed(database: Database, proxy: Proxy, moment: str) -> None:
    """Let the connection die before the second statement of a transaction, or before its COMMIT."""
    async with database.transaction() as work:
        await work.connection.execute(text("SELECT 1"))
        proxy.swallow()
        if moment == "before":
            await work.connection.execute(text("SELECT 1"))


async def test_a_statement_that_is_only_slow_is_cancelled_by_the_server_and_is_no_outage(
    services: TwoServices, proxy: Proxy
) -> None:
    database = _impatient(proxy, services.subscriber)
    with pytest.raises(DBAPIError) as raised:
        async with database.transaction() as work:
            await work.connection.execute(text("SELECT pg_sleep(20)"))
    assert isinstance(raised.value.orig.__cause__, asyncpg.QueryCanceledError)  # type: ignore[union-attr]
    assert not is_outage(raised.value)
    await database.close()


async def test_a_worker_of_a_database_that_is_not_migrated_waits_and_is_not_ready(
    make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    made = await make_database("mechanisms")
    url = made.engine.url
    database = Database(url.render_as_string(hide_password=False), application="test", revision="9999")
    async with two_services(database, database, InProcessTransport()) as services:
        worker = services.publishing_worker()
        with structlog.testing.capture_logs() as logs:
            running = services.start(worker)
            await eventually(lambda: _logged(logs, "waiting for the database", 1), within=10)
        assert logs[0]["reason"].endswith(", not at 9999")
        transport = httpx.ASGITransport(worker_app(worker))
        async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
            assert (await client.get("/health/ready")).json()["database"] is False
        assert not running.done()
        owner = Database(postgres_server.address(str(url.database), "mechanisms_owner"), application="owner")
        async with owner.engine.begin() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await owner.close()
        await services.emit(occupancy())
        await eventually(lambda: _is_ready(database), within=10)
    await database.close()


async def _is_ready(database: Database) -> bool:
    return await database.ready()
