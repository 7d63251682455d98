"""Publishes what was committed: reads outbox rows, publishes them in waves, moves the confirmed ones to the event log."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database
from shared.messaging.ending import to_its_end
from shared.messaging.envelope import Envelope
from shared.messaging.metrics import Metrics
from shared.messaging.transport import Transport
from shared.messaging.undelivered import describe

log = structlog.get_logger()

WAVE = 500
IDLE_SECONDS = (0.05, 0.5)
LOCK_RETRY_SECONDS = 1.0
FROZEN_AFTER = "30s"
LOCK_SPACE = 7_267_100
MOST_PASSED_OVER = 10_000
"""Aggregates whose rows nobody takes yet and that are looked behind; further ones wait with them."""

_LOCK = text("SELECT pg_try_advisory_lock(:space, :shard)")
_READ = text("""
    SELECT id, event_id, aggregate_id, name, recipient, payload, headers, created_at
    FROM outbox WHERE shard % :shards = :shard AND NOT aggregate_id = ANY(CAST(:passed_over AS uuid[])) ORDER BY id LIMIT :most
""")
_PUBLISHED = text("""
    WITH gone AS (DELETE FROM outbox WHERE id = ANY(:ids) RETURNING *)
    INSERT INTO event_log (event_id, aggregate_id, aggregate_version, name, payload, headers, created_at)
    SELECT event_id, aggregate_id, aggregate_version, name, payload, headers, created_at FROM gone WHERE recipient IS NULL
""")


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of one batch: how many rows went, the aggregates whose rows could not, and whether more rows may be behind."""

    moved: int
    stuck: frozenset[UUID]
    full: bool


class Relay:
    """One relay of one shard. Any number may run; the holder of the session advisory lock is active."""

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
        """`source` is the service that speaks; `shard` of `shards`, the same number for all workers of a service."""
        self._database = database
        self._transport = transport
        self._metrics = metrics
        self._source = source
        self._shard = shard
        self._shards = shards

    async def run(self) -> None:
        """Relay until cancelled; a lost database is waited for."""
        while True:
            try:
                async with self._database.engine.connect() as pooled:
                    connection = await pooled.execution_options(isolation_level="AUTOCOMMIT")
                    try:
                        await self._hold(connection)
                    finally:
                        # the lock and the time limit belong to this session: it must not go back to the pool
                        await connection.invalidate()
            except (DBAPIError, OSError) as error:
                log.warning("the relay lost its session", error=describe(error))
            await asyncio.sleep(LOCK_RETRY_SECONDS)
            await self._database.wait_until_ready()

    async def _hold(self, connection: AsyncConnection) -> None:
        """Drain once this session has the lock. A frozen process goes idle, is disconnected, and so loses the lock."""
        await connection.execute(text(f"SET idle_session_timeout = '{FROZEN_AFTER}'"))
        while not await connection.scalar(_LOCK, {"space": LOCK_SPACE, "shard": self._shard}):  # noqa: ASYNC110 - another process holds it
            await asyncio.sleep(LOCK_RETRY_SECONDS)
        idle, passed_over = IDLE_SECONDS[0], frozenset[UUID]()
        while True:
            drained = await to_its_end(self.drain(connection, passed_over))
            if await self._may_look_behind(drained, passed_over):
                passed_over |= drained.stuck
                continue
            waits_for_others, passed_over = bool(drained.stuck or passed_over), frozenset()
            if waits_for_others:
                await asyncio.sleep(idle)
            busy = not waits_for_others and (bool(drained.moved) or await self._database.wakeup.wait(idle))
            idle = IDLE_SECONDS[0] if busy else min(idle * 2, IDLE_SECONDS[1])

    async def _may_look_behind(self, drained: Drained, passed_over: frozenset[UUID]) -> bool:
        """What nobody takes yet must not hold up what is behind it; while nothing is taken at all, there is no use in looking."""
        return (
            drained.full
            and len(passed_over) < MOST_PASSED_OVER
            and bool(drained.stuck or passed_over)
            and bool(drained.moved or await self._transport.ready())
        )

    async def drain(self, connection: AsyncConnection, passed_over: frozenset[UUID] = frozenset()) -> Drained:
        """Publish the first rows of all aggregates but those `passed_over`."""
        batch = {"shard": self._shard, "shards": self._shards, "most": WAVE, "passed_over": list(passed_over)}
        rows = (await connection.execute(_READ, batch)).all()
        sent = await self._publish_in_waves(rows)
        if sent:
            await connection.execute(_PUBLISHED, {"ids": list(sent)})
        for row in rows:
            if row.id in sent:
                self._metrics.published(row.name)
        return Drained(len(sent), frozenset(row.aggregate_id for row in rows if row.id not in sent), len(rows) == WAVE)

    async def _publish_in_waves(self, rows: Sequence[Row[Any]]) -> set[int]:
        """One event in flight for each aggregate: the next only after the one before it is safe."""
        by_aggregate: dict[UUID, deque[Row[Any]]] = defaultdict(deque)
        for row in rows:
            by_aggregate[row.aggregate_id].append(row)
        sent: set[int] = set()
        while by_aggregate:
            wave = [waiting[0] for waiting in by_aggregate.values()]
            confirmed = await self._transport.publish([self._envelope(row) for row in wave])
            for row, safe in zip(wave, confirmed, strict=True):
                if safe:
                    sent.add(row.id)
                    by_aggregate[row.aggregate_id].popleft()
                if not safe or not by_aggregate[row.aggregate_id]:
                    del by_aggregate[row.aggregate_id]
        return sent

    def _envelope(self, row: Row[Any]) -> Envelope:
        headers: dict[str, str] = row.headers
        return Envelope(
            message_id=str(row.event_id),
            name=row.name,
            body=row.payload.encode(),
            recipient=row.recipient,
            correlation_id=headers.get("correlation_id"),
            source=self._source,
            occurred_at=row.created_at,
            headers={key: value for key, value in headers.items() if key != "correlation_id"},
        )
