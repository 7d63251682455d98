"""The background process of a service: relays, the subscription, retries, retention, and the service's own jobs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, NoReturn

import structlog
from sqlalchemy import Executable

from shared.database import Database, UnitOfWork, growing_pauses
from shared.messaging.catch_up import CatchUp
from shared.messaging.ending import finish_before_stopping
from shared.messaging.failures import Failures
from shared.messaging.inbox import Inbox
from shared.messaging.measures import Measure
from shared.messaging.metrics import Metrics
from shared.messaging.rebuild import Rebuild
from shared.messaging.relay import Relay
from shared.messaging.secret_messages import drop_expired
from shared.messaging.states import OwnStates
from shared.messaging.subscriptions import Directory, Subscriptions, Tx
from shared.messaging.transport import Queue, Transport
from shared.messaging.undelivered import describe
from shared.retention import Limit, RetentionJob

log = structlog.get_logger()

LISTENER = "listener"
BATCH = 50
RETRY_EVERY = timedelta(seconds=1)
CATCH_UP_EVERY = timedelta(seconds=0.25)
REBUILD_EVERY = timedelta(seconds=0.1)
RETENTION_EVERY = timedelta(hours=1)
EXPIRED_SECRETS_EVERY = timedelta(minutes=10)
DEAD_MESSAGES_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Job:
    """A task that runs at a fixed interval. `run` opens its own transactions; two may run at the same time."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[None]]


class Worker(Generic[Tx]):
    """All background work of one service. Any number of workers may run side by side."""

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
        states: OwnStates | None = None,
        retention: Sequence[Limit] = (),
        measures: Sequence[Measure] = (),
        erased: Executable | None = None,
    ) -> None:
        """`transaction` makes the service's transaction; `states` are those that other services keep copies of;
        `measures` are taken in its database for `/metrics`; `erased` selects the ids of erased people: see `Failures`.
        """
        self.database = database
        self.transport = transport
        self.service = service
        self.metrics = Metrics(measures)
        directory = Directory(subscriptions)
        failures = Failures(database, erased)
        self.inbox = Inbox(database, directory, transaction, self.metrics, service=service, failures=failures)
        self.queue = Queue(service, directory.events, directory.commands_of(service))
        self.catch_up = CatchUp(database, transport, self.metrics, service=service, events=directory.events)
        self.rebuild = Rebuild(database, transport, directory, transaction, service=service, states=states)
        self._relays = [
            Relay(database, transport, self.metrics, source=service, shard=shard, shards=relay_shards)
            for shard in range(relay_shards)
        ]
        self.metrics.progress.went_round(LISTENER)
        self.retention = RetentionJob(database, retention, self.metrics.not_kept)
        self.jobs = [
            *jobs,
            Job("retries", RETRY_EVERY, self._retry),
            Job("catch-up", CATCH_UP_EVERY, self.catch_up.run_once),
            Job("rebuild", REBUILD_EVERY, self.rebuild.run_once),
            Job("retention", RETENTION_EVERY, self.retention.run),
            Job("expired secrets", EXPIRED_SECRETS_EVERY, self._drop_expired_secrets),
            Job("dead messages", DEAD_MESSAGES_EVERY, self._look_at_dead),
        ]
        for job in self.jobs:
            self.metrics.lateness.expect(job.name, job.every)

    async def run(self) -> None:
        """Run until cancelled; then finish and acknowledge what was started."""
        await self.database.wait_until_ready()
        parts = [asyncio.create_task(self._listen(), name=LISTENER)]
        parts += [asyncio.create_task(relay.run(), name=relay.name) for relay in self._relays]
        parts += [asyncio.create_task(self._repeat(job), name=f"job {job.name}") for job in self.jobs]
        try:
            ended, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            await asyncio.wait(parts)
        # nobody has cancelled this worker, so a part has failed, even if it was cancelled
        _raise_end_of(ended.pop())

    async def progresses(self) -> bool:
        """Return True unless a relay or the listener stands still."""
        return not self.metrics.progress.standing_still()

    async def _listen(self) -> None:
        progress = self.metrics.progress
        subscription = await self.transport.subscribe(self.queue)
        try:
            while True:
                progress.waits(LISTENER)
                deliveries = await subscription.receive(BATCH)
                progress.went_round(LISTENER)
                await self.inbox.handle(deliveries, subscription)
                self.catch_up.take(deliveries)
                self.rebuild.take(deliveries)
        finally:
            await subscription.close()

    async def _repeat(self, job: Job) -> None:
        pauses = growing_pauses()
        while True:
            try:
                await finish_before_stopping(_run(job))
                self.metrics.lateness.expect(job.name, job.every)
                pauses = growing_pauses()
            except Exception as error:
                if await self.database.is_away(error):
                    await asyncio.sleep(next(pauses))
                    await self.database.wait_until_ready()
                    continue
                self.metrics.lateness.failed(job.name)
                log.exception("a job failed", job=job.name, error=describe(error))
                await asyncio.sleep(next(pauses))
            await asyncio.sleep(job.every.total_seconds())

    async def _retry(self) -> None:
        await self.inbox.retry_due()

    async def _drop_expired_secrets(self) -> None:
        async with self.database.transaction() as work:
            await drop_expired(work.connection)

    async def _look_at_dead(self) -> None:
        """Count them, without those that have data of erased people: these are taken out of the broker."""
        if not (self.queue.events or self.queue.commands):
            return
        if count := await self.transport.count_dead(self.service):
            count -= await self.transport.take_dead(self.service, self.inbox.failures.park_given_up_of_erased)
        self.metrics.dead(count)


def _raise_end_of(part: asyncio.Task[None]) -> NoReturn:
    failure = None if part.cancelled() else part.exception()
    log.critical("a part of the worker has ended", part=part.get_name(), error=failure and describe(failure))
    raise failure or RuntimeError(f"{part.get_name()} has ended although nobody stopped it")


async def _run(job: Job) -> None:
    await job.run()  # `Job.run` gives an Awaitable, a task needs a coroutine
