"""Which message is being handled: the cause of what the handler says."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_cause: ContextVar[str | None] = ContextVar("cause", default=None)


def current_cause() -> str | None:
    """The id of the message being handled, None in a request."""
    return _cause.get()


@contextmanager
def caused_by(message_id: str) -> Iterator[None]:
    """Mark everything said inside as following from this message."""
    token = _cause.set(message_id)
    try:
        yield
    finally:
        _cause.reset(token)
