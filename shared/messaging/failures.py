"""Keeps deliveries that failed, without the personal data of people who are erased.

An erasure empties the deliveries that are kept already, and its lock waits for the transactions that are keeping one.
Whoever keeps one later sees the erasure. So the order of the two does not matter.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

import structlog
from sqlalchemy import Executable, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Database
from shared.messaging import undelivered
from shared.messaging.envelope import Envelope
from shared.messaging.erasure import FAILURES_LOCK, ids_in, what_is_left
from shared.messaging.repairs import Author, return_dead

log = structlog.get_logger()

GIVEN_UP: Final = "the broker gave it up, after thousands of deliveries that were not acknowledged"
_LOCK: Final = select(func.pg_advisory_xact_lock_shared(literal(FAILURES_LOCK)))

Keep = Callable[[AsyncConnection, Envelope], Awaitable[None]]


class Failures:
    """The failed deliveries of one service."""

    def __init__(self, database: Database, erased: Executable | None = None) -> None:
        """`erased` selects, among the ids of the parameter `named`, those of erased people and of their requests; None
        for a service that knows nobody.
        """
        self._database = database
        self._erased = erased

    async def park(self, envelope: Envelope, reason: str) -> None:
        """Keep a delivery that no further attempt can help: it has no id, cannot be read, or has an unknown version."""
        await self._keep(envelope, lambda connection, left: undelivered.park(connection, left, reason))

    async def defer(self, envelope: Envelope, handler: str, error: BaseException) -> None:
        """Keep a delivery whose handler failed for its next attempt."""
        await self._keep(
            envelope, lambda connection, left: undelivered.defer(connection, left, handler, error), handler=handler
        )

    async def retry_given_up(self, envelope: Envelope, author: Author) -> None:
        """Keep a delivery that the broker gave up; it is due at once for all handlers, with all its attempts."""
        await self._keep(envelope, lambda connection, left: return_dead(connection, left, GIVEN_UP, author))

    async def park_given_up_of_erased(self, envelope: Envelope) -> bool:
        """Keep a delivery that the broker gave up if it has personal data of an erased person. Return False if not."""
        async with self._database.transaction() as work:
            left = await self._left(work.connection, envelope)
            if left is envelope:
                return False
            await self._keep_left(work.connection, envelope, left, None, _park_given_up)
        return True

    async def _keep(self, envelope: Envelope, keep: Keep, *, handler: str | None = None) -> None:
        async with self._database.transaction() as work:
            left = await self._left(work.connection, envelope)
            await self._keep_left(work.connection, envelope, left, handler, keep)

    @staticmethod
    async def _keep_left(
        connection: AsyncConnection, envelope: Envelope, left: Envelope | None, handler: str | None, keep: Keep
    ) -> None:
        if left is not None:
            await keep(connection, left)
            return
        log.warning("did not keep a message about an erased person", name=envelope.name, id=envelope.message_id)
        await undelivered.claim(connection, envelope, handler)

    async def _left(self, connection: AsyncConnection, envelope: Envelope) -> Envelope | None:
        """What may be kept: the envelope itself, one with emptied texts, or nothing."""
        await connection.execute(_LOCK)
        named = ids_in(envelope.body)
        if self._erased is None or not named:
            return envelope
        # after the lock, in a statement of its own: it sees every erasure that the lock has waited for
        erased = {str(row[0]) for row in await connection.execute(self._erased, {"named": sorted(named)})}
        body = what_is_left(envelope.name, envelope.body, erased) if erased else envelope.body
        if body is None:
            return None
        return envelope if body is envelope.body else replace(envelope, body=body)


async def _park_given_up(connection: AsyncConnection, left: Envelope) -> None:
    await undelivered.park(connection, left, GIVEN_UP)
