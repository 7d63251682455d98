"""Traces by OpenTelemetry: what follows from one request, in every process, and how long each part takes.

Unless an endpoint is set, nothing is recorded, no header changes, and the SDK and its exporter are not imported. All
names and attributes of spans are in this file: routes, names of messages, handlers and kinds of mails, ids and
outcomes, and nothing about a person.

The context of the work in progress is the one of `shared.telemetry`: rows of the outbox, messages and queued mails
carry it as `traceparent`, so that work which is done later, or elsewhere, belongs to the same trace.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from threading import Thread
from typing import TYPE_CHECKING, Final

from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from shared.settings import TraceSettings
from shared.telemetry import current_correlation_id, current_traceparent, following

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

FLUSH_SECONDS: Final = 5.0
"""How long the end of a process may wait for a collector that does not answer."""
UNTRACED: Final = ("/health/", "/metrics", "/static/")
"""Paths of machines and of files: one person waits for none of them."""
_NOTHING: Final = nullcontext()
_tracer: Tracer | None = None


@contextmanager
def exported(service: str, settings: TraceSettings) -> Iterator[None]:
    """Export the spans of the block, which is the life of the process, if an endpoint is set."""
    if not settings.exporter_otlp_endpoint:
        yield
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - only if used
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - only if used

    # it reads the address, and what else the standard's variables say, such as headers and certificates
    exporter = OTLPSpanExporter()
    with recorded(BatchSpanProcessor(exporter), service=service, share=settings.traces_sampler_arg):
        yield


@contextmanager
def recorded(processor: "SpanProcessor", *, service: str, share: float = 1.0) -> Iterator[None]:
    """Give the spans of the block to `processor`; of the traces that begin here, this share is kept."""
    global _tracer  # noqa: PLW0603 - one for the process, as its logs
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - only if used
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - only if used
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415 - only if used

    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(share)),
        resource=Resource.create({"service.namespace": "parcourspro", "service.name": service}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer("parcourspro")
    try:
        yield
    finally:
        _tracer = None
        flushing = Thread(target=provider.shutdown, daemon=True)
        flushing.start()
        flushing.join(FLUSH_SECONDS)


def is_on() -> bool:
    """Whether this process records spans."""
    return _tracer is not None


def carried() -> str | None:
    """The context to send, or to store, with work that follows; None if off."""
    return None if _tracer is None else current_traceparent()


def request(method: str, path: str) -> AbstractContextManager[Span | None]:
    """The span of a request. `answered` gives it its name, because the route is known only then."""
    if _tracer is None or path.startswith(UNTRACED):
        return _NOTHING
    return _current(_tracer, method, SpanKind.SERVER, {"http.request.method": method})


def answered(span: Span | None, method: str, route: str, status: int) -> None:
    """Complete the span of a request. `route` is a template, which contains no id."""
    if span is None:
        return
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.route": route, "http.response.status_code": status})
    if correlation_id := current_correlation_id():
        span.set_attribute("parcourspro.correlation_id", correlation_id)
    if status >= 500:  # noqa: PLR2004 - a status
        _fail(span, str(status))


def handling(message: str, message_id: str, handler: str, service: str) -> AbstractContextManager[Span | None]:
    """The span of one handler of `service` that runs for one message."""
    if _tracer is None:
        return _NOTHING
    attributes = {
        "messaging.destination.name": message,
        "messaging.message.id": message_id,
        "messaging.consumer.group.name": service,
        "parcourspro.handler": handler,
    }
    return _current(_tracer, f"handle {message}", SpanKind.CONSUMER, attributes)


def sending(kind: str) -> AbstractContextManager[Span | None]:
    """The span of one attempt to give a mail to the mail server."""
    if _tracer is None:
        return _NOTHING
    return _current(_tracer, f"send mail {kind}", SpanKind.CLIENT, {"parcourspro.mail": kind})


def publication(message: str, message_id: str, context: str | None, since: datetime | None) -> Span | None:
    """The span of a message from its transaction, which began at `since`, until the broker has it; the caller ends it.

    None if off, or if its trace is not kept.
    """
    if _tracer is None:
        return None
    attributes = {"messaging.destination.name": message, "messaging.message.id": message_id}
    start_time = None if since is None else int(since.timestamp() * 1e9)
    span = _tracer.start_span(
        f"publish {message}", _parent(context), SpanKind.PRODUCER, attributes=attributes, start_time=start_time
    )
    return span if span.is_recording() else None


def traceparent_of(span: Span) -> str:
    """The context of what follows from a span, in the form of W3C."""
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


@contextmanager
def _current(tracer: Tracer, name: str, kind: SpanKind, attributes: Mapping[str, str]) -> Iterator[Span]:
    """Run the block as a part of what runs now: what it causes belongs to its span."""
    span = tracer.start_span(name, _parent(current_traceparent()), kind, attributes=attributes)
    with following(traceparent_of(span)):
        try:
            yield span
        except BaseException as error:
            _fail(span, type(error).__name__)  # without its text, which may quote a value
            raise
        finally:
            span.end()


def _parent(traceparent: str | None) -> Context:
    if traceparent is None:
        return Context()
    _, trace, span, flags = traceparent.split("-")
    context = SpanContext(int(trace, 16), int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))
    return set_span_in_context(NonRecordingSpan(context), Context())


def _fail(span: Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)
