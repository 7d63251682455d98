"""The spans of the messages that a relay publishes: each from its transaction until the broker has the message."""

from collections.abc import Sequence
from dataclasses import replace

from opentelemetry.trace import Span

from shared import tracing
from shared.messaging.envelope import Envelope


class Publications:
    """The messages to publish at once. `envelopes` carry the contexts of their spans to the handlers."""

    def __init__(self, envelopes: Sequence[Envelope]) -> None:
        self._spans: dict[str | None, Span] = {}
        self.envelopes = [self._traced(each) for each in envelopes] if tracing.is_on() else envelopes

    def _traced(self, envelope: Envelope) -> Envelope:
        span = tracing.publication(
            envelope.name, envelope.message_id or "", envelope.headers.get("traceparent"), envelope.occurred_at
        )
        if span is None:
            return envelope
        self._spans[envelope.message_id] = span
        return replace(envelope, headers={**envelope.headers, "traceparent": tracing.traceparent_of(span)})

    def confirmed(self, envelope: Envelope) -> None:
        """A message that is not confirmed is published again, and has its span then."""
        span = self._spans.get(envelope.message_id)
        if span is not None:
            span.end()
