"""A publishing and a subscribing service, each with a database that has the mechanisms and a table `effects`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Executable, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.enrollment import SessionOccupancyChanged
from shared.contracts.identity import SendAccountNotice
from shared.database import Database, UnitOfWork
from shared.messaging.envelope import Envelope
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker


class HandedDelivery:
    """A delivery that a test hands directly to the inbox."""

    def __init__(self, envelope: Envelope, earlier_deliveries: int = 0) -> None:
        self.envelope = envelope
        self.earlier_deliveries = earlier_deliveries
        self.acknowledged = 0


class Handed:
    """The subscription of such deliveries: counts their acknowledgements."""

    async def receive(self, most: int) -> Sequence[Any]:
        raise NotImplementedError

    async def acknowledge(self, deliveries: Sequence[Any]) -> None:
        for one in deliveries:
            one.acknowledged += 1

    async def close(self) -> None:
        return


HANDED = Handed()


def delivery(message: Any = None, **changes: Any) -> HandedDelivery:
    """A delivery of a message, by default of some event; `changes` are other properties of the envelope."""
    message = message or occupancy()
    properties = {
        "message_id": str(uuid4()),
        "name": message.wire_name,
        "body": message.model_dump_json().encode(),
        **changes,
    }
    return HandedDelivery(Envelope(**properties))


@dataclass
class Effects:
    """What the handlers do: call the test's `before`, then insert a row for the message."""

    connection: AsyncConnection
    before: Callable[[Any], Any]

    async def add(self, message: Any) -> None:
        await self.before(message)
        await self.connection.execute(
            text("INSERT INTO effects (event, version) VALUES (:event, :version)"),
            {"event": message.aggregate_id, "version": message.aggregate_version},
        )


async def _nothing(_: Any) -> None:
    return


@dataclass
class TwoServices:
    """The two databases, and workers to start and stop."""

    publisher: Database
    subscriber: Database
    transport: Transport
    before: Callable[[Any], Any] = _nothing
    erased: Executable | None = None
    """What selects the ids of erased people in the subscriber."""
    running: list[asyncio.Task[None]] = field(default_factory=list)

    async def emit(self, *messages: Any) -> None:
        async with self.publisher.transaction() as work:
            for message in messages:
                work.emit(message)

    def publishing_worker(self) -> Worker[Any]:
        return Worker(
            self.publisher, self.transport, service="enrollment", subscriptions=[], transaction=lambda work: work
        )

    def subscribing_worker(self, service: str = "notifier") -> Worker[Any]:
        subscriptions: Subscriptions[Effects] = Subscriptions()

        @subscriptions.on(SessionOccupancyChanged)
        async def when_the_occupancy_changes(message: SessionOccupancyChanged, tx: Effects) -> None:
            await tx.add(message)

        @subscriptions.on(SendAccountNotice)
        async def send_a_notice(message: SendAccountNotice, tx: Effects) -> None:
            await tx.add(message)

        def effects(work: UnitOfWork) -> Effects:
            return Effects(work.connection, self.before)

        return Worker(
            self.subscriber,
            self.transport,
            service=service,
            subscriptions=[subscriptions],
            transaction=effects,
            erased=self.erased,
        )

    def start(self, worker: Worker[Any]) -> asyncio.Task[None]:
        task = asyncio.create_task(worker.run())
        self.running.append(task)
        return task

    async def stop(self, task: asyncio.Task[None]) -> None:
        self.running.remove(task)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def rows(self, statement: str, database: Database | None = None) -> list[Any]:
        async with (database or self.subscriber).engine.connect() as connection:
            return list((await connection.execute(text(statement))).all())

    async def count(self, table: str, database: Database | None = None) -> int:
        return int((await self.rows(f"SELECT count(*) FROM {table}", database))[0][0])

    async def make_due(self) -> None:
        """Make every deferred delivery due now."""
        async with self.subscriber.transaction() as work:
            await work.connection.execute(text("UPDATE undelivered SET next_at = now() WHERE parked_at IS NULL"))


@asynccontextmanager
async def two_services(publisher: Database, subscriber: Database, transport: Transport) -> AsyncIterator[TwoServices]:
    """Stop the workers that still run at the end."""
    services = TwoServices(publisher, subscriber, transport)
    try:
        yield services
    finally:
        for task in list(services.running):
            await services.stop(task)
        await transport.close()


def occupancy(session: UUID | None = None, version: int = 1) -> SessionOccupancyChanged:
    """Some event, of a new aggregate unless `session` is given."""
    return SessionOccupancyChanged(
        occurred_at=datetime.now(UTC), session_id=session or uuid4(), version=version, capacity=8, held=1, queued=0
    )


def notice() -> SendAccountNotice:
    """Some command to the notifier."""
    return SendAccountNotice(
        occurred_at=datetime.now(UTC),
        id=uuid4(),
        account_id=uuid4(),
        email="claire@exemple.example",
        first_name="Claire",
        notice="already_registered",
    )
