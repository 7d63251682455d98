"""Publishes committed messages: reads outbox rows, publishes them, and moves the confirmed ones to the event log."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import BigInteger, Text, any_, bindparam, delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.compiled import compiled
from shared.database import Database
from shared.messaging.ending import finish_before_stopping
from shared.messaging.envelope import stored_envelope
from shared.messaging.held_names import HeldNames
from shared.messaging.metrics import Metrics
from shared.messaging.publications import Publications
from shared.messaging.shards import SHARD_SPACE
from shared.messaging.transport import Outcome, Transport
from shared.messaging.undelivered import describe
from shared.messaging.wakeup import DATABASE_ERRORS
from shared.tables import event_log, outbox

log = structlog.get_logger()

BATCH = 500
IDLE_SECONDS = (0.05, 0.5)
LOCK_RETRY_SECONDS = 1.0
FROZEN_AFTER = "30s"
LOCK_SPACE = 7_267_100
LONGEST_PAUSE = 16
"""After failures in a row, in units of LOCK_RETRY_SECONDS."""

_LOCK = select(func.pg_try_advisory_lock(bindparam("space"), bindparam("number")))
_SET_UP = select(
    func.set_config("idle_session_timeout", bindparam("limit"), False),  # noqa: FBT003 - "is local"
    # the planner would choose one for _READ_OTHERS if its statistics are old, and then compare all rows with all
    func.set_config("enable_nestloop", "off", False),  # noqa: FBT003 - "is local"
)
_OF_SHARD = outbox.c.shard % bindparam("shards") == bindparam("shard")
_HELD = outbox.c.name == any_(bindparam("held", type_=ARRAY(Text, dimensions=1)))
_ROWS = (
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
    .where(_OF_SHARD)
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
)
_READ = compiled(_ROWS)
_FIRST_HELD = (
    select(outbox.c.aggregate_id, func.min(outbox.c.id).label("id"))
    .where(_OF_SHARD, _HELD)
    .group_by(outbox.c.aggregate_id)
    .cte("first_held")
)
_READ_OTHERS = compiled(
    _ROWS.select_from(outbox.outerjoin(_FIRST_HELD, _FIRST_HELD.c.aggregate_id == outbox.c.aggregate_id)).where(
        or_(_FIRST_HELD.c.id.is_(None), outbox.c.id < _FIRST_HELD.c.id)
    )
)
"""Without the messages of held names, and without those that follow them in their aggregates."""
_COUNT_HELD = compiled(
    select(outbox.c.name, func.count().label("count")).where(_OF_SHARD, _HELD).group_by(outbox.c.name)
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
    outcomes: Mapping[str, set[Outcome]]
    """What became of the messages of each name."""
    full: bool
    """Whether the batch was full, so that more rows may follow."""

    @property
    def is_lost(self) -> bool:
        """Whether the transport went away, so that other messages cannot be published either."""
        return any(Outcome.LOST in given for given in self.outcomes.values())


class Relay:
    """The relay of one shard. Any number may run; the one that holds the session's advisory lock is active.

    While the number of shards is changed, relays of both numbers are active: neither waits for the other, so every row
    has one. A row may then be published by both, each in the order of its aggregate, and listeners ignore the second.
    """

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
        """`source` is the publishing service."""
        self._database = database
        self._transport = transport
        self._metrics = metrics
        self._source = source
        self._parameters = {"shard": shard, "shards": shards}
        self._shard = shard
        self._lock = {"space": LOCK_SPACE, "number": shards * SHARD_SPACE + shard}
        self.name = f"relay {shard}"
        self._held = HeldNames()
        self._failures = 0
        metrics.progress.went_round(self.name)
        metrics.relay_is_active(shard, active=False)

    async def run(self) -> None:
        """Publish until cancelled; wait for a database that is away."""
        while True:
            try:
                async with self._database.session() as connection:
                    await self._publish_while_locked(connection)
            except DATABASE_ERRORS as error:
                log.warning("the relay lost its session", error=describe(error))
            finally:
                self._metrics.relay_is_active(self._shard, active=False)
            await asyncio.sleep(LOCK_RETRY_SECONDS * min(2**self._failures, LONGEST_PAUSE))
            self._failures += 1
            await self._database.wait_until_ready()

    async def _publish_while_locked(self, connection: AsyncConnection) -> None:
        """Publish once this session has the lock. A frozen process is disconnected as idle, and so loses the lock."""
        await connection.execute(_SET_UP, {"limit": FROZEN_AFTER})
        while not await connection.scalar(_LOCK, self._lock):
            # another process holds it, and goes round
            self._metrics.progress.went_round(self.name)
            await asyncio.sleep(LOCK_RETRY_SECONDS)
        self._metrics.relay_is_active(self._shard, active=True)
        # before the first read, so that nothing falls in between
        await self._database.wakeup.listen(connection)
        idle = IDLE_SECONDS[0]
        while True:
            result = await finish_before_stopping(self._go_round(connection))
            if result.is_lost and not result.published:
                await asyncio.sleep(idle)
                is_busy = False
            else:
                pause = min(idle, self._held.seconds_to_next())
                is_busy = bool(result.outcomes) or await self._database.wakeup.wait(pause)
            idle = IDLE_SECONDS[0] if is_busy else min(idle * 2, IDLE_SECONDS[1])

    async def _go_round(self, connection: AsyncConnection) -> RelayPass:
        """Publish one batch. What cannot be published must not block what comes after it."""
        skipped = self._held.now()
        result = await self.publish_batch(connection, skipped)
        self._failures = 0
        self._held.record(result.outcomes, skipped=skipped, read_all=not result.full)
        if result.published or not (result.is_lost or self._held.is_transport_unable()):
            self._metrics.progress.went_round(self.name)
        if self._held.must_log():
            counts = await _COUNT_HELD.all(connection, {**self._parameters, "held": self._held.names})
            self._held.log({row.name: row.count for row in counts})
        return result

    async def publish_batch(self, connection: AsyncConnection, held: Sequence[str] = ()) -> RelayPass:
        """Publish the first rows of the outbox, without those that have a held name or follow one that has."""
        parameters = {**self._parameters, "limit": BATCH}
        if held:
            rows = await _READ_OTHERS.all(connection, {**parameters, "held": held})
        else:
            rows = await _READ.all(connection, parameters)
        published, outcomes = await self._publish_in_order(rows)
        if published:
            await _MOVE_TO_LOG.run(connection, {"ids": list(published)})
        for row in rows:
            if row.id in published:
                self._metrics.published(row.name)
        return RelayPass(published=len(published), outcomes=outcomes, full=len(rows) == BATCH)

    async def _publish_in_order(self, rows: Sequence[Any]) -> tuple[set[int], Mapping[str, set[Outcome]]]:
        """Publish in waves with one message of each aggregate: the next one only after the one before is confirmed."""
        by_aggregate: dict[UUID, deque[Any]] = defaultdict(deque)
        for row in rows:
            by_aggregate[row.aggregate_id].append(row)
        published: set[int] = set()
        outcomes: dict[str, set[Outcome]] = defaultdict(set)
        while by_aggregate:
            wave = [waiting[0] for waiting in by_aggregate.values()]
            envelopes = [stored_envelope(row, source=self._source, recipient=row.recipient) for row in wave]
            publications = Publications(envelopes)
            confirmations = await self._transport.publish(publications.envelopes)
            for row, envelope, outcome in zip(wave, envelopes, confirmations, strict=True):
                outcomes[row.name].add(outcome)
                if outcome is Outcome.CONFIRMED:
                    publications.confirmed(envelope)
                    published.add(row.id)
                    by_aggregate[row.aggregate_id].popleft()
                if outcome is not Outcome.CONFIRMED or not by_aggregate[row.aggregate_id]:
                    del by_aggregate[row.aggregate_id]
            if any(confirmations):
                self._metrics.progress.went_round(self.name)
        return published, outcomes
