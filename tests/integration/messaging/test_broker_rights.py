"""What each service may do on a broker with the shipped definitions: what it uses and nothing else."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed

from docs import generate
from shared.contracts import REGISTRY
from shared.messaging.envelope import Envelope
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Outcome
from tests.support.broker import Broker

QUEUES = generate.queues()
IMPORT = 'ok = rabbit_definitions:import_raw(base64:decode("{}")).'
REMOVE = 'rabbit_vhost:delete(<<"parcourspro">>, <<"tests">>).'
Url = Callable[[str], str]


@pytest.fixture(scope="module")
def url(broker: Broker) -> Iterator[Url]:
    """The address for each service's user, on a broker that has loaded the shipped definitions."""
    shipped = json.loads((generate.ROOT / generate.BROKER_DEFINITIONS).read_text())
    salt, password = b"salt", uuid4().hex
    digest = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
    form = {"password_hash": digest, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": ""}
    shipped["users"] = [{"name": name, **form} for name in ("operator", *QUEUES)]
    broker.control("eval", IMPORT.format(base64.b64encode(json.dumps(shipped).encode()).decode()))
    yield lambda user: f"amqp://{user}:{password}@{broker.host}:{broker.port}/parcourspro"
    broker.control("eval", REMOVE)


@pytest.fixture
async def open_channel(url: Url) -> AsyncIterator[Callable[[str], Awaitable[AbstractChannel]]]:
    """A channel of a user; a refused call closes it."""
    connections = []

    async def opened(user: str) -> AbstractChannel:
        connections.append(await aio_pika.connect(url(user)))
        return await connections[-1].channel()

    yield opened
    for connection in connections:
        await connection.close()


OpenChannel = Callable[[str], Awaitable[AbstractChannel]]


@pytest.mark.parametrize("service", QUEUES)
async def test_a_service_may_do_what_its_worker_does(url: Url, service: str) -> None:
    transport = RabbitTransport(url(service), service=service)
    try:
        await transport.subscribe(QUEUES[service])
        own = [message for message in REGISTRY.all() if message.owner == service]
        envelopes = [
            Envelope(message_id=str(uuid4()), name=message.wire_name, body=b"{}", recipient=message.recipient)
            for message in own
        ]
        assert await transport.publish(envelopes) == [Outcome.CONFIRMED] * len(own)
        assert await transport.ready()
    finally:
        await transport.close()


Act = Callable[[AbstractChannel, str], Awaitable[object]]


async def _delete_events(channel: AbstractChannel, _: str) -> None:
    await channel.exchange_delete("events", if_unused=True)


async def _delete_commands(channel: AbstractChannel, _: str) -> None:
    await channel.exchange_delete("commands.v2", if_unused=True)


async def _declare_an_exchange(channel: AbstractChannel, service: str) -> None:
    await channel.declare_exchange(f"{service}-own", durable=True)


async def _declare_another_queue(channel: AbstractChannel, service: str) -> None:
    await channel.declare_queue(f"{service}-own", durable=True)


async def _bind_every_event(channel: AbstractChannel, service: str) -> None:
    events = await channel.get_exchange("events", ensure=False)
    await (await channel.get_queue(service, ensure=False)).bind(events, routing_key="#")


async def _bind_an_event_that_it_does_not_handle(channel: AbstractChannel, service: str) -> None:
    events = await channel.get_exchange("events", ensure=False)
    await (await channel.get_queue(service, ensure=False)).bind(events, routing_key="catalogue.unknown.v1")


async def _publish_as_another_service(channel: AbstractChannel, service: str) -> None:
    other = next(name for name in ("catalogue", "enrollment") if name != service)
    events = await channel.get_exchange("events", ensure=False)
    await events.publish(aio_pika.Message(b"{}"), routing_key=f"{other}.session_cancelled.v1")


async def _publish_to_a_queue(channel: AbstractChannel, service: str) -> None:
    other = next(name for name in ("catalogue", "enrollment") if name != service)
    await channel.default_exchange.publish(aio_pika.Message(b"{}"), routing_key=other)


async def _read_the_queue_of_another_service(channel: AbstractChannel, service: str) -> None:
    other = next(name for name in ("catalogue", "enrollment") if name != service)
    await (await channel.get_queue(other, ensure=False)).get(fail=False)


async def _bind_an_event_to_it_alone_that_it_does_not_handle(channel: AbstractChannel, service: str) -> None:
    events = await channel.get_exchange("events", ensure=False)
    key = f"catalogue.unknown.v1.to.{service}"
    await (await channel.get_queue(service, ensure=False)).bind(events, routing_key=key)


async def _read_the_dead_messages_of_another_service(channel: AbstractChannel, service: str) -> None:
    other = next(name for name in ("catalogue", "enrollment") if name != service)
    await (await channel.get_queue(f"{other}.dead", ensure=False)).get(fail=False)


@pytest.mark.parametrize(
    "act",
    [
        _delete_events,
        _delete_commands,
        _declare_an_exchange,
        _declare_another_queue,
        _bind_every_event,
        _bind_an_event_that_it_does_not_handle,
        _publish_as_another_service,
        _publish_to_a_queue,
        _read_the_queue_of_another_service,
        _bind_an_event_to_it_alone_that_it_does_not_handle,
        _read_the_dead_messages_of_another_service,
    ],
)
@pytest.mark.parametrize("service", QUEUES)
async def test_a_service_may_do_nothing_else(open_channel: OpenChannel, service: str, act: Act) -> None:
    channel = await open_channel(service)
    with pytest.raises(ChannelAccessRefused, match="ACCESS_REFUSED"):
        await act(channel, service)


@pytest.mark.parametrize("service", [service for service, queue in QUEUES.items() if not queue.commands])
async def test_only_the_recipient_of_commands_may_bind_them(open_channel: OpenChannel, service: str) -> None:
    channel = await open_channel(service)
    commands = await channel.get_exchange("commands.v2", ensure=False)
    queue = await channel.get_queue(service, ensure=False)
    with pytest.raises(ChannelAccessRefused, match="ACCESS_REFUSED"):
        await queue.bind(commands, routing_key="identity.send_password_reset.v1")


async def test_the_operator_may_do_all_of_this(open_channel: OpenChannel) -> None:
    channel = await open_channel("operator")
    with pytest.raises(ChannelPreconditionFailed, match="in use"):
        await channel.exchange_delete("events", if_unused=True)
