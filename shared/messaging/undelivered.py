"""Deliveries that failed: deferred with growing delays, then parked, where an operator can read, replay or drop them."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.envelope import Envelope

DELAYS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5), timedelta(hours=1))
ERROR_LENGTH = 2000

_ADD = text("""
    INSERT INTO undelivered (message_id, handler, name, body, headers, attempts, next_at, last_error, parked_at)
    VALUES (:message_id, :handler, :name, :body, :headers, :attempts,
            now() + CAST(:delay AS interval), :error, CASE WHEN CAST(:delay AS interval) IS NULL THEN now() END)
    ON CONFLICT DO NOTHING
""")
_TAKE = text("""
    DELETE FROM undelivered WHERE id = (
        SELECT id FROM undelivered WHERE parked_at IS NULL AND next_at <= now() ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING *
""")
_DUE = text("SELECT count(*) FROM undelivered WHERE parked_at IS NULL AND next_at <= now()")
_FAILED = text("""
    UPDATE undelivered SET attempts = attempts + 1, last_error = :error, next_at = now() + CAST(:delay AS interval),
        parked_at = CASE WHEN CAST(:delay AS interval) IS NULL THEN now() END
    WHERE id = :id AND attempts = :attempts
""")
_LIST = text("SELECT * FROM undelivered WHERE (NOT :parked OR parked_at IS NOT NULL) ORDER BY id LIMIT :most")
_SHOW = text("SELECT * FROM undelivered WHERE id = :id")
_REPLAY = text("UPDATE undelivered SET attempts = 0, next_at = now(), parked_at = NULL WHERE id = :id")
_DROP = text("DELETE FROM undelivered WHERE id = :id")


def describe(error: BaseException) -> str:
    """One line an operator can act on: the kind of error and its first line."""
    first = (str(error).splitlines() or [""])[0]
    return _storable(f"{type(error).__name__}: {first}"[:ERROR_LENGTH])


def _storable(value: str) -> str:
    """PostgreSQL keeps no NUL in a text, and a stranger's message may have one anywhere."""
    return value.replace("\0", "\\0")


async def defer(connection: AsyncConnection, envelope: Envelope, handler: str, error: BaseException) -> None:
    """Remember a failed delivery for its next attempt."""
    await _add(connection, envelope, handler, attempts=1, delay=DELAYS[0], error=describe(error))


async def park(connection: AsyncConnection, envelope: Envelope, reason: str) -> None:
    """Keep a delivery that no attempt can help: no id, unreadable, or of an unknown version."""
    await _add(connection, envelope, None, attempts=0, delay=None, error=reason)


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
            "message_id": None if envelope.message_id is None else _storable(envelope.message_id),
            "handler": handler,
            "name": _storable(envelope.name),
            "body": envelope.body,
            "headers": json.dumps(
                {_storable(key): _storable(value) for key, value in headers.items() if value is not None}
            ),
            "attempts": attempts,
            "delay": delay,
            "error": _storable(error),
        },
    )


async def take_due(connection: AsyncConnection) -> Row[Any] | None:
    """Take one delivery that is due out of the table; a roll-back puts it back."""
    return (await connection.execute(_TAKE)).one_or_none()


async def count_due(connection: AsyncConnection) -> int:
    """How many are due now."""
    return int(await connection.scalar(_DUE) or 0)


async def failed_again(connection: AsyncConnection, row: Row[Any], error: BaseException, *, for_good: bool) -> bool:
    """Plan the next attempt, or park after the last one, or at once if no attempt can help. Return whether it is parked."""
    delay = DELAYS[row.attempts] if row.attempts < len(DELAYS) and not for_good else None
    await connection.execute(
        _FAILED, {"id": row.id, "attempts": row.attempts, "delay": delay, "error": describe(error)}
    )
    return delay is None


def envelope_of(row: Row[Any]) -> Envelope:
    """The delivery as it arrived."""
    headers: dict[str, str] = dict(row.headers)
    return Envelope(
        message_id=row.message_id,
        name=row.name,
        body=bytes(row.body),
        recipient=headers.pop("recipient", None),
        correlation_id=headers.pop("correlation_id", None),
        source=headers.pop("source", None),
        headers=headers,
    )


async def listed(connection: AsyncConnection, *, parked: bool = False, most: int = 100) -> Sequence[Row[Any]]:
    """What is waiting or parked, oldest first."""
    return (await connection.execute(_LIST, {"parked": parked, "most": most})).all()


async def show(connection: AsyncConnection, number: int) -> Row[Any] | None:
    """One delivery."""
    return (await connection.execute(_SHOW, {"id": number})).one_or_none()


async def replay(connection: AsyncConnection, number: int) -> bool:
    """Make a delivery due now, with all its attempts before it. False when there is none of that number."""
    return bool((await connection.execute(_REPLAY, {"id": number})).rowcount)


async def drop(connection: AsyncConnection, number: int) -> bool:
    """Forget a delivery for good. False when there is none of that number."""
    return bool((await connection.execute(_DROP, {"id": number})).rowcount)
