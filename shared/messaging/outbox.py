"""Messages that wait, in the speaker's own database, to be published: written in the commit that makes them true."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts import Message
from shared.messaging.causation import current_cause
from shared.telemetry import current_traceparent

_INSERT = text("""
    INSERT INTO outbox (shard, event_id, aggregate_id, aggregate_version, name, recipient, payload, headers)
    SELECT * FROM unnest(
        CAST(:shards AS smallint[]), CAST(:ids AS uuid[]), CAST(:aggregates AS uuid[]), CAST(:versions AS bigint[]),
        CAST(:names AS text[]), CAST(:recipients AS text[]), CAST(:payloads AS text[]), CAST(:headers AS jsonb[]))
""")

SHARD_SPACE = 64
"""Rows carry a number below this; a relay of N shards takes those whose remainder by N is its own."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message with the headers of the moment it was said."""

    event_id: UUID
    message: Message
    headers: dict[str, str]


def outgoing(message: Message, *, correlation_id: str | None) -> Outgoing:
    """Give a message its id and remember what it follows from."""
    headers = {"correlation_id": correlation_id, "causation_id": current_cause(), "traceparent": current_traceparent()}
    return Outgoing(uuid4(), message, {key: value for key, value in headers.items() if value})


async def write(connection: AsyncConnection, said: Sequence[Outgoing]) -> None:
    """Insert everything that was said, in order, with one statement."""
    if not said:
        return
    await connection.execute(
        _INSERT,
        {
            "shards": [one.message.aggregate_id.int % SHARD_SPACE for one in said],
            "ids": [one.event_id for one in said],
            "aggregates": [one.message.aggregate_id for one in said],
            "versions": [one.message.aggregate_version for one in said],
            "names": [one.message.wire_name for one in said],
            "recipients": [one.message.recipient for one in said],
            "payloads": [one.message.model_dump_json() for one in said],
            "headers": [json.dumps(one.headers) for one in said],
        },
    )
