"""Takes deliveries: every effect once, in one commit with its claim; what fails is deferred, what cannot be read is parked."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, Generic

import structlog
from pydantic import ValidationError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import REGISTRY, Message
from shared.database import RETRY_SECONDS, Database, UnitOfWork
from shared.messaging import undelivered
from shared.messaging.causation import caused_by
from shared.messaging.ending import to_its_end
from shared.messaging.envelope import Envelope
from shared.messaging.metrics import Metrics
from shared.messaging.subscriptions import Directory, Handler, Tx
from shared.messaging.transport import Delivery
from shared.telemetry import correlated

log = structlog.get_logger()

_CLAIM = text("""
    INSERT INTO inbox (message_id, handler)
    SELECT * FROM unnest(CAST(:messages AS text[]), CAST(:handlers AS text[]))
    ON CONFLICT DO NOTHING RETURNING message_id, handler
""")


class Unreadable(Exception):
    """This delivery can never be handled by this code; the text says why."""


@dataclass(frozen=True, slots=True)
class Unit(Generic[Tx]):
    """One message for one handler: what has to take effect exactly once."""

    envelope: Envelope
    message_id: str
    message: Message
    handler: Handler[Tx]

    @property
    def key(self) -> tuple[str, str]:
        """What the inbox remembers."""
        return self.message_id, self.handler.name


class Inbox(Generic[Tx]):
    """One service's side of receiving."""

    def __init__(
        self, database: Database, directory: Directory[Tx], transaction: Callable[[UnitOfWork], Tx], metrics: Metrics
    ) -> None:
        """`transaction` makes the service's own unit of work of the shared one."""
        self._database = database
        self._directory = directory
        self._transaction = transaction
        self._metrics = metrics

    async def take(self, deliveries: Sequence[Delivery]) -> None:
        """Settle deliveries and acknowledge them. While the database is away, wait: an outage costs no attempts.

        Cancelled meanwhile: running transactions end, and what they committed is acknowledged.
        """
        while True:
            try:
                await to_its_end(self._settle(deliveries))
            except Exception as error:
                if not await self._database.is_away(error):
                    raise
                await asyncio.sleep(RETRY_SECONDS)
                await self._database.wait_until_ready()
            else:
                return

    async def _settle(self, deliveries: Sequence[Delivery]) -> None:
        units: list[Unit[Tx]] = []
        for delivery in deliveries:
            try:
                units += self._read(delivery.envelope)
            except Unreadable as reason:
                await self._park(delivery.envelope, reason)
        if len(units) <= 1 or not await self._together(units):
            for unit in units:
                await self._alone(unit)
        for delivery in deliveries:
            await delivery.acknowledge()

    async def _park(self, envelope: Envelope, reason: Unreadable) -> None:
        log.warning("parked a message", name=envelope.name, message_id=envelope.message_id, reason=str(reason))
        async with self._database.transaction() as work:
            await undelivered.park(work.connection, envelope, str(reason))
        self._metrics.parked(envelope.name)

    def _read(self, envelope: Envelope) -> list[Unit[Tx]]:
        if not envelope.message_id:
            raise Unreadable("the message has no id, so its effect could not be kept to one")
        if "\0" in envelope.message_id:
            raise Unreadable("the message's id cannot be kept")
        kind = REGISTRY.get(envelope.name)
        if kind is None:
            text_ = f"unknown message or version: {envelope.name!r}"
            raise Unreadable(text_)
        try:
            message = kind.model_validate_json(envelope.body)
        except ValidationError as error:
            places = "; ".join(
                f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors()[:5]
            )
            text_ = f"does not parse as {envelope.name}: {places}"
            raise Unreadable(text_) from error
        handlers = self._directory.listening_to(envelope.name)
        if not handlers and kind.recipient is not None:
            raise Unreadable("nothing here obeys this command any more")
        return [Unit(envelope, envelope.message_id, message, handler) for handler in handlers]

    async def _together(self, units: Sequence[Unit[Tx]]) -> bool:
        """Try all in one commit, which is what makes a backlog quick. On any error nothing happened, and each goes alone."""
        try:
            await self._committed(units)
        except Exception as error:
            if await self._database.is_away(error):
                raise
            log.info("a batch goes one by one", units=len(units), error=undelivered.describe(error))
            return False
        return True

    async def _alone(self, unit: Unit[Tx]) -> None:
        try:
            await self._committed([unit])
        except Exception as error:
            if await self._database.is_away(error):
                raise
            log.warning(
                "deferred a message",
                name=unit.envelope.name,
                handler=unit.handler.name,
                error=undelivered.describe(error),
            )
            self._metrics.failed(unit.envelope.name)
            async with self._database.transaction() as work:
                await undelivered.defer(work.connection, unit.envelope, unit.handler.name, error)

    async def _committed(self, units: Sequence[Unit[Tx]]) -> None:
        async with self._database.transaction() as work:
            performed = await self._perform(work, units)
        for unit in performed:
            self._metrics.handled(unit.envelope.name)

    async def _perform(self, work: UnitOfWork, units: Sequence[Unit[Tx]]) -> list[Unit[Tx]]:
        """Run the handlers of what is claimed here and now; the rest was done before."""
        claimed = await self._claim(work.connection, units)
        transaction = self._transaction(work)
        performed: list[Unit[Tx]] = []
        for unit in units:
            if unit.key not in claimed:
                continue
            claimed.discard(unit.key)
            with ExitStack() as context:
                for each in self._context(unit):
                    context.enter_context(each)
                await unit.handler.perform(unit.message, work, transaction)
            performed.append(unit)
        return performed

    @staticmethod
    def _context(unit: Unit[Tx]) -> Sequence[AbstractContextManager[None]]:
        headers = unit.envelope.headers
        return caused_by(unit.message_id), correlated(unit.envelope.correlation_id, headers.get("traceparent"))

    @staticmethod
    async def _claim(connection: AsyncConnection, units: Sequence[Unit[Tx]]) -> set[tuple[str, str]]:
        # sorted, so that two workers with the same messages in another order wait for each other instead of deadlocking
        keys = sorted({unit.key for unit in units})
        rows = await connection.execute(
            _CLAIM, {"messages": [key[0] for key in keys], "handlers": [key[1] for key in keys]}
        )
        return {(row.message_id, row.handler) for row in rows}

    async def retry_due(self) -> int:
        """Try every deferred delivery that is due; return how many were tried."""
        async with self._database.transaction() as work:
            due = await undelivered.count_due(work.connection)
        tried = 0
        while tried < due and await self._retry_one():
            tried += 1
        return tried

    async def _retry_one(self) -> bool:
        row = None
        try:
            async with self._database.transaction() as work:
                row = await undelivered.take_due(work.connection)
                if row is None:
                    return False
                performed = await self._perform(work, self._units_of(row))
        except Exception as error:
            if row is None or await self._database.is_away(error):
                raise
            await self._failed_again(row, error)
        else:
            for unit in performed:
                self._metrics.handled(unit.envelope.name)
        return True

    async def _failed_again(self, row: Row[Any], error: Exception) -> None:
        async with self._database.transaction() as work:
            parked = await undelivered.failed_again(work.connection, row, error, for_good=isinstance(error, Unreadable))
        self._metrics.failed(row.name)
        if parked:
            log.warning("parked a message", name=row.name, handler=row.handler, error=undelivered.describe(error))
            self._metrics.parked(row.name)

    def _units_of(self, row: Row[Any]) -> list[Unit[Tx]]:
        units = [unit for unit in self._read(undelivered.envelope_of(row)) if row.handler in {None, unit.handler.name}]
        if row.handler is not None and not units:
            text_ = f"no handler is called {row.handler} any more"
            raise Unreadable(text_)
        return units
