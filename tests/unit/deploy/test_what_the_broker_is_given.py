"""deploy/rabbitmq/definitions.json ships the queues, so that what is said before a listener's first start waits for it."""

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from re import search
from typing import Any

import pytest

from shared.contracts import REGISTRY, Message
from shared.database import Database
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.transport import Queue
from shared.process import ServiceDefinition

ROOT = Path(__file__).parents[3]
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/wiring.py"))
SHIPPED: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "deploy/rabbitmq/definitions.json").read_text())


@pytest.fixture(params=SERVICES)
def queue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """What a service's worker subscribes to, from its own wiring."""
    name: str = request.param
    monkeypatch.setenv(f"PARCOURSPRO_{name.upper()}_DATABASE_URL", "postgresql+asyncpg://nobody@localhost/nothing")
    service: ServiceDefinition[Any] = import_module(f"services.{name}.wiring").SERVICE
    settings = service.load_settings()
    return service.worker(settings, Database(settings.database_url, application="test"), InProcessTransport()).queue


def bindings(queue: Queue) -> Iterator[tuple[str, str, str]]:
    yield from (("events", queue.service, name) for name in queue.events)
    yield from (("commands", f"{queue.service}.commands", name) for name in queue.commands)


def rights(user: str, kind: str) -> str:
    [pattern] = [one[kind] for one in SHIPPED["permissions"] if one["user"] == user]
    return str(pattern)


def test_every_subscription_is_bound_before_its_service_ever_ran(queue: Queue) -> None:
    shipped = {
        (one["source"], one["destination"], one["routing_key"])
        for one in SHIPPED["bindings"]
        if one["destination"].split(".")[0] == queue.service
    }
    assert shipped == set(bindings(queue))


def test_the_queues_are_declared_as_their_service_declares_them(queue: Queue) -> None:
    shipped = {one["name"]: one for one in SHIPPED["queues"] if one["name"].split(".")[0] == queue.service}
    assert set(shipped) == {destination for _, destination, _ in bindings(queue)}
    assert all(one["durable"] and one["arguments"] == {"x-queue-type": "quorum"} for one in shipped.values())


def test_a_service_may_declare_bind_and_read_what_it_subscribes_to_and_nobody_else_may(queue: Queue) -> None:
    others = {one["user"] for one in SHIPPED["permissions"]} - {queue.service, "operator"}
    for source, destination, _ in bindings(queue):
        assert search(rights(queue.service, "read"), source)
        for kind in ("configure", "write", "read"):
            assert search(rights(queue.service, kind), destination)
            assert not [other for other in others if search(rights(other, kind), destination)]


@pytest.mark.parametrize("message", REGISTRY.all(), ids=lambda message: message.wire_name)
def test_a_message_can_be_said_by_its_owner_alone(message: type[Message]) -> None:
    if message.recipient is None:
        speakers = [
            one["user"]
            for one in SHIPPED["topic_permissions"]
            if one["exchange"] == "events" and search(one["write"], message.wire_name)
        ]
    else:
        speakers = [
            one["user"]
            for one in SHIPPED["permissions"]
            if one["user"] != "operator" and search(one["write"], "commands")
        ]
    assert speakers == [message.owner]
