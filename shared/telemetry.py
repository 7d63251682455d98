"""Logs in JSON, and the ids that link everything that follows from one request: correlation, trace, causation."""

import logging
import re
import secrets
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_correlation: ContextVar[str | None] = ContextVar("correlation_id", default=None)
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)
_causation: ContextVar[str | None] = ContextVar("causation_id", default=None)


def current_correlation_id() -> str | None:
    """The id of the request that the current work follows from; None if there is none."""
    return _correlation.get()


def current_traceparent() -> str | None:
    """The W3C trace context of the current work; None if there is none."""
    return _traceparent.get()


def current_causation_id() -> str | None:
    """The id of the message that is being handled; None in a request."""
    return _causation.get()


def valid_traceparent(header: bytes | None) -> str | None:
    """The context in a header of that name; None if there is none."""
    text = (header or b"").decode("latin-1")
    return text if _TRACEPARENT.fullmatch(text) else None


def new_traceparent() -> str:
    """A new W3C trace context."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


@contextmanager
def correlated(correlation_id: str | None, traceparent: str | None = None) -> Iterator[None]:
    """Run the block on behalf of this request."""
    tokens = _correlation.set(correlation_id), _traceparent.set(traceparent)
    try:
        yield
    finally:
        _correlation.reset(tokens[0])
        _traceparent.reset(tokens[1])


@contextmanager
def following(traceparent: str) -> Iterator[None]:
    """Run the block as a part of this trace."""
    token = _traceparent.set(traceparent)
    try:
        yield
    finally:
        _traceparent.reset(token)


@contextmanager
def caused_by(message_id: str) -> Iterator[None]:
    """Run the block as the handling of this message: it is the cause of all messages emitted inside."""
    token = _causation.set(message_id)
    try:
        yield
    finally:
        _causation.reset(token)


def _with_correlation(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:  # noqa: ANN401 - structlog's type
    correlation_id = _correlation.get()
    if correlation_id is not None:
        event["correlation_id"] = correlation_id
    return event


def configure_logging(level: str, service: str, stream: TextIO | None = None) -> None:
    """Write each log entry, those of libraries too, as one line of JSON to standard error, or to `stream`."""
    stream = stream or sys.stderr
    shared: list[Processor] = [
        _with_correlation,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        lambda _, __, event: {"service": service, **event},
    ]
    # our own lines are written at once: the way through `logging` costs three times as much
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(stream),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # these log every attempt to reconnect, twice a second; our transport logs an outage once
    for library in ("aio_pika", "aiormq"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
