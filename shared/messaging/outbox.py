"""The outbox: messages are committed together with the change that they announce; the relay publishes them later."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, SmallInteger, Text, Uuid, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.compiled import compiled
from shared.contracts import Message
from shared.messaging.shards import SHARD_SPACE
from shared.telemetry import current_causation_id, current_traceparent

_COLUMNS = {
    "shard": SmallInteger,
    "event_id": Uuid,
    "aggregate_id": Uuid,
    "aggregate_version": BigInteger,
    "name": Text,
    "recipient": Text,
    "payload": Text,
    "headers": JSONB,
}
_ROWS = (
    func.unnest(*(bindparam(name, type_=ARRAY(kind, dimensions=1)) for name, kind in _COLUMNS.items()))
    .table_valued(*_COLUMNS, name="new")
    .render_derived()
)
_INSERT = compiled(insert(tables.outbox).from_select(list(_COLUMNS), select(*_ROWS.c)))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message with the headers that were current when it was emitted."""

    event_id: UUID
    message: Message
    headers: dict[str, str]


def outgoing(message: Message, *, correlation_id: str | None) -> Outgoing:
    """Give a message its id and its headers."""
    headers = {
        "correlation_id": correlation_id,
        "causation_id": current_causation_id(),
        "traceparent": current_traceparent(),
    }
    return Outgoing(uuid4(), message, {key: value for key, value in headers.items() if value})


async def write(connection: AsyncConnection, emitted: Sequence[Outgoing]) -> None:
    """Insert all emitted messages, in order, with one statement."""
    if not emitted:
        return
    await _INSERT.run(
        connection,
        {
            "shard": [item.message.aggregate_id.int % SHARD_SPACE for item in emitted],
            "event_id": [item.event_id for item in emitted],
            "aggregate_id": [item.message.aggregate_id for item in emitted],
            "aggregate_version": [item.message.aggregate_version for item in emitted],
            "name": [item.message.wire_name for item in emitted],
            "recipient": [item.message.recipient for item in emitted],
            "payload": [item.message.model_dump_json() for item in emitted],
            "headers": [item.headers for item in emitted],
        },
    )
