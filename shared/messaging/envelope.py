"""What travels: a body with its properties, the same on both transports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message on the wire.

    `message_id` is None only in what a stranger published. `recipient` is the service a command is for, None for an event.
    """

    message_id: str | None
    name: str
    body: bytes
    recipient: str | None = None
    correlation_id: str | None = None
    source: str | None = None
    occurred_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
