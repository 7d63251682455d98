"""`live`: the process runs; `ready`: database and broker answer. A process becomes ready without a restart."""

import asyncio
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import make_url

from shared.database import Database, UnitOfWork
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.worker import Worker
from shared.process import worker_app
from tests.conftest import MakeDatabase
from tests.integration.http.small_service import BASE, application
from tests.support.eventually import eventually
from tests.support.postgres import TestServer


class UnavailableDatabase:
    """A database whose server refuses connections until `becomes_available` is called."""

    def __init__(self, real: Database) -> None:
        self.real = make_url(real.engine.url)
        self.database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nowhere", application="test")

    def becomes_available(self) -> None:
        self.database.engine = Database(self.real.render_as_string(hide_password=False), application="test").engine


@pytest.fixture
async def unavailable(make_database: MakeDatabase) -> Any:
    created = UnavailableDatabase(await make_database("mechanisms"))
    yield created
    await created.database.close()


def _client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://small")


async def test_without_a_database_an_api_is_live_and_becomes_ready_when_the_database_answers(
    unavailable: UnavailableDatabase,
) -> None:
    app = application(unavailable.database, None)
    with structlog.testing.capture_logs() as logs:
        async with app.router.lifespan_context(app), _client(app) as client:
            assert (await client.get("/health/live")).status_code == 200
            for _ in range(3):
                waiting = await client.get("/health/ready")
                assert (waiting.status_code, waiting.json()) == (503, {"status": "waiting", "database": False})
            unavailable.becomes_available()
            await eventually(lambda: _is_ready(client), within=5)
            await eventually(lambda: _logged(logs, "the database answers"), within=5)

    assert [line["event"] for line in logs if "database" in line["event"]] == [
        "waiting for the database",
        "the database answers",
    ]


async def _is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/health/ready")).status_code == 200


async def _logged(logs: Any, sentence: str) -> bool:
    return any(line["event"] == sentence for line in logs)


async def test_several_tasks_that_wait_for_one_database_log_it_once(unavailable: UnavailableDatabase) -> None:
    with structlog.testing.capture_logs() as logs:
        waiting = [asyncio.create_task(unavailable.database.wait_until_ready()) for _ in range(3)]
        await asyncio.sleep(0.1)
        unavailable.becomes_available()
        await asyncio.gather(*waiting)
    assert [line["event"] for line in logs] == ["waiting for the database", "the database answers"]


class _Broker(InProcessTransport):
    available = False

    async def ready(self) -> bool:
        return self.available


async def test_a_worker_reports_whether_database_or_broker_is_missing(make_database: MakeDatabase) -> None:
    database, broker = await make_database("mechanisms"), _Broker()
    worker: Worker[UnitOfWork] = Worker(
        database, broker, service="small", subscriptions=[], transaction=lambda work: work
    )
    async with _client(worker_app(worker)) as client:
        waiting = await client.get("/health/ready")
        missing = {"status": "waiting", "database": True, "broker": False, "progress": True}
        assert (waiting.status_code, waiting.json()) == (503, missing)
        broker.available = True
        assert (await client.get("/health/ready")).json() == {**missing, "status": "ready", "broker": True}


async def test_the_metrics_of_an_api_are_counted_by_route_and_status(client: httpx.AsyncClient) -> None:
    await client.get(f"{BASE}/things")
    await client.post(f"{BASE}/things", json={})
    await client.get("/nowhere/that/was/made/up")
    metrics = (await client.get("/metrics")).text
    assert 'status="200"' in metrics
    assert 'status="422"' in metrics
    assert 'http_requests_total{method="GET",route="none",status="404"} 1.0' in metrics
    assert "http_request_seconds_bucket" in metrics
    assert "process_resident_memory_bytes" in metrics
    assert "made/up" not in metrics


async def test_the_running_role_cannot_change_tables(make_database: MakeDatabase, postgres_server: TestServer) -> None:
    database = await make_database("mechanisms")
    with pytest.raises(Exception, match="must be owner"):
        async with database.transaction() as work:
            await work.connection.exec_driver_sql("DROP TABLE things")
