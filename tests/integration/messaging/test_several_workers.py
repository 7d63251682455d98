"""Several workers of one service share its deliveries without being slower than one."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
import structlog
from sqlalchemy import BigInteger, Column, MetaData, Table, Uuid, text

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.database import Database, UnitOfWork
from shared.messaging import inbox as inbox_module
from shared.messaging.inbox import Inbox
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.worker import Worker
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import delivery, occupancy

METADATA = MetaData()
occupancies = Table(
    "occupancies",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
FIRST, SECOND = UUID(int=1), UUID(int=2)


@dataclass
class Listeners:
    """Inboxes of one service that keep a copy of each session and then call `after`."""

    database: Database
    after: Any = None
    logs: list[Any] = field(default_factory=list)

    def inbox(self) -> Inbox[Any]:
        subscriptions: Subscriptions[UnitOfWork] = Subscriptions()
        subscriptions.keep(SessionOccupancyChanged, into=occupancies)

        @subscriptions.on(SessionOccupancyChanged)
        async def when_the_occupancy_changes(message: SessionOccupancyChanged, work: UnitOfWork) -> None:
            if self.after is not None:
                await self.after(message, work)

        return Worker(
            self.database,
            InProcessTransport(),
            service="test",
            subscriptions=[subscriptions],
            transaction=lambda work: work,
        ).inbox

    async def rows(self, statement: str) -> list[Any]:
        async with self.database.engine.connect() as connection:
            return list((await connection.execute(text(statement))).all())

    def said(self, sentence: str) -> int:
        return [line["event"] for line in self.logs].count(sentence)

    async def handle_in_opposite_orders(self) -> None:
        """Two workers: each handles one version of both sessions in one batch."""
        one = [delivery(occupancy(FIRST, 1)), delivery(occupancy(SECOND, 1))]
        other = [delivery(occupancy(SECOND, 2)), delivery(occupancy(FIRST, 2))]
        with structlog.testing.capture_logs() as self.logs:
            await asyncio.gather(self.inbox().handle(one), self.inbox().handle(other))


@pytest.fixture
async def listeners(make_database: MakeDatabase, postgres_server: Any) -> Listeners:
    database = await make_database("mechanisms")
    owner = Database(
        postgres_server.address(str(database.engine.url.database), "mechanisms_owner"), application="owner"
    )
    async with owner.engine.begin() as connection:
        await connection.run_sync(METADATA.create_all)
        await connection.execute(text("GRANT ALL ON occupancies TO mechanisms"))
    await owner.close()
    return Listeners(database)


async def _meet(begun: list[Any]) -> None:
    """Wait until both workers are inside their transaction, or for as long as one that waits for a row can be."""
    begun.append(None)
    for _ in range(20):
        if len(begun) >= 2:
            return
        await asyncio.sleep(0.02)


async def test_copies_are_written_in_one_order_so_that_workers_do_not_deadlock(listeners: Listeners) -> None:
    begun: list[Any] = []

    async def meet(*_: Any) -> None:
        await _meet(begun)

    listeners.after = meet
    await listeners.handle_in_opposite_orders()
    assert listeners.said("another transaction is in the way") == 0
    assert listeners.said("a batch is handled one by one") == 0
    assert await listeners.rows("SELECT version FROM occupancies") == [(2,), (2,)]


async def test_versions_of_one_aggregate_in_one_batch_stay_in_their_order(listeners: Listeners) -> None:
    seen = []

    async def look(message: SessionOccupancyChanged, work: UnitOfWork) -> None:
        seen.append((message.session_id.int, message.version))

    listeners.after = look
    order = [(SECOND, 1), (FIRST, 1), (SECOND, 2), (FIRST, 2)]
    await listeners.inbox().handle([delivery(occupancy(session, version)) for session, version in order])
    assert seen == [(2, 1), (1, 1), (2, 2), (1, 2)]
    assert await listeners.rows("SELECT version FROM occupancies") == [(2,), (2,)]


async def test_a_deadlocked_batch_is_tried_again_as_a_batch(listeners: Listeners) -> None:
    begun: list[Any] = []

    async def cross(message: SessionOccupancyChanged, work: UnitOfWork) -> None:
        """Lock 1 and then 2, or 2 and then 1."""
        own = 1 if id(work) == first.setdefault("work", id(work)) else 2
        await work.connection.execute(text(f"SELECT pg_advisory_xact_lock({own})"))
        await _meet(begun)
        await work.connection.execute(text(f"SELECT pg_advisory_xact_lock({3 - own})"))

    first: dict[str, int] = {}
    listeners.after = cross
    batches = [[delivery(), delivery()] for _ in range(2)]
    with structlog.testing.capture_logs() as listeners.logs:
        await asyncio.gather(*(listeners.inbox().handle(batch) for batch in batches))
    assert listeners.said("another transaction is in the way") == 1
    assert listeners.said("a batch is handled one by one") == 0
    assert await listeners.rows("SELECT count(*) FROM inbox") == [(8,)]
    assert await listeners.rows("SELECT count(*) FROM undelivered") == [(0,)]


async def _conflict(_: Any, work: UnitOfWork) -> None:
    await work.connection.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))


async def test_a_conflict_that_stays_is_a_failure_at_last(
    listeners: Listeners, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_module, "CONFLICT_SECONDS", 0.001)
    listeners.after = _conflict
    with structlog.testing.capture_logs() as listeners.logs:
        await listeners.inbox().handle([delivery()])
    assert listeners.said("another transaction is in the way") == 2 * inbox_module.MOST_CONFLICTS
    assert await listeners.rows("SELECT attempts, handler FROM undelivered") == [(1, "when_the_occupancy_changes")]


async def test_a_conflict_of_a_retry_costs_no_attempt(listeners: Listeners) -> None:
    async def fail(*_: Any) -> None:
        raise ZeroDivisionError

    listeners.after = fail
    inbox = listeners.inbox()
    await inbox.handle([delivery()])
    async with listeners.database.transaction() as work:
        await work.connection.execute(text("UPDATE undelivered SET next_at = now()"))
    listeners.after = _conflict
    assert await inbox.retry_due() == 1
    assert await listeners.rows("SELECT attempts FROM undelivered") == [(1,)]
    listeners.after = None
    assert await inbox.retry_due() == 1
    assert await listeners.rows("SELECT attempts FROM undelivered") == []
