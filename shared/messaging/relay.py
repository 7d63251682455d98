"""Publishes committed messages: reads outbox rows, publishes them, and moves the confirmed ones to the event log."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import BigInteger, Uuid, all_, any_, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.compiled import compiled
from shared.database import Database
from shared.messaging.ending import finish_before_stopping
from shared.messaging.envelope import stored_envelope
from shared.messaging.metrics import Metrics
from shared.messaging.transport import Transport
from shared.messaging.undelivered import describe
from shared.tables import event_log, outbox

log = structlog.get_logger()

BATCH = 500
IDLE_SECONDS = (0.05, 0.5)
LOCK_RETRY_SECONDS = 1.0
FROZEN_AFTER = "30s"
LOCK_SPACE = 7_267_100
MAX_SKIPPED = 10_000
"""How many aggregates whose messages no queue accepts are skipped; the messages of further ones wait with them."""

_LOCK = select(func.pg_try_advisory_lock(bindparam("space"), bindparam("shard")))
_SET_TIME_LIMIT = select(func.set_config("idle_session_timeout", bindparam("limit"), False))  # noqa: FBT003 - "is local"
_READ = compiled(
    select(
        outbox.c.id,
        outbox.c.event_id,
        outbox.c.aggregate_id,
        outbox.c.name,
        outbox.c.recipient,
        outbox.c.payload,
        outbox.c.headers,
        outbox.c.created_at,
    )
    .where(
        outbox.c.shard % bindparam("shards") == bindparam("shard"),
        outbox.c.aggregate_id != all_(bindparam("skipped", type_=ARRAY(Uuid))),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
)
_PUBLISHED = (
    delete(outbox)
    .where(outbox.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    .returning(*outbox.c)
    .cte("published")
)
_LOGGED = [name for name in event_log.c.keys() if name in outbox.c]  # noqa: SIM118 - its columns, not their names
_MOVE_TO_LOG = compiled(
    insert(event_log)
    .from_select(
        _LOGGED,
        select(*(_PUBLISHED.c[name] for name in _LOGGED)).where(_PUBLISHED.c.recipient.is_(None)),
    )
    .add_cte(_PUBLISHED)
)
"""One statement, so that a row is never in both tables nor in neither. Commands are not logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPass:
    """The result of one batch."""

    published: int
    stuck: frozenset[UUID]
    """The aggregates whose messages could not be published."""
    full: bool
    """Whether the batch was full, so that more rows may follow."""


class Relay:
    """The relay of one shard. Any number may run; the one that holds the session's advisory lock is active."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        metrics: Metrics,
        *,
        source: str,
        shard: int = 0,
        shards: int = 1,
    ) -> None:
        """`source` is the publishing service; `shards` must be the same for all workers of a service."""
        self._database = database
        self._transport = transport
        self._metrics = metrics
        self._source = source
        self._shard = shard
        self._shards = shards

    async def run(self) -> None:
        """Publish until cancelled; wait for a database that is away."""
        while True:
            try:
                async with self._database.engine.connect() as pooled:
                    connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
                    try:
                        await self._publish_while_locked(connection)
                    finally:
                        # the lock and the time limit belong to this session: it must not go back to the pool
                        await connection.invalidate()
            except (DBAPIError, OSError) as error:
                log.warning("the relay lost its session", error=describe(error))
            await asyncio.sleep(LOCK_RETRY_SECONDS)
            await self._database.wait_until_ready()

    async def _publish_while_locked(self, connection: AsyncConnection) -> None:
        """Publish once this session has the lock. A frozen process is disconnected as idle, and so loses the lock."""
        await connection.execute(_SET_TIME_LIMIT, {"limit": FROZEN_AFTER})
        while not await connection.scalar(_LOCK, {"space": LOCK_SPACE, "shard": self._shard}):  # noqa: ASYNC110 - another process holds it
            await asyncio.sleep(LOCK_RETRY_SECONDS)
        # before the first read, so that nothing falls in between
        await self._database.wakeup.listen(connection)
        idle, skipped = IDLE_SECONDS[0], frozenset[UUID]()
        while True:
            result = await finish_before_stopping(self.publish_batch(connection, skipped))
            if await self._should_look_further(result, skipped):
                skipped |= result.stuck
                continue
            is_stuck, skipped = bool(result.stuck or skipped), frozenset()
            if is_stuck:
                await asyncio.sleep(idle)
            is_busy = not is_stuck and (bool(result.published) or await self._database.wakeup.wait(idle))
            idle = IDLE_SECONDS[0] if is_busy else min(idle * 2, IDLE_SECONDS[1])

    async def _should_look_further(self, result: RelayPass, skipped: frozenset[UUID]) -> bool:
        """Messages that no queue accepts must not block later ones. If the transport is away, don't look past them."""
        return (
            result.full
            and len(skipped) < MAX_SKIPPED
            and bool(result.stuck or skipped)
            and bool(result.published or await self._transport.ready())
        )

    async def publish_batch(self, connection: AsyncConnection, skipped: frozenset[UUID] = frozenset()) -> RelayPass:
        """Publish the first rows of the outbox, without those of the `skipped` aggregates."""
        parameters = {"shard": self._shard, "shards": self._shards, "limit": BATCH, "skipped": list(skipped)}
        rows = await _READ.all(connection, parameters)
        published = await self._publish_in_order(rows)
        if published:
            await _MOVE_TO_LOG.run(connection, {"ids": list(published)})
        for row in rows:
            if row.id in published:
                self._metrics.published(row.name)
        stuck = frozenset(row.aggregate_id for row in rows if row.id not in published)
        return RelayPass(published=len(published), stuck=stuck, full=len(rows) == BATCH)

    async def _publish_in_order(self, rows: Sequence[Any]) -> set[int]:
        """Publish in waves with one message of each aggregate: the next one only after the one before is confirmed."""
        by_aggregate: dict[UUID, deque[Any]] = defaultdict(deque)
        for row in rows:
            by_aggregate[row.aggregate_id].append(row)
        published: set[int] = set()
        while by_aggregate:
            wave = [waiting[0] for waiting in by_aggregate.values()]
            envelopes = [stored_envelope(row, source=self._source, recipient=row.recipient) for row in wave]
            confirmations = await self._transport.publish(envelopes)
            for row, is_confirmed in zip(wave, confirmations, strict=True):
                if is_confirmed:
                    published.add(row.id)
                    by_aggregate[row.aggregate_id].popleft()
                if not is_confirmed or not by_aggregate[row.aggregate_id]:
                    del by_aggregate[row.aggregate_id]
        return published
