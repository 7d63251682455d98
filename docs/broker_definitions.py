# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""Writes deploy/rabbitmq/definitions.json from the subscriptions of the services: queues, bindings and rights.

A service may declare its own queues only, publish its own events only, and bind and read what it handles only.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from shared.contracts import REGISTRY
from shared.messaging.broker import COMMANDS, EVENTS
from shared.messaging.transport import Queue

VHOST: Final = "parcourspro"
QUORUM: Final = {"x-queue-type": "quorum"}
DEAD: Final = "dead"
GIVEN_UP_AFTER: Final = 10_000
"""Deliveries. The inbox parks a message that ends its process after five: the broker's limit is a last net."""
DEAD_POLICY: Final = {"delivery-limit": 1_000_000}
"""Operators look at dead messages and put them back. RabbitMQ 4 would drop them after 20 looks."""


def definitions(queues: Mapping[str, Queue]) -> dict[str, Any]:
    """All definitions; start.sh adds the users, whose passwords are not in the repository.

    `queues`: what each service subscribes to.
    """
    bindings = {name: _bindings(queue) for name, queue in queues.items()}
    exchanges = ((EVENTS, "topic", False), (COMMANDS, "topic", False), (DEAD, "direct", True))
    return {
        "users": [],
        "vhosts": [{"name": VHOST}],
        "permissions": [
            _in_vhost(user="operator", configure=".*", write=".*", read=".*"),
            *(_permissions(name, bindings[name]) for name in queues),
        ],
        "topic_permissions": [
            _in_vhost(user=name, exchange=exchange, write=rf"^{name}\.", read=read)
            for name, queue in queues.items()
            for exchange, read in ((EVENTS, _bindable(queue)), (COMMANDS, _one_of(queue.commands)))
        ],
        "policies": [
            *(_policy(name, rf"^{name}(\.commands)?$", _given_up(name)) for name in queues),
            _policy(DEAD, rf"\.{DEAD}$", DEAD_POLICY),
        ],
        "exchanges": [
            _in_vhost(name=name, type=kind, durable=True, auto_delete=False, internal=internal, arguments={})
            for name, kind, internal in exchanges
        ],
        "queues": [
            _in_vhost(name=name, durable=True, auto_delete=False, arguments=QUORUM)
            for name in sorted(
                {*(_dead(name) for name in queues), *(row[1] for each in bindings.values() for row in each)}
            )
        ],
        "bindings": [
            _in_vhost(source=source, destination=queue, destination_type="queue", routing_key=key, arguments={})
            for source, queue, key in [
                *((DEAD, _dead(name), name) for name in queues),
                *(row for each in bindings.values() for row in each),
            ]
        ],
    }


def _bindings(queue: Queue) -> list[tuple[str, str, str]]:
    """Exchange, queue and routing key."""
    return [
        *((EVENTS, queue.service, key) for key in queue.bindings),
        *((COMMANDS, f"{queue.service}.commands", name) for name in queue.commands),
    ]


def _permissions(service: str, bindings: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    own = sorted({queue for _, queue, _ in bindings})
    # every service publishes technical messages to the others as events
    published = {EVENTS} | {COMMANDS for message in REGISTRY.all() if message.owner == service and message.recipient}
    return _in_vhost(
        user=service,
        configure=_one_of(own),
        write=_one_of([*sorted(published), *own]),  # a queue is bound with the right to write to it
        read=_one_of([*sorted({source for source, _, _ in bindings}), *own, _dead(service)]),
    )


def _dead(service: str) -> str:
    """The queue of the messages of a service that the broker has given up."""
    return f"{service}.{DEAD}"


def _given_up(service: str) -> dict[str, object]:
    return {
        "delivery-limit": GIVEN_UP_AFTER,
        "dead-letter-exchange": DEAD,
        "dead-letter-routing-key": service,
        "dead-letter-strategy": "at-least-once",
        "overflow": "reject-publish",
    }


def _policy(name: str, pattern: str, definition: Mapping[str, object]) -> dict[str, Any]:
    entry = _in_vhost(name=name, pattern=pattern)
    return {**entry, "apply-to": "queues", "priority": 1, "definition": definition}


def _one_of(names: Iterable[str]) -> str:
    """A pattern for exactly these names."""
    escaped = [re.escape(name) for name in names]
    return f"^({'|'.join(escaped)})$" if escaped else "^$"


def _bindable(queue: Queue) -> str:
    """A pattern for exactly the keys that a service binds.

    It has each owner, suffix and first word once: the broker refuses a pattern of more than 1,024 characters.
    """
    alone = rf"\.to\.{re.escape(queue.service)}"
    names = defaultdict(list)
    for event in queue.events:
        owner, name, version = event.split(".")
        names[owner, version].append(name)
    groups = [rf"{re.escape(owner)}\.({_short(of)})\.{re.escape(version)}" for (owner, version), of in names.items()]
    events = rf"({'|'.join(groups)})({alone})?|" if groups else ""
    return rf"^({events}\*{alone})$"


def _short(names: Iterable[str]) -> str:
    """The alternatives for these names, with the first word of several names written once."""
    by_word = defaultdict(list)
    for name in names:
        word, _, rest = name.partition("_")
        by_word[re.escape(word)].append(re.escape(rest))
    return "|".join(
        rf"{word}_({'|'.join(rests)})" if len(rests) > 1 else (f"{word}_{rests[0]}" if rests[0] else word)
        for word, rests in by_word.items()
    )


def _in_vhost(**entry: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    return {"vhost": VHOST, **entry}


def text(queues: Mapping[str, Queue]) -> str:
    return json.dumps(definitions(queues), indent=2) + "\n"


def write(path: Path, queues: Mapping[str, Queue]) -> None:
    path.write_text(text(queues))
