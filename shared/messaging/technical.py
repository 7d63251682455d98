"""Technical messages: from one worker to the queue of another service, without outbox, log and inbox."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from pydantic import ValidationError

from shared.contracts.catch_up import TechnicalMessage
from shared.messaging.envelope import Envelope


def technical_envelope(message: TechnicalMessage, *, source: str, routed_as: str | None = None) -> Envelope:
    """`routed_as`: the event without whose subscription a service may not have the message."""
    return Envelope(
        message_id=str(uuid4()),
        name=message.wire_name,
        body=message.model_dump_json().encode(),
        source=source,
        routed_as=routed_as,
    )


def read_technical(envelope: Envelope, kinds: Sequence[type[TechnicalMessage]]) -> tuple[str, TechnicalMessage | None]:
    """The sender and the message, of one of these kinds; None if it cannot be read, since a lost one does no harm."""
    [kind] = [each for each in kinds if each.wire_name == envelope.name]
    message = None
    with suppress(ValidationError):
        message = kind.model_validate_json(envelope.body)
    return envelope.source or "", message
