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
        headers={key: str(value) for key, value in headers.items() if not key.startswith("cloudEvents:")},
    )
