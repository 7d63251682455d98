"""What a transport carries: a message's body with its properties, the same on both transports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message as a transport carries it.

    `message_id` is None only if a program that is not ours published it. `recipient` is the service that a command is
    for, None for an event. `routed_as`: a technical message with the contents of this event, for its subscribers only.
    """

    message_id: str | None
    name: str
    body: bytes
    recipient: str | None = None
    routed_as: str | None = None
    correlation_id: str | None = None
    source: str | None = None
    occurred_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def stored_envelope(row: Any, *, source: str, recipient: str | None = None) -> Envelope:  # noqa: ANN401 - two tables' rows
    """The envelope of a row of the outbox or of the event log, the same every time it is published."""
    headers: dict[str, str] = row.headers
    return Envelope(
        message_id=str(row.event_id),
        name=row.name,
        body=row.payload.encode(),
        recipient=recipient,
        correlation_id=headers.get("correlation_id"),
        source=source,
        occurred_at=row.created_at,
        headers={key: value for key, value in headers.items() if key != "correlation_id"},
    )
