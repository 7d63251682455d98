"""What a transport carries: a message's body with its properties, the same on both transports."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One message as a transport carries it.

    `message_id` is None only if a program that is not ours published it. `recipient` is the service that a command is
    for, None for an event.
    """

    message_id: str | None
    name: str
    body: bytes
    recipient: str | None = None
    correlation_id: str | None = None
    source: str | None = None
    occurred_at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
