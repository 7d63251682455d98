"""Each message has one owner and a listener, and every handler of every service bears every example of what it listens to."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from docs import generate
from shared.contracts import REGISTRY, Message, catalogue, documents, enrollment, identity
from shared.database import Database
from shared.messaging.envelope import Envelope
from tests.conftest import MakeDatabase

MODULES = {"identity": identity, "catalogue": catalogue, "enrollment": enrollment}
SERVICES = generate.services()
MESSAGES = REGISTRY.all()


class _Delivery:
    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope

    async def acknowledge(self) -> None:
        return


def by_wire_name(message: type[Message]) -> str:
    return message.wire_name


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVICES:
        monkeypatch.setenv(f"PARCOURSPRO_{name.upper()}_DATABASE_URL", generate.NOWHERE)


@pytest.mark.parametrize("message", MESSAGES, ids=by_wire_name)
def test_a_message_is_declared_by_its_one_owner(message: type[Message]) -> None:
    assert message.__module__ == MODULES[message.owner].__name__
    assert message.wire_name.startswith(f"{message.owner}.")


@pytest.mark.parametrize("message", MESSAGES, ids=by_wire_name)
def test_a_message_that_is_not_public_has_a_listener_and_a_command_only_its_recipient(message: type[Message]) -> None:
    heard = generate.listeners().get(message.wire_name, [])
    if message.recipient is None:
        assert heard or message.public
    else:
        assert heard == [message.recipient]


def test_the_documents_are_current() -> None:
    listeners = generate.listeners()
    assert (generate.ROOT / "docs/messages.md").read_text() == documents.table(listeners), "run `make docs`"
    assert (generate.ROOT / "docs/asyncapi.json").read_text() == documents.as_json(documents.asyncapi(listeners)), (
        "run `make docs`"
    )


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = documents.asyncapi(generate.listeners())
    for reference in set(_references(document)):
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    assert set(document["channels"]) == {message.wire_name for message in MESSAGES}


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for value in part.values() for reference in _references(value)]
    return [reference for value in part for reference in _references(value)] if isinstance(part, list) else []


def _story() -> list[Envelope]:
    """Every example of every message, in the order in which it happened."""
    told = [(message, path.read_text()) for message in MESSAGES for path in documents.examples_of(message)]
    told.sort(key=lambda one: json.loads(one[1])["occurred_at"])
    return [
        Envelope(message_id=f"example-{number}", name=message.wire_name, body=body.encode())
        for number, (message, body) in enumerate(told)
    ]


async def _left(database: Database) -> list[tuple[str, str, str]]:
    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT name, handler, last_error FROM undelivered"))
        return [
            (row.name, row.handler, row.last_error)
            for row in rows
            if row.handler is None or "NotYetKnown" not in row.last_error
        ]


@pytest.mark.parametrize("name", SERVICES)
async def test_every_handler_bears_every_example_told_in_order(name: str, make_database: MakeDatabase) -> None:
    database = await make_database(name)
    worker = generate.wired(SERVICES[name], database)
    heard = [one for one in _story() if one.name in {*worker.queue.events, *worker.queue.commands}]
    for envelope in heard:
        await worker.inbox.take([_Delivery(envelope)])

    assert await _left(database) == []
    async with database.engine.connect() as connection:
        done = await connection.scalar(text("SELECT count(DISTINCT message_id) FROM inbox"))
        waiting = list(await connection.scalars(text("SELECT name || ' ' || last_error FROM undelivered")))
    assert (done, waiting) == (len(heard), []), "the examples tell one story, so that nothing in it is not yet known"


@pytest.mark.parametrize("name", SERVICES)
async def test_every_handler_bears_every_example_told_backwards(name: str, make_database: MakeDatabase) -> None:
    database = await make_database(name)
    worker = generate.wired(SERVICES[name], database)
    for envelope in reversed(_story()):
        if envelope.name in {*worker.queue.events, *worker.queue.commands}:
            await worker.inbox.take([_Delivery(envelope)])

    assert await _left(database) == []
