"""The background half of a service: relays, the listener, the retries, the housekeeping, and the service's own jobs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic

import structlog
from sqlalchemy import text

from shared.database import Database, UnitOfWork
from shared.messaging.ending import to_its_end
from shared.messaging.inbox import Inbox
from shared.messaging.metrics import Metrics
from shared.messaging.relay import Relay
from shared.messaging.subscriptions import Directory, Subscriptions, Tx
from shared.messaging.transport import Queue, Transport
from shared.messaging.undelivered import describe

log = structlog.get_logger()

BATCH = 50
RETRY_EVERY = timedelta(seconds=1)
HOUSEKEEPING_EVERY = timedelta(hours=6)
_CLEANING = (
    text("SELECT ensure_event_log_partitions()"),
    # longer than the longest retry and any replay by hand
    text("DELETE FROM inbox WHERE done_at < now() - interval '90 days'"),
    text("DELETE FROM idempotency_keys WHERE created_at < now() - interval '2 days'"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that a service does by the clock. `run` opens its own transactions and must bear to run twice at once."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]


class Worker(Generic[Tx]):
    """Everything of one service that no request waits for. Any number may run side by side."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        *,
        service: str,
        subscriptions: Sequence[Subscriptions[Tx]],
        transaction: Callable[[UnitOfWork], Tx],
        jobs: Sequence[Job] = (),
        relay_shards: int = 1,
    ) -> None:
        """`transaction` makes the service's unit of work; `relay_shards` is the same for all workers of the service."""
        self.database = database
        self.transport = transport
        self.service = service
        self.metrics = Metrics()
        self.inbox = Inbox(database, directory := Directory(subscriptions), transaction, self.metrics)
        self.queue = Queue(service, directory.events, directory.commands_of(service))
        self._relays = [
            Relay(database, transport, self.metrics, source=service, shard=shard, shards=relay_shards)
            for shard in range(relay_shards)
        ]
        self._jobs = [
            *jobs,
            Job("retries", RETRY_EVERY, self._retry),
            Job("housekeeping", HOUSEKEEPING_EVERY, self._keep_house),
        ]

    async def run(self) -> None:
        """Run until cancelled; then what has begun is finished first, and what it committed is acknowledged."""
        await self.database.wait_until_ready()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            for relay in self._relays:
                tasks.create_task(relay.run())
            for job in self._jobs:
                tasks.create_task(self._repeat(job))

    async def _listen(self) -> None:
        if not self.queue.events and not self.queue.commands:
            return
        subscription = await self.transport.subscribe(self.queue)
        try:
            while True:
                await self.inbox.take(await subscription.receive(BATCH))
        finally:
            await subscription.close()

    async def _repeat(self, job: Job) -> None:
        while True:
            try:
                await to_its_end(_begun(job))
            except Exception as error:
                if await self.database.is_away(error):
                    await self.database.wait_until_ready()
                else:
                    log.exception("a job failed", job=job.name, error=describe(error))
            await asyncio.sleep(job.every.total_seconds())

    async def _retry(self) -> None:
        await self.inbox.retry_due()

    async def _keep_house(self) -> None:
        for statement in _CLEANING:
            async with self.database.transaction() as work:
                await work.connection.execute(statement)


async def _begun(job: Job) -> None:
    await job.run()
