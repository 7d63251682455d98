"""Deliveries that failed: deferred with growing delays, then parked; operators can read, replay or drop them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Interval, Row, bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.envelope import Envelope
from shared.tables import inbox, undelivered

DELAYS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))
ERROR_LENGTH = 2000

_DELAY = bindparam("delay", type_=Interval)
_IS_DUE = undelivered.c.parked_at.is_(None) & (undelivered.c.next_at <= func.now())
_NEXT_ATTEMPT = {
    "next_at": func.now() + _DELAY,
    "parked_at": case((_DELAY.is_(None), func.now())),
}
"""Without a delay there is no next attempt: the delivery is parked."""
_ADD = (
    insert(undelivered)
    .values(
        message_id=bindparam("message_id"),
        handler=bindparam("handler"),
        name=bindparam("name"),
        body=bindparam("body"),
        headers=bindparam("headers"),
        attempts=bindparam("attempts"),
        last_error=bindparam("error"),
        **_NEXT_ATTEMPT,
    )
    .on_conflict_do_nothing()
)
_NEXT_DUE = (
    select(undelivered)
    .where(_IS_DUE)
    .order_by(undelivered.c.next_at, undelivered.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM_DUE = (
    delete(undelivered)
    .where(
        undelivered.c.id
        == select(undelivered.c.id)
        .where(undelivered.c.id == bindparam("number"), _IS_DUE)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .returning(*undelivered.c)
)
_COUNT_DUE = select(func.count()).select_from(undelivered).where(_IS_DUE)
_FAILED = (
    update(undelivered)
    .where(undelivered.c.id == bindparam("number"), undelivered.c.attempts == bindparam("attempts_before"))
    .values(attempts=undelivered.c.attempts + 1, last_error=bindparam("error"), **_NEXT_ATTEMPT)
)
_FIND = select(undelivered).where(undelivered.c.id == bindparam("number"))
_REPLAY = (
    update(undelivered)
    .where(undelivered.c.id == bindparam("number"))
    .values(attempts=0, next_at=func.now(), parked_at=None)
)
_DROPPED = (
    delete(undelivered)
    .where(undelivered.c.id == bindparam("number"))
    .returning(undelivered.c.message_id, undelivered.c.handler)
    .cte("dropped")
)
_DROP = (
    select(func.count())
    .select_from(_DROPPED)
    .add_cte(
        insert(inbox)
        .from_select(
            ["message_id", "handler"],
            select(_DROPPED.c.message_id, func.coalesce(_DROPPED.c.handler, "")).where(
                _DROPPED.c.message_id.is_not(None)
            ),
        )
        .on_conflict_do_nothing()
        .cte("claimed")
    )
)
"""A dropped delivery is claimed, so that it does not count as missing and is not published again."""
_CLAIM = insert(inbox).values(message_id=bindparam("message_id"), handler=bindparam("handler")).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A delivery that failed. `number` is how operators refer to it; `next_at` is None once it is parked."""

    number: int
    message_id: str | None
    handler: str | None
    """None if the message could not even be read."""
    name: str
    body: bytes
    headers: Mapping[str, str]
    attempts: int
    next_at: datetime | None
    last_error: str
    parked_at: datetime | None
    created_at: datetime

    @property
    def envelope(self) -> Envelope:
        """The delivery as it arrived."""
        headers = dict(self.headers)
        return Envelope(
            message_id=self.message_id,
            name=self.name,
            body=self.body,
            recipient=headers.pop("recipient", None),
            correlation_id=headers.pop("correlation_id", None),
            source=headers.pop("source", None),
            headers=headers,
        )


def describe(error: BaseException) -> str:
    """One line for operators: the kind of error and the first line of its text."""
    first_line = (str(error).splitlines() or [""])[0]
    return storable(f"{type(error).__name__}: {first_line}"[:ERROR_LENGTH])


def storable(value: str) -> str:
    """PostgreSQL cannot store NUL characters, which a message of an unknown program may contain anywhere."""
    return value.replace("\0", "\\0")


