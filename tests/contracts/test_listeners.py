"""Each message has one owner and a subscriber, and every handler accepts every example of its messages."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import pytest

import services
from docs import generate, message_documents
from shared.contracts import (
    REGISTRY,
    Message,
    attendance,
    catalogue,
    enrollment,
    erasures,
    identity,
    obligations,
    proposals,
)
from tests.conftest import MakeDatabase
from tests.contracts.story import deliver, failures, handled, subscribed

MODULES: Mapping[str, tuple[ModuleType, ...]] = {
    "catalogue": (catalogue,),
    "enrollment": (enrollment, attendance, obligations, proposals),
    "identity": (identity, erasures),
}
SERVICES = services.definitions()
MESSAGES = REGISTRY.all()


def by_wire_name(message: type[Message]) -> str:
    return message.wire_name


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVICES:
        monkeypatch.setenv(f"PARCOURSPRO_{name.upper()}_DATABASE_URL", generate.NOWHERE)


@pytest.mark.parametrize("message", MESSAGES, ids=by_wire_name)
def test_a_message_is_declared_by_its_one_owner(message: type[Message]) -> None:
    assert message.__module__ in {module.__name__ for module in MODULES[message.owner]}
    assert message.wire_name.startswith(f"{message.owner}.")


@pytest.mark.parametrize("message", MESSAGES, ids=by_wire_name)
def test_a_message_that_is_not_public_has_a_subscriber_and_a_command_only_its_recipient(message: type[Message]) -> None:
    subscribers = generate.listeners().get(message.wire_name, [])
    if message.recipient is None:
        assert subscribers or message.public
    else:
        assert subscribers == [message.recipient]


def test_the_documents_are_current() -> None:
    listeners = generate.listeners()
    assert (generate.ROOT / "docs/messages.md").read_text() == message_documents.table(listeners), "run `make docs`"
    assert (generate.ROOT / "docs/asyncapi.json").read_text() == message_documents.as_json(
        message_documents.asyncapi(listeners)
    ), "run `make docs`"


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = message_documents.asyncapi(generate.listeners())
    for reference in set(_references(document)):
        part: Any = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
    assert set(document["channels"]) == {kind.wire_name for kind in message_documents.all_kinds()}


def _references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [reference for value in part.values() for reference in _references(value)]
    return [reference for value in part for reference in _references(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("name", SERVICES)
async def test_every_handler_accepts_every_example_in_order(name: str, make_database: MakeDatabase) -> None:
    database = await make_database(name)
    worker = generate.wired(SERVICES[name], database)
    examples = subscribed(worker)
    await deliver(worker, [example.envelope() for example in examples])

    assert await failures(database) == [], "the examples tell one story: nothing in it has to wait for another message"
    assert await handled(database) == {example.name for example in examples}


@pytest.mark.parametrize("name", SERVICES)
async def test_every_handler_accepts_every_example_in_the_reverse_order(name: str, make_database: MakeDatabase) -> None:
    database = await make_database(name)
    worker = generate.wired(SERVICES[name], database)
    await deliver(worker, [example.envelope() for example in reversed(subscribed(worker))])

    assert [failure for failure in await failures(database) if "NotYetKnown" not in failure[2]] == []
