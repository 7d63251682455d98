"""deploy/rabbitmq/definitions.json declares all queues, so that messages wait there before a listener's first start."""

import json
from collections.abc import Iterator
from re import search
from typing import Any

import pytest

from docs import broker_definitions, generate
from shared.contracts import REGISTRY, Message
from shared.messaging.transport import Queue

SHIPPED: dict[str, list[dict[str, Any]]] = json.loads((generate.ROOT / generate.BROKER_DEFINITIONS).read_text())
QUEUES = generate.queues()


@pytest.fixture(params=QUEUES)
def queue(request: pytest.FixtureRequest) -> Queue:
    """The queue of a service's worker, from its own wiring."""
    return QUEUES[request.param]


def test_the_definitions_are_those_of_the_subscriptions() -> None:
    shipped = (generate.ROOT / generate.BROKER_DEFINITIONS).read_text()
    assert shipped == broker_definitions.text(QUEUES), "run `make docs`"


def bindings(queue: Queue) -> Iterator[tuple[str, str, str]]:
    yield from (("events", queue.service, name) for name in queue.bindings)
    yield from (("commands.v2", f"{queue.service}.commands", name) for name in queue.commands)


def rights(user: str, kind: str) -> str:
    [pattern] = [entry[kind] for entry in SHIPPED["permissions"] if entry["user"] == user]
    return str(pattern)


def test_every_subscription_is_bound_before_the_first_start_of_its_service(queue: Queue) -> None:
    shipped = {
        (binding["source"], binding["destination"], binding["routing_key"])
        for binding in SHIPPED["bindings"]
        if binding["destination"].split(".")[0] == queue.service and binding["source"] != "dead"
    }
    assert shipped == set(bindings(queue))


def test_the_queues_are_declared_as_their_service_declares_them(queue: Queue) -> None:
    shipped = {entry["name"]: entry for entry in SHIPPED["queues"] if entry["name"].split(".")[0] == queue.service}
    queues = {destination for _, destination, _ in bindings(queue)}
    assert set(shipped) == queues | ({f"{queue.service}.dead"} if queues else set())
    assert all(entry["durable"] and entry["arguments"] == {"x-queue-type": "quorum"} for entry in shipped.values())


def test_only_the_service_itself_may_publish_in_its_name_to_the_queue_of_another(queue: Queue) -> None:
    publishers = [
        entry["user"]
        for entry in SHIPPED["topic_permissions"]
        if search(entry["write"], f"{queue.service}.to.notifier") and entry["exchange"] == "events"
    ]
    assert publishers == [queue.service]


def test_only_the_service_itself_may_declare_bind_and_read_its_queues(queue: Queue) -> None:
    others = {entry["user"] for entry in SHIPPED["permissions"]} - {queue.service, "operator"}
    for source, destination, _ in bindings(queue):
        assert search(rights(queue.service, "read"), source)
        for kind in ("configure", "write", "read"):
            assert search(rights(queue.service, kind), destination)
            assert not [other for other in others if search(rights(other, kind), destination)]


def test_what_the_broker_gives_up_goes_to_a_queue_that_only_its_service_may_read(queue: Queue) -> None:
    name = f"{queue.service}.dead"
    for _, destination, _ in bindings(queue):
        [policy] = [policy["definition"] for policy in SHIPPED["policies"] if search(policy["pattern"], destination)]
        target = (policy["dead-letter-exchange"], policy["dead-letter-routing-key"])
        shipped = [
            (entry["source"], entry["routing_key"]) for entry in SHIPPED["bindings"] if entry["destination"] == name
        ]
        assert shipped == [target]
        assert policy["delivery-limit"] >= 10_000, "the inbox finds what ends its process after five deliveries"
        readers = [entry["user"] for entry in SHIPPED["permissions"] if search(entry["read"], name)]
        writers = [entry["user"] for entry in SHIPPED["permissions"] if search(entry["write"], name)]
        assert (sorted(readers), writers) == (sorted(["operator", queue.service]), ["operator"])


def test_looking_at_dead_messages_never_drops_them() -> None:
    """RabbitMQ 4 drops messages of a quorum queue without a policy after 20 deliveries."""
    for entry in SHIPPED["queues"]:
        [policy] = [policy["definition"] for policy in SHIPPED["policies"] if search(policy["pattern"], entry["name"])]
        assert policy["delivery-limit"] >= 10_000


@pytest.mark.parametrize("message", REGISTRY.all(), ids=lambda message: message.wire_name)
def test_only_its_owner_may_publish_a_message(message: type[Message]) -> None:
    exchange = "events" if message.recipient is None else "commands.v2"
    publishers = [
        entry["user"]
        for entry in SHIPPED["topic_permissions"]
        if entry["exchange"] == exchange and search(entry["write"], message.wire_name)
    ]
    assert publishers == [message.owner]
    assert search(rights(message.owner, "write"), exchange)


def test_only_the_recipient_may_bind_a_command() -> None:
    commands = [message for message in REGISTRY.all() if message.recipient is not None]
    binders = {
        message.wire_name: [
            entry["user"]
            for entry in SHIPPED["topic_permissions"]
            if entry["exchange"] == "commands.v2" and search(entry["read"], message.wire_name)
        ]
        for message in commands
    }
    assert binders == {message.wire_name: [message.recipient] for message in commands}


@pytest.mark.parametrize("exchange", ["events", "commands.v2", "dead"])
def test_no_service_may_declare_or_delete_an_exchange(exchange: str) -> None:
    assert [entry["user"] for entry in SHIPPED["permissions"] if search(entry["configure"], exchange)] == ["operator"]


def test_a_service_may_bind_what_it_handles_and_nothing_else(queue: Queue) -> None:
    [pattern] = [
        entry["read"]
        for entry in SHIPPED["topic_permissions"]
        if (entry["user"], entry["exchange"]) == (queue.service, "events")
    ]
    names = [message.wire_name for message in REGISTRY.all()]
    alone = [f"{name}.to.{service}" for name in (*names, "*", "#", "identity.*") for service in (*QUEUES, "*")]
    tried = (*names, *alone, "#", "*", "identity.*", "", "identity.x.v1")
    handled = {*queue.events, *(f"{name}.to.{queue.service}" for name in queue.events)}
    assert {key for key in tried if search(pattern, key)} == {*handled, f"*.to.{queue.service}"}


def test_no_pattern_is_longer_than_the_broker_accepts() -> None:
    """RabbitMQ 4.3 does not start with a pattern of more than 1,024 characters."""
    entries = (*SHIPPED["permissions"], *SHIPPED["topic_permissions"])
    longest = max(len(entry[kind]) for entry in entries for kind in ("configure", "write", "read") if kind in entry)
    assert longest <= 1024
