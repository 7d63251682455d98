"""The processes as an operator runs them: without a database or broker they wait, and they stop in order."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.database import Database
from shared.messaging.envelope import Envelope
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Queue
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import delivery
from tests.support.broker import Broker, free_port
from tests.support.eventually import eventually
from tests.support.postgres import TestServer


class Running:
    """One process, what it answers and what it logs."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}")

    async def answers(self, path: str) -> int:
        """The status, 0 while nothing listens."""
        try:
            return (await self.client.get(path)).status_code
        except httpx.HTTPError:
            return 0

    async def stop(self, number: int) -> tuple[int, list[dict[str, Any]]]:
        """Signal it; return its code and its log."""
        self.process.send_signal(number)
        _, log = await asyncio.wait_for(self.process.communicate(), 25)
        return int(self.process.returncode or 0), [json.loads(line) for line in log.splitlines()]


class Operator:
    """Starts processes with settings of their own."""

    def __init__(self) -> None:
        self.started: list[Running] = []

    async def starts(self, *command: str, **settings: object) -> Running:
        """Run the service's command."""
        port = free_port()
        environment = {
            f"PARCOURSPRO_NOTIFIER_{name.upper()}": str(value) for name, value in {**settings, "port": port}.items()
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.integration.messaging.subscriber_service",
            *command,
            env={**os.environ, **environment},
            stderr=PIPE,
            stdout=PIPE,
        )
        self.started.append(Running(process, port))
        return self.started[-1]


@pytest.fixture
async def operator() -> AsyncIterator[Operator]:
    given = Operator()
    yield given
    for running in given.started:
        await running.client.aclose()
        if running.process.returncode is None:
            running.process.kill()
            await running.process.communicate()


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


async def _is(running: Running, path: str, status: int) -> bool:
    return await running.answers(path) == status


async def _count(database: Database, table: str) -> int:
    async with database.engine.connect() as connection:
        return int((await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar() or 0)


async def _shut(server: TestServer, database: Database, *, shut: bool) -> None:
    await server.execute(f"ALTER DATABASE {database.engine.url.database} ALLOW_CONNECTIONS {not shut}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_that_is_stopped_finishes_what_it_has_started_and_exits_with_success(
    operator: Operator, make_database: MakeDatabase, vhost: str, number: int
) -> None:
    database = await make_database("mechanisms")
    worker = await operator.starts("worker", database_url=_url(database), amqp_url=vhost)
    await eventually(lambda: _is(worker, "/health/ready", 200), within=30)
    transport = RabbitTransport(vhost, service="identity")
    event: Envelope = delivery().envelope
    await eventually(lambda: _published(transport, event), within=15)
    await eventually(lambda: _begun(database), within=15)

    code, log = await worker.stop(number)

    assert code == 0, log
    assert await _count(database, "effects") == 1
    assert await _nothing_left(transport)
    await transport.close()


async def _published(transport: RabbitTransport, event: Envelope) -> bool:
    return all(await transport.publish([event]))


async def _begun(database: Database) -> bool:
    return (
        await _count(database, "pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'")
        > 0
    )


async def _nothing_left(transport: RabbitTransport) -> bool:
    subscription = await transport.subscribe(Queue("notifier", events=["enrollment.session_occupancy_changed.v1"]))
    try:
        async with asyncio.timeout(1):
            await subscription.receive(1)
    except TimeoutError:
        return True
    return False


async def test_without_database_and_broker_a_worker_waits_logs_it_once_and_becomes_ready_by_itself(
    operator: Operator, make_database: MakeDatabase, broker: Broker, postgres_server: TestServer
) -> None:
    database, vhost = await make_database("mechanisms"), broker.vhost()
    await database.engine.dispose()
    await _shut(postgres_server, database, shut=True)
    await asyncio.to_thread(broker.outage)
    try:
        worker = await operator.starts("worker", database_url=_url(database), amqp_url=vhost)
        await eventually(lambda: _is(worker, "/health/live", 200), within=30)
        missing = (await worker.client.get("/health/ready")).json()
        assert (missing["database"], missing["broker"]) == (False, False)
        await asyncio.sleep(2)
        await _shut(postgres_server, database, shut=False)
        await asyncio.sleep(2)
    finally:
        await asyncio.to_thread(broker.back)
    await eventually(lambda: _is(worker, "/health/ready", 200), within=30)

    code, log = await worker.stop(signal.SIGTERM)
    logged = [line["event"] for line in log]
    assert code == 0
    assert [
        logged.count(line)
        for line in ("waiting for the database", "the database answers", "waiting for the broker", "listening")
    ] == [1] * 4


async def test_without_a_database_an_api_waits_logs_it_once_and_becomes_ready_by_itself(
    operator: Operator, make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    database = await make_database("mechanisms")
    await database.engine.dispose()
    await _shut(postgres_server, database, shut=True)
    api = await operator.starts("api", database_url=_url(database))
    await eventually(lambda: _is(api, "/health/live", 200), within=30)
    assert await api.answers("/health/ready") == 503
    await asyncio.sleep(1)
    await _shut(postgres_server, database, shut=False)
    await eventually(lambda: _is(api, "/health/ready", 200), within=30)
    await asyncio.sleep(1)  # until all waiting tasks have tried again

    _, log = await api.stop(signal.SIGTERM)
    logged = [line["event"] for line in log]
    assert [logged.count(line) for line in ("waiting for the database", "the database answers")] == [1, 1]


async def test_a_worker_that_fails_ends_the_process_so_that_a_supervisor_starts_another(
    operator: Operator, make_database: MakeDatabase, vhost: str
) -> None:
    database = await make_database("mechanisms")
    first = await operator.starts("worker", database_url=_url(database), amqp_url="not an address")
    _, log = await asyncio.wait_for(first.process.communicate(), 30)
    assert first.process.returncode not in {0, None}
    assert log


async def test_migrate_brings_an_empty_database_to_the_newest_revision_twice_over(
    operator: Operator, make_database: MakeDatabase, postgres_server: TestServer
) -> None:
    database = await make_database("mechanisms")  # so that its roles exist
    owner = postgres_server.address(str(database.engine.url.database), "mechanisms_owner")
    for _ in range(2):
        migrating = await operator.starts("migrate", database_url=_url(database), migration_database_url=owner)
        _, log = await asyncio.wait_for(migrating.process.communicate(), 30)
        assert migrating.process.returncode == 0, log
