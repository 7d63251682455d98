"""Handles deliveries: the effect of each handler is committed once, together with its claim.

Deliveries whose handler fails are deferred, messages that cannot be read are parked.
"""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from typing import Generic

import structlog
from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables, tracing
from shared.compiled import compiled
from shared.database import Database, UnitOfWork, growing_pauses
from shared.messaging import undelivered
from shared.messaging.ending import finish_before_stopping
from shared.messaging.envelope import Envelope
from shared.messaging.failures import Failures
from shared.messaging.metrics import Metrics
from shared.messaging.reading import HandlerRun, Unreadable, read
from shared.messaging.subscriptions import Directory, Tx
from shared.messaging.transport import Delivery, Subscription
from shared.messaging.tries import MOST_ENDS, SUSPECT_FROM, Tries
from shared.messaging.undelivered import Undelivered
from shared.telemetry import caused_by, correlated

log = structlog.get_logger()

_KEYS = (
    func.unnest(bindparam("messages", type_=ARRAY(Text)), bindparam("handlers", type_=ARRAY(Text)))
    .table_valued("message_id", "handler", name="new")
    .render_derived()
)
_CLAIM = compiled(
    insert(tables.inbox)
    .from_select(["message_id", "handler"], select(_KEYS.c.message_id, _KEYS.c.handler))
    .on_conflict_do_nothing()
    .returning(tables.inbox.c.message_id, tables.inbox.c.handler)
)


MOST_CONFLICTS = 4
CONFLICT_SECONDS = 0.2
ENDED_ITS_PROCESS = (
    f"{MOST_ENDS} processes ended while they handled it (killed, or out of memory): it is not tried again by itself"
)


