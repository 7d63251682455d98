"""The examples of all messages tell one story. Delivers it, or parts of it, to a service, and reads what failed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from docs.message_documents import examples_of
from shared.contracts import REGISTRY, Message
from shared.database import Database
from shared.messaging.envelope import Envelope
from shared.messaging.worker import Worker


@dataclass(frozen=True, slots=True)
class Example:
    """One committed example of a message."""

    message: type[Message]
    name: str
    body: dict[str, Any]

    def envelope(self, **changes: Any) -> Envelope:
        body = {**self.body, **changes}
        return Envelope(message_id=self.name, name=self.message.wire_name, body=json.dumps(body).encode())


def story() -> list[Example]:
    """Every example of every message, in the order in which it happened."""
    examples = [
        Example(message, f"{message.wire_name}:{path.stem}", json.loads(path.read_text()))
        for message in REGISTRY.all()
        for path in examples_of(message)
    ]
    return sorted(examples, key=lambda example: str(example.body["occurred_at"]))


def subscribed(worker: Worker[Any]) -> list[Example]:
    """The part of the story that the worker's service subscribes to."""
    names = {*worker.queue.events, *worker.queue.commands}
    return [example for example in story() if example.message.wire_name in names]


class _Delivery:
    earlier_deliveries = 0

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope

    async def acknowledge(self) -> None:
        return


async def deliver(worker: Worker[Any], envelopes: Sequence[Envelope]) -> None:
    """One by one, so that a failure of one does not change how the others are handled."""
    for envelope in envelopes:
        await worker.inbox.handle([_Delivery(envelope)])


async def deliver_together(worker: Worker[Any], envelopes: Sequence[Envelope]) -> None:
    """All in one batch, which is quicker."""
    await worker.inbox.handle([_Delivery(envelope) for envelope in envelopes])


async def failures(database: Database) -> list[tuple[str, str | None, str]]:
    """Name, handler and error of every delivery that failed; waiting for an earlier message is a failure too."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT name, handler, last_error FROM undelivered"))
        return [(row.name, row.handler, row.last_error) for row in rows]


async def handled(database: Database) -> set[str]:
    """The ids of the messages that a handler has handled."""
    async with database.engine.connect() as connection:
        return set(await connection.scalars(text("SELECT message_id FROM inbox")))
