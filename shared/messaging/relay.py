"""Publishes what was committed: reads outbox rows, publishes them in waves, moves the confirmed ones to the event log."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database
from shared.messaging.envelope import Envelope
from shared.messaging.transport import Transport

log = structlog.get_logger()

WAVE = 500
IDLE_SECONDS = (0.05, 0.5)
LOCK_RETRY_SECONDS = 1.0
FROZEN_AFTER = "30s"
LOCK_SPACE = 7_267_100

_LOCK = text("SELECT pg_try_advisory_lock(:space, :shard)")
_READ = text("""
    SELECT id, event_id, aggregate_id, name, recipient, payload, headers, created_at
    FROM outbox WHERE shard % :shards = :shard ORDER BY id LIMIT :most
""")
_PUBLISHED = text("""
    WITH gone AS (DELETE FROM outbox WHERE id = ANY(:ids) RETURNING *)
    INSERT INTO event_log (event_id, aggregate_id, aggregate_version, name, payload, headers, created_at)
    SELECT event_id, aggregate_id, aggregate_version, name, payload, headers, created_at FROM gone WHERE recipient IS NULL
""")


class Relay:
    """One relay of one shard. Any number may run; the holder of the session advisory lock is active."""

    def __init__(self, database: Database, transport: Transport, *, source: str, shard: int = 0, shards: int = 1) -> None:
        """`source` is the service that speaks; `shard` of `shards`, the same number for all workers of a service."""
        self._database = database
        self._transport = transport
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
            except (DBAPIError, OSError, TimeoutError) as error:
                log.warning("the relay lost its database", error=str(error).splitlines()[0])
                await self._database.wait_until_ready()
            await asyncio.sleep(LOCK_RETRY_SECONDS)

    async def _hold(self, connection: AsyncConnection) -> None:
        """Drain while this session has the lock. A frozen process goes idle, is disconnected, and so loses the lock."""
        await connection.execute(text(f"SET idle_session_timeout = '{FROZEN_AFTER}'"))
        if not await connection.scalar(_LOCK, {"space": LOCK_SPACE, "shard": self._shard}):
            return
        idle = IDLE_SECONDS[0]
        while True:
            moved, stuck = await self.drain(connection)
            if (moved and not stuck) or (await self._database.wakeup.wait(idle) and not stuck):
                idle = IDLE_SECONDS[0]
            else:
                idle = min(idle * 2, IDLE_SECONDS[1])
                if stuck:
                    await asyncio.sleep(idle)

    async def drain(self, connection: AsyncConnection) -> tuple[int, bool]:
        """Publish one batch. Return how many rows went, and whether some could not go."""
        batch = {"shard": self._shard, "shards": self._shards, "most": WAVE}
        rows = (await connection.execute(_READ, batch)).all()
        sent = await self._publish_in_waves(rows)
        if sent:
            await connection.execute(_PUBLISHED, {"ids": sent})
        return len(sent), len(sent) < len(rows)

    async def _publish_in_waves(self, rows: Sequence[Row[Any]]) -> list[int]:
        """One event in flight for each aggregate: the next only after the one before it is safe."""
        by_aggregate: dict[Any, deque[Row[Any]]] = defaultdict(deque)
        for row in rows:
            by_aggregate[row.aggregate_id].append(row)
        sent: list[int] = []
        while by_aggregate:
            wave = [waiting[0] for waiting in by_aggregate.values()]
            confirmed = await self._transport.publish([self._envelope(row) for row in wave])
            for row, safe in zip(wave, confirmed, strict=True):
                if safe:
                    sent.append(row.id)
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