async def defer(connection: AsyncConnection, envelope: Envelope, handler: str, error: BaseException) -> None:
    """Keep a delivery whose handler failed for its next attempt."""
    await _add(connection, envelope, handler, attempts=1, delay=DELAYS[0], error=describe(error))


async def park(connection: AsyncConnection, envelope: Envelope, reason: str) -> None:
    """Keep a delivery that no further attempt can help: it has no id, cannot be read, or has an unknown version."""
    await _add(connection, envelope, None, attempts=0, delay=None, error=reason)


async def retry_from_start(connection: AsyncConnection, envelope: Envelope, reason: str) -> None:
    """Keep a delivery that is due at once for all handlers, with all its attempts."""
    await _add(connection, envelope, None, attempts=0, delay=timedelta(0), error=reason)


async def claim(connection: AsyncConnection, envelope: Envelope, handler: str | None) -> None:
    """Keep nothing of a delivery; it is claimed like one that was dropped."""
    if envelope.message_id is not None:
        values = {"message_id": storable(envelope.message_id), "handler": handler or ""}
        await connection.execute(_CLAIM, values)


async def _add(
    connection: AsyncConnection,
    envelope: Envelope,
    handler: str | None,
    *,
    attempts: int,
    delay: timedelta | None,
    error: str,
) -> None:
    headers: Mapping[str, str | None] = {
        **envelope.headers,
        "correlation_id": envelope.correlation_id,
        "source": envelope.source,
        "recipient": envelope.recipient,
    }
    await connection.execute(
        _ADD,
        {
            "message_id": None if envelope.message_id is None else storable(envelope.message_id),
            "handler": handler,
            "name": storable(envelope.name),
            "body": envelope.body,
            "headers": {storable(key): storable(value) for key, value in headers.items() if value is not None},
            "attempts": attempts,
            "delay": delay,
            "error": storable(error),
        },
    )


async def next_due(connection: AsyncConnection) -> Undelivered | None:
    """The delivery that is due for the longest time and that no other worker is trying."""
    row = (await connection.execute(_NEXT_DUE)).one_or_none()
    return None if row is None else record_of(row)


async def claim_due(connection: AsyncConnection, number: int) -> Undelivered | None:
    """Take a delivery that is due out of the table; a rollback puts it back.

    Return None if another worker is trying it or has finished it.
    """
    row = (await connection.execute(_CLAIM_DUE, {"number": number})).one_or_none()
    return None if row is None else record_of(row)


async def count_due(connection: AsyncConnection) -> int:
    """How many are due now."""
    return int(await connection.scalar(_COUNT_DUE) or 0)


async def record_failure(
    connection: AsyncConnection, delivery: Undelivered, error: BaseException, *, permanent: bool
) -> bool:
    """Schedule the next attempt; park the delivery after the last one or a permanent error. Return True if parked."""
    delay = DELAYS[delivery.attempts] if delivery.attempts < len(DELAYS) and not permanent else None
    await connection.execute(
        _FAILED,
        {
            "number": delivery.number,
            "attempts_before": delivery.attempts,
            "delay": delay,
            "error": describe(error),
        },
    )
    return delay is None


async def find(connection: AsyncConnection, number: int) -> Undelivered | None:
    """The delivery of that number."""
    row = (await connection.execute(_FIND, {"number": number})).one_or_none()
    return None if row is None else record_of(row)


async def replay(connection: AsyncConnection, number: int) -> bool:
    """Make a delivery due now, with all its attempts left. Return False if there is none of that number."""
    return bool((await connection.execute(_REPLAY, {"number": number})).rowcount)


async def drop(connection: AsyncConnection, number: int) -> bool:
    """Delete a delivery. Return False if there is none of that number."""
    return bool(await connection.scalar(_DROP, {"number": number}))


def record_of(row: Row[Any]) -> Undelivered:
    """The delivery of a row of the table."""
    return Undelivered(
        number=row.id,
        message_id=row.message_id,
        handler=row.handler,
        name=row.name,
        body=bytes(row.body),
        headers=row.headers,
        attempts=row.attempts,
        next_at=row.next_at,
        last_error=row.last_error,
        parked_at=row.parked_at,
        created_at=row.created_at,
    )
