"""From an envelope to the handlers that must run for it."""

from dataclasses import dataclass
from typing import Generic

from pydantic import ValidationError

from shared.contracts import REGISTRY, Message
from shared.contracts.catch_up import is_technical
from shared.messaging.envelope import Envelope
from shared.messaging.subscriptions import Directory, Handler, Tx


class Unreadable(Exception):
    """This delivery can never be handled by this code; the text gives the reason."""


@dataclass(frozen=True, slots=True)
class HandlerRun(Generic[Tx]):
    """One message for one handler: the unit whose effect must be committed exactly once."""

    envelope: Envelope
    message_id: str
    message: Message
    handler: Handler[Tx]

    @property
    def key(self) -> tuple[str, str]:
        """The primary key of its claim in the inbox table."""
        return self.message_id, self.handler.name

    @property
    def turn(self) -> tuple[bool, str, str]:
        """Its place among the runs of one transaction, the same in every worker.

        Rows of copies are written first, in the order of their tables and aggregates: two workers that write the same
        rows in another order would deadlock. Sorting is stable, so messages of one aggregate keep their order, and so
        do functions.
        """
        table = self.handler.table
        return (True, "", "") if table is None else (False, table, str(self.message.aggregate_id))


def read(envelope: Envelope, directory: Directory[Tx]) -> list[HandlerRun[Tx]]:
    """The runs of an envelope's message. Raises Unreadable."""
    if not envelope.message_id:
        raise Unreadable("the message has no id, without which duplicates cannot be recognized")
    if "\0" in envelope.message_id:
        raise Unreadable("the message's id contains a NUL character, which cannot be stored")
    if is_technical(envelope.name):
        return []
    message_class = REGISTRY.get(envelope.name)
    if message_class is None:
        text = f"unknown message or version: {envelope.name!r}"
        raise Unreadable(text)
    try:
        message = message_class.model_validate_json(envelope.body)
    except ValidationError as error:
        text = f"does not parse as {envelope.name}: {_first_errors(error)}"
        raise Unreadable(text) from error
    handlers = directory.listening_to(envelope.name)
    if not handlers and message_class.recipient is not None:
        raise Unreadable("no handler for this command any more")
    return [HandlerRun(envelope, envelope.message_id, message, handler) for handler in handlers]


def _first_errors(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, detail['loc'])) or 'body'}: {detail['msg']}" for detail in error.errors()[:5])
