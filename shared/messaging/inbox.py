"""Handles deliveries: the effect of each handler is committed once, together with its claim.

Deliveries whose handler fails are deferred, messages that cannot be read are parked.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Generic

import structlog
from pydantic import ValidationError
from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.compiled import compiled
from shared.contracts import REGISTRY, Message
from shared.contracts.catch_up import is_technical
from shared.database import RETRY_SECONDS, Database, UnitOfWork
from shared.messaging import undelivered
from shared.messaging.ending import finish_before_stopping
from shared.messaging.envelope import Envelope
from shared.messaging.metrics import Metrics
from shared.messaging.subscriptions import Directory, Handler, Tx
from shared.messaging.transport import Delivery, Subscription
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


class Unreadable(Exception):
    """This delivery can never be handled by this code; the text gives the reason."""


@dataclass(frozen=True, slots=True)
class HandlerRun(Generic[Tx]):
    """One message for one handler: the unit whose effect must be committed exactly once."""

    envelope: Envelope
    message_id: str
    message: Message
    handler: Handler[Tx]

    @property
    def key(self) -> tuple[str, str]:
        """The primary key of its claim in the inbox table."""
        return self.message_id, self.handler.name


class Inbox(Generic[Tx]):
    """The receiving side of one service."""

    def __init__(
        self, database: Database, directory: Directory[Tx], transaction: Callable[[UnitOfWork], Tx], metrics: Metrics
    ) -> None:
        """`transaction` makes the service's own transaction object from the shared unit of work."""
        self._database = database
        self._directory = directory
        self._transaction = transaction
        self._metrics = metrics

    async def handle(self, deliveries: Sequence[Delivery], subscription: Subscription | None = None) -> None:
        """Handle deliveries and acknowledge them to their subscription, if they have one.

        While the database is away, wait: an outage costs no attempts.

        If cancelled meanwhile, running transactions are finished and what they committed is acknowledged.
        """
        while True:
            try:
                await finish_before_stopping(self._handle(deliveries, subscription))
            except Exception as error:
                if not await self._database.is_away(error):
                    raise
                await asyncio.sleep(RETRY_SECONDS)
                await self._database.wait_until_ready()
            else:
                return

    async def _handle(self, deliveries: Sequence[Delivery], subscription: Subscription | None) -> None:
        runs: list[HandlerRun[Tx]] = []
        for delivery in deliveries:
            try:
                runs += self._read(delivery.envelope)
            except Unreadable as reason:
                await self._park(delivery.envelope, reason)
        if len(runs) <= 1 or not await self._run_together(runs):
            for run in runs:
                await self._run_alone(run)
        if subscription is not None:
            await subscription.acknowledge(deliveries)

    async def _park(self, envelope: Envelope, reason: Unreadable) -> None:
        log.warning("parked a message", name=envelope.name, message_id=envelope.message_id, reason=str(reason))
        async with self._database.transaction() as work:
            await undelivered.park(work.connection, envelope, str(reason))
        self._metrics.parked(envelope.name)

    def _read(self, envelope: Envelope) -> list[HandlerRun[Tx]]:
        if not envelope.message_id:
            raise Unreadable("the message has no id, without which duplicates cannot be recognized")
        if "\0" in envelope.message_id:
            raise Unreadable("the message's id contains a NUL character, which cannot be stored")
        if is_technical(envelope.name):
            return []
        message_class = REGISTRY.get(envelope.name)
        if message_class is None:
            text = f"unknown message or version: {envelope.name!r}"
            raise Unreadable(text)
        try:
            message = message_class.model_validate_json(envelope.body)
        except ValidationError as error:
            text = f"does not parse as {envelope.name}: {_first_errors(error)}"
            raise Unreadable(text) from error
        handlers = self._directory.listening_to(envelope.name)
        if not handlers and message_class.recipient is not None:
            raise Unreadable("no handler for this command any more")
        return [HandlerRun(envelope, envelope.message_id, message, handler) for handler in handlers]

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
            async with self._database.transaction() as work:
                await undelivered.defer(work.connection, run.envelope, run.handler.name, error)

    async def _commit(self, runs: Sequence[HandlerRun[Tx]]) -> None:
        async with self._database.transaction() as work:
            completed = await self._run_claimed(work, runs)
        for run in completed:
            self._metrics.handled(run.envelope.name)

    async def _run_claimed(self, work: UnitOfWork, runs: Sequence[HandlerRun[Tx]]) -> list[HandlerRun[Tx]]:
        """Claim the runs in the inbox table and run those that were not committed before; return them."""
        claimed = await self._claim(work.connection, runs)
        transaction = self._transaction(work)
        completed: list[HandlerRun[Tx]] = []
        for run in runs:
            if run.key not in claimed:
                continue
            claimed.discard(run.key)
            with ExitStack() as context:
                context.enter_context(caused_by(run.message_id))
                context.enter_context(correlated(run.envelope.correlation_id, run.envelope.headers.get("traceparent")))
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
        delivery = None
        try:
            async with self._database.transaction() as work:
                delivery = await undelivered.claim_due(work.connection)
                if delivery is None:
                    return False
                completed = await self._run_claimed(work, self._runs_of(delivery))
        except Exception as error:
            if delivery is None or await self._database.is_away(error):
                raise
            await self._record_failure(delivery, error)
        else:
            for run in completed:
                self._metrics.handled(run.envelope.name)
        return True

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

    def _runs_of(self, delivery: Undelivered) -> list[HandlerRun[Tx]]:
        runs = [run for run in self._read(delivery.envelope) if delivery.handler in {None, run.handler.name}]
        if delivery.handler is not None and not runs:
            text = f"no handler is called {delivery.handler} any more"
            raise Unreadable(text)
        return runs


def _first_errors(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, detail['loc'])) or 'body'}: {detail['msg']}" for detail in error.errors()[:5])
