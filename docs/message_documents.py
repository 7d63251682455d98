# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""Writes the documents about the messages: their JSON schemas, an AsyncAPI 3 document, and a table to read."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from shared.contracts import REGISTRY, Message
from shared.contracts.catch_up import EventsRequested, TechnicalMessage
from shared.contracts.states import (
    KINDS,
    STATE_MESSAGES,
    TECHNICAL_MESSAGES,
    StateListed,
    StateRequested,
    event_of,
    owner_of,
)
from shared.messaging.broker import COMMANDS, EVENTS

CONTRACTS: Final = Path(__file__).parents[1] / "shared" / "contracts"
SCHEMAS: Final = CONTRACTS / "schemas"
EXAMPLES: Final = CONTRACTS / "examples"

Kind = type[Message] | type[TechnicalMessage]
Listeners = Mapping[str, Sequence[str]]
"""The services that subscribe to a wire name."""


def all_kinds() -> list[Kind]:
    """The messages of the services, then the technical ones."""
    return [*REGISTRY.all(), *TECHNICAL_MESSAGES]


def schemas() -> dict[str, str]:
    """The schema file of each message: `<wire name>.json` and its text."""
    return {f"{message.wire_name}.json": as_json(message.model_json_schema()) for message in all_kinds()}


def as_json(value: object) -> str:
    """JSON that is easy to read and to compare in `git diff`."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def asyncapi(listeners: Listeners) -> dict[str, Any]:
    """The AsyncAPI 3 document: a channel for each wire name, with the services that send and receive."""
    _, definitions = models_json_schema(
        [(message, "validation") for message in all_kinds()], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "ParcoursPro: the messages between services",
            "version": "1",
            "description": "An event is delivered to every service that subscribes to it, a command to one service. "
            "A message is only ever changed by adding an optional field or another known value of an open word. "
            "Fields with `x-personal` hold personal data, those with `x-secret` a secret.",
        },
        "defaultContentType": "application/json",
        "servers": {"rabbitmq": {"host": "localhost:5672", "protocol": "amqp"}},
        "channels": {
            **{message.wire_name: _channel(message) for message in REGISTRY.all()},
            **{message.wire_name: _technical_channel(message) for message in TECHNICAL_MESSAGES},
        },
        "operations": _operations(listeners),
        "components": {
            "messages": {message.__name__: _message(message) for message in all_kinds()},
            "schemas": definitions["$defs"],
        },
    }


def _channel(message: type[Message]) -> dict[str, Any]:
    exchange = (EVENTS, "topic") if message.recipient is None else (COMMANDS, "topic")
    return {
        "address": message.wire_name,
        "messages": {message.__name__: {"$ref": f"#/components/messages/{message.__name__}"}},
        "bindings": {
            "amqp": {"is": "routingKey", "exchange": {"name": exchange[0], "type": exchange[1], "durable": True}}
        },
    }


def _technical_channel(message: type[TechnicalMessage]) -> dict[str, Any]:
    services = {
        "event": "An event with the same contents, to which the receiver subscribes",
        "sender": "The service that publishes it",
        "receiver": "The service whose queue alone receives it",
    }
    del services["sender" if message is StateListed else "event"]
    return {
        "address": "{event}.to.{receiver}" if message is StateListed else "{sender}.to.{receiver}",
        "messages": {message.__name__: {"$ref": f"#/components/messages/{message.__name__}"}},
        "parameters": {name: {"description": description} for name, description in services.items()},
        "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": "events", "type": "topic", "durable": True}}},
    }


def _message(message: Kind) -> dict[str, Any]:
    return {
        "name": message.wire_name,
        "title": message.__name__,
        "summary": _first_line(message),
        "correlationId": {"location": "$message.header#/correlation_id"},
        "payload": {"$ref": f"#/components/schemas/{message.__name__}"},
        "examples": [{"name": path.stem, "payload": json.loads(path.read_text())} for path in examples_of(message)],
    }


def _operations(listeners: Listeners) -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for message in REGISTRY.all():
        channel = {"$ref": f"#/channels/{message.wire_name}"}
        operations[f"{message.owner}.sends.{message.__name__}"] = {"action": "send", "channel": channel}
        for service in sorted(listeners.get(message.wire_name, ())):
            operations[f"{service}.receives.{message.__name__}"] = {"action": "receive", "channel": channel}
    return {**operations, **_technical_operations(listeners)}


def _technical_operations(listeners: Listeners) -> dict[str, Any]:
    """Each subscriber sends requests to each publisher of its events, and receives the answers."""
    events = [message for message in REGISTRY.all() if message.recipient is None]
    publishers = sorted({message.owner for message in events})
    subscribers = sorted({service for message in events for service in listeners.get(message.wire_name, ())})
    owners = sorted({owner_of(kind) for kind in KINDS})
    keepers = sorted({service for kind in KINDS for service in listeners.get(event_of(kind), ())})
    operations: dict[str, Any] = {}
    for message in TECHNICAL_MESSAGES:
        channel = {"$ref": f"#/channels/{message.wire_name}"}
        is_request = message is EventsRequested or message is StateRequested
        asking, answering = (keepers, owners) if message in STATE_MESSAGES else (subscribers, publishers)
        for action, services in (
            ("send", asking if is_request else answering),
            ("receive", answering if is_request else asking),
        ):
            for service in services:
                operations[f"{service}.{action}s.{message.__name__}"] = {"action": action, "channel": channel}
    return operations


def examples_of(message: Kind) -> list[Path]:
    """The committed examples of a message, ordered by name. They are never changed or removed."""
    return sorted((EXAMPLES / message.wire_name).glob("*.json"))


def table(listeners: Listeners) -> str:
    """`docs/messages.md`: for each service the messages that it publishes and their subscribers."""
    lines = [
        "# Messages",
        "",
        "Generated by `make docs` from `shared/contracts` and the subscriptions of each service.",
        "The schemas are in `shared/contracts/schemas`, the AsyncAPI document is [asyncapi.json](asyncapi.json).",
    ]
    for owner in sorted({message.owner for message in REGISTRY.all()}):
        lines += [
            "",
            f"## Published by {owner}",
            "",
            "| Message | Wire name | Meaning | Subscribers |",
            "|---|---|---|---|",
        ]
        lines += [_row(message, listeners) for message in REGISTRY.all() if message.owner == owner]
    lines += [
        "",
        "## Technical messages",
        "",
        "The workers of a subscriber and of a publisher exchange them, to find out which events were missed and to",
        "publish them again: see [the decision](decisions/0013-what-was-missed-is-asked-for.md); and to rebuild copies",
        "from the owner's present state: see [restoring](restoring.md#rebuild-a-services-copies).",
        "",
        "| Message | Wire name | Meaning |",
        "|---|---|---|",
    ]
    lines += [f"| `{kind.__name__}` | `{kind.wire_name}` | {_first_line(kind)} |" for kind in TECHNICAL_MESSAGES]
    return "\n".join(lines) + "\n"


def _row(message: type[Message], listeners: Listeners) -> str:
    subscribers = ", ".join(sorted(listeners.get(message.wire_name, ()))) or ("others" if message.public else "–")
    kind = " (command)" if message.recipient else ""
    return f"| `{message.__name__}`{kind} | `{message.wire_name}` | {_first_line(message)} | {subscribers} |"


def _first_line(message: Kind) -> str:
    return " ".join((message.__doc__ or "").split("\n\n", 1)[0].split())


def write(listeners: Listeners, docs: Path) -> None:
    """Write the schemas into the contracts' folder, and the two documents into `docs`."""
    SCHEMAS.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (SCHEMAS / name).write_text(text)
    (docs / "asyncapi.json").write_text(as_json(asyncapi(listeners)))
    (docs / "messages.md").write_text(table(listeners))
