"""An envelope as an AMQP message, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime

import aio_pika
from aiormq.abc import DeliveredMessage

from shared.messaging.envelope import Envelope


def message_of(envelope: Envelope) -> aio_pika.Message:
    """The AMQP message: the payload as body; metadata and CloudEvents attributes as properties and headers."""
    occurred = envelope.occurred_at or datetime.now(UTC)
    headers = {
        **envelope.headers,
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": envelope.message_id or "",
        "cloudEvents:type": envelope.name,
        "cloudEvents:source": f"/{envelope.source}",
        "cloudEvents:time": occurred.isoformat(),
    }
    return aio_pika.Message(
        envelope.body,
        headers=dict(headers),
        content_type="application/json",
        # aio-pika's default is not persistent
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=envelope.message_id,
        type=envelope.name,
        timestamp=occurred,
        correlation_id=envelope.correlation_id,
        app_id=envelope.source,
    )


COMMANDS_SUFFIX = ".commands"
"""A service's commands have a queue of their own, called like the service with this suffix."""
BROKERS_OWN = ("cloudEvents:", "x-")
"""Prefixes of the headers that are not the message's: attributes that repeat its properties, and what brokers add."""
COUNTS = ("x-delivery-count", "x-acquired-count")
"""What a quorum queue adds to a message that was delivered before. A consumer whose connection ends counts in the first
one. From RabbitMQ 4.3 on, it no longer counts what the second one counts: returns, and consumers that only seem lost.
"""


def earlier_deliveries(message: DeliveredMessage) -> int:
    """How often the broker delivered this message before; 0 for a queue that does not count."""
    headers: Mapping[str, object] = message.header.properties.headers or {}
    return max(count for count in (0, *map(headers.get, COUNTS)) if isinstance(count, int))


def envelope_of(message: DeliveredMessage, recipient: str | None) -> Envelope:
    """The envelope of a delivered message. `recipient` is known from its queue: None for events."""
    properties = message.header.properties
    headers: Mapping[str, object] = properties.headers or {}
    return Envelope(
        message_id=properties.message_id or None,
        name=properties.message_type or message.routing_key or "",
        body=message.body,
        recipient=recipient,
        correlation_id=properties.correlation_id or None,
        source=properties.app_id or None,
        occurred_at=properties.timestamp,
        headers={key: str(value) for key, value in headers.items() if not key.startswith(BROKERS_OWN)},
    )