class Inbox(Generic[Tx]):
    """The receiving side of one service."""

    def __init__(
        self,
        database: Database,
        directory: Directory[Tx],
        transaction: Callable[[UnitOfWork], Tx],
        metrics: Metrics,
        *,
        service: str,
        failures: Failures,
    ) -> None:
        """`transaction` makes the service's own transaction object from the shared unit of work."""
        self._database = database
        self._directory = directory
        self._transaction = transaction
        self._metrics = metrics
        self._service = service
        self._tries = Tries(database)
        self.failures = failures

    async def handle(self, deliveries: Sequence[Delivery], subscription: Subscription | None = None) -> None:
        """Handle deliveries and acknowledge them to their subscription, if they have one.

        If cancelled meanwhile, running transactions are finished and what they committed is acknowledged.
        """
        for group in _groups(deliveries):
            await self._handle_in_spite_of_outages(group, subscription)

    async def _handle_in_spite_of_outages(
        self, deliveries: Sequence[Delivery], subscription: Subscription | None
    ) -> None:
        """While the database is away, or takes neither effects nor deferrals, wait: an outage costs no attempts."""
        pauses, is_logged = growing_pauses(), False
        while True:
            try:
                return await finish_before_stopping(self._handle(deliveries, subscription))
            except Exception as error:
                if not is_logged and not await self._database.is_away(error):
                    is_logged = True
                    log.exception("deliveries can be neither handled nor deferred, so they wait")
                await asyncio.sleep(next(pauses))
                await self._database.wait_until_ready()

    async def _handle(self, deliveries: Sequence[Delivery], subscription: Subscription | None) -> None:
        envelopes = [delivery.envelope for delivery in deliveries]
        if _is_suspect(deliveries[0]):
            await self._take_suspect(envelopes[0])
        else:
            await self._take(envelopes)
        if subscription is not None:
            await subscription.acknowledge(deliveries)

    async def _take_suspect(self, envelope: Envelope) -> None:
        async with self._tries.noted(envelope.message_id or "") as may_try:
            if may_try:
                await self._take([envelope])
            else:
                await self._park(envelope, ENDED_ITS_PROCESS)

    async def _take(self, envelopes: Sequence[Envelope]) -> None:
        runs: list[HandlerRun[Tx]] = []
        for envelope in envelopes:
            try:
                runs += read(envelope, self._directory)
            except Unreadable as reason:
                await self._park(envelope, str(reason))
        if len(runs) <= 1 or not await self._run_together(runs):
            for run in runs:
                await self._run_alone(run)

    async def _park(self, envelope: Envelope, reason: str) -> None:
        log.warning("parked a message", name=envelope.name, message_id=envelope.message_id, reason=reason)
        await self.failures.park(envelope, reason)
        self._metrics.parked(envelope.name)

    async def _run_together(self, runs: Sequence[HandlerRun[Tx]]) -> bool:
        """Run all in one transaction, which is quick for a backlog. Return False if it failed and was rolled back."""
        try:
            await self._commit(runs)
        except Exception as error:
            if await self._database.is_away(error):
                raise
            log.info("a batch is handled one by one", handlers=len(runs), error=undelivered.describe(error))
            return False
        return True

    async def _run_alone(self, run: HandlerRun[Tx]) -> None:
        try:
            await self._commit([run])
        except Exception as error:
            if await self._database.is_away(error):
                raise
            log.warning(
                "deferred a message",
                name=run.envelope.name,
                handler=run.handler.name,
                error=undelivered.describe(error),
            )
            self._metrics.failed(run.envelope.name)
            await self.failures.defer(run.envelope, run.handler.name, error)

    async def _commit(self, runs: Sequence[HandlerRun[Tx]]) -> None:
        """Run all in one transaction, again after a random pause if other workers' transactions are in its way."""
        conflicts = 0
        while True:
            try:
                async with self._database.transaction() as work:
                    completed = await self._run_claimed(work, runs)
            except DBAPIError as error:
                conflicts += 1
                if conflicts > MOST_CONFLICTS or not is_conflict(error):
                    raise
                log.info("another transaction is in the way", handlers=len(runs), error=undelivered.describe(error))
                await asyncio.sleep(random.uniform(0, CONFLICT_SECONDS))  # noqa: S311 - no secret
            else:
                break
        for run in completed:
            self._metrics.handled(run.envelope.name)
            self._metrics.arrived(run.envelope.occurred_at)

    async def _run_claimed(self, work: UnitOfWork, runs: Sequence[HandlerRun[Tx]]) -> list[HandlerRun[Tx]]:
        """Claim the runs in the inbox table and run those that were not committed before; return them."""
        claimed = await self._claim(work.connection, runs)
        transaction = self._transaction(work)
        completed: list[HandlerRun[Tx]] = []
        for run in sorted(runs, key=lambda run: run.turn):
            if run.key not in claimed:
                continue
            claimed.discard(run.key)
            with ExitStack() as context:
                context.enter_context(caused_by(run.message_id))
                context.enter_context(correlated(run.envelope.correlation_id, run.envelope.headers.get("traceparent")))
                context.enter_context(
                    tracing.handling(run.envelope.name, run.message_id, run.handler.name, self._service)
                )
                context.enter_context(self._metrics.running(run.envelope.name))
                await run.handler.perform(run.message, work, transaction)
            completed.append(run)
        return completed

    @staticmethod
    async def _claim(connection: AsyncConnection, runs: Sequence[HandlerRun[Tx]]) -> set[tuple[str, str]]:
        # sorted, so that two workers with the same messages in another order wait for each other instead of deadlocking
        keys = sorted({run.key for run in runs})
        rows = await _CLAIM.all(
            connection, {"messages": [key[0] for key in keys], "handlers": [key[1] for key in keys]}
        )
        return {(row.message_id, row.handler) for row in rows}

    async def retry_due(self) -> int:
        """Retry every deferred delivery that is due; return how many were tried."""
        async with self._database.transaction() as work:
            due = await undelivered.count_due(work.connection)
        tried = 0
        while tried < due and await self._retry_next():
            tried += 1
        return tried

    async def _retry_next(self) -> bool:
        async with self._database.transaction() as work:
            due = await undelivered.next_due(work.connection)
        if due is None:
            return False
        async with self._tries.noted(due.message_id or "", due.handler) as may_try:
            await self._retry(due.number, may_try=may_try)
        return True

    async def _retry(self, number: int, *, may_try: bool) -> None:
        delivery = None
        try:
            async with self._database.transaction() as work:
                delivery = await undelivered.claim_due(work.connection, number)
                if delivery is None:
                    return
                completed = await self._run_claimed(work, self._runs_of(delivery, may_try=may_try))
        except Exception as error:
            if delivery is None or await self._database.is_away(error):
                raise
            if not is_conflict(error):  # after a conflict it is still due
                await self._record_failure(delivery, error)
        else:
            for run in completed:
                self._metrics.handled(run.envelope.name)

    async def _record_failure(self, delivery: Undelivered, error: Exception) -> None:
        async with self._database.transaction() as work:
            parked = await undelivered.record_failure(
                work.connection, delivery, error, permanent=isinstance(error, Unreadable)
            )
        self._metrics.failed(delivery.name)
        if parked:
            log.warning(
                "parked a message", name=delivery.name, handler=delivery.handler, error=undelivered.describe(error)
            )
            self._metrics.parked(delivery.name)

    def _runs_of(self, delivery: Undelivered, *, may_try: bool) -> list[HandlerRun[Tx]]:
        if not may_try:
            raise Unreadable(ENDED_ITS_PROCESS)
        runs = [run for run in read(delivery.envelope, self._directory) if delivery.handler in {None, run.handler.name}]
        if delivery.handler is not None and not runs:
            text = f"no handler is called {delivery.handler} any more"
            raise Unreadable(text)
        return runs


def _is_suspect(delivery: Delivery) -> bool:
    return delivery.earlier_deliveries >= SUSPECT_FROM


def _groups(deliveries: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
    """What is handled and acknowledged together, in order: each suspect delivery is alone."""
    for is_suspect, group in groupby(deliveries, _is_suspect):
        together = list(group)
        yield from ([delivery] for delivery in together) if is_suspect else (together,)


def is_conflict(error: BaseException) -> bool:
    """Return True for a deadlock (40P01) or a failed serialization (40001): the same work succeeds a moment later."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in {"40P01", "40001"}
