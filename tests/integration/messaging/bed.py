"""A speaker and a listener, each with a database that has the mechanisms and one table of effects."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.identity import AccountErased, SendAccountNotice
from shared.database import Database, UnitOfWork
from shared.messaging.envelope import Envelope
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker


class Given:
    """A delivery that a test hands to the inbox itself."""

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope
        self.acknowledged = 0

    async def acknowledge(self) -> None:
        self.acknowledged += 1


def delivery(message: Any = None, **changes: Any) -> Given:
    """A delivery of a message, of any event unless told, with other properties where told."""
    message = message or erased()
    properties = {
        "message_id": str(uuid4()),
        "name": message.wire_name,
        "body": message.model_dump_json().encode(),
        **changes,
    }
    return Given(Envelope(**properties))


@dataclass
class Effects:
    """What the listener's handler does: a row for each message, after whatever a test has put in its way."""

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
class Bed:
    """The two databases, and workers to start and to stop."""

    speaker: Database
    listener: Database
    transport: Transport
    before: Callable[[Any], Any] = _nothing
    running: list[asyncio.Task[None]] = field(default_factory=list)

    async def emit(self, *messages: Any) -> None:
        async with self.speaker.transaction() as work:
            for message in messages:
                work.emit(message)

    def speak(self) -> Worker[Any]:
        return Worker(self.speaker, self.transport, service="identity", subscriptions=[], transaction=lambda work: work)

    def listen(self, service: str = "notifier") -> Worker[Any]:
        subscriptions: Subscriptions[Effects] = Subscriptions()

        @subscriptions.on(AccountErased)
        async def when_an_account_is_erased(message: AccountErased, tx: Effects) -> None:
            await tx.add(message)

        @subscriptions.on(SendAccountNotice)
        async def send_a_notice(message: SendAccountNotice, tx: Effects) -> None:
            await tx.add(message)

        def effects(work: UnitOfWork) -> Effects:
            return Effects(work.connection, self.before)

        return Worker(
            self.listener, self.transport, service=service, subscriptions=[subscriptions], transaction=effects
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
        async with (database or self.listener).engine.connect() as connection:
            return list((await connection.execute(text(statement))).all())

    async def count(self, table: str, database: Database | None = None) -> int:
        return int((await self.rows(f"SELECT count(*) FROM {table}", database))[0][0])

    async def make_due(self) -> None:
        """Let what was deferred wait no longer."""
        async with self.listener.transaction() as work:
            await work.connection.execute(text("UPDATE undelivered SET next_at = now() WHERE parked_at IS NULL"))


@asynccontextmanager
async def bed_on(speaker: Database, listener: Database, transport: Transport) -> AsyncIterator[Bed]:
    """Give the bed; stop whatever still runs at the end."""
    bed = Bed(speaker, listener, transport)
    try:
        yield bed
    finally:
        for task in list(bed.running):
            await bed.stop(task)
        await transport.close()


def erased(account: UUID | None = None, version: int = 1) -> AccountErased:
    """An event that costs a line."""
    return AccountErased(occurred_at=datetime.now(UTC), account_id=account or uuid4(), version=version)


def notice() -> SendAccountNotice:
    """A command to the notifier."""
    return SendAccountNotice(
        occurred_at=datetime.now(UTC),
        id=uuid4(),
        account_id=uuid4(),
        email="claire@exemple.example",
        first_name="Claire",
        notice="already_registered",
    )
