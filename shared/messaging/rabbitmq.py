"""RabbitMQ: a topic exchange for events, a direct exchange for commands, one quorum queue for each service and kind.

This module reconnects plain connections by itself. aio-pika's robust connections restore channels internally, and a
channel that cannot be restored on a healthy connection stays closed without an error.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import aio_pika
import aiormq.abc
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import AMQPError as WireError
from pamqp.commands import Basic

from shared.contracts import REGISTRY
from shared.messaging.amqp import envelope_of, message_of
from shared.messaging.envelope import Envelope
from shared.messaging.transport import Delivery, Queue

log = structlog.get_logger()

EVENTS = "events"
COMMANDS = "commands"
EXCHANGES = {EVENTS: aio_pika.ExchangeType.TOPIC, COMMANDS: aio_pika.ExchangeType.DIRECT}
PREFETCH = 200
CALL_SECONDS = 10.0
HEARTBEAT_SECONDS = 10
RECONNECT_SECONDS = 0.5
LOST = (AMQPError, WireError, OSError, TimeoutError, RuntimeError, asyncio.InvalidStateError)
"""What aio-pika raises when the broker is away: its own errors, and plain ones from a channel that is half closed."""


@dataclass(frozen=True, slots=True)
class _Publishing:
    connection: AbstractConnection
    channel: AbstractChannel
    exchanges: dict[str, AbstractExchange]

    async def open_exchanges(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.exchanges:
                async with asyncio.timeout(CALL_SECONDS):
                    self.exchanges[name] = await _exchange(self.connection, self.channel, name)


async def _exchange(connection: AbstractConnection, channel: AbstractChannel, name: str) -> AbstractExchange:
    """An exchange for use on `channel`. The definitions of a deployed broker have it, and a service may not declare any
    there, nor ask for one that it does not use; on a broker without definitions it is declared here.

    The question has a channel of its own, because the answer "no" closes it.
    """
    try:
        async with connection.channel() as asking:
            await asking.get_exchange(name)
    except ChannelNotFoundEntity:
        async with connection.channel() as declaring:
            await declaring.declare_exchange(name, EXCHANGES[name], durable=True)
    return await channel.get_exchange(name, ensure=False)


async def _connect(url: str, name: str) -> AbstractConnection:
    async with asyncio.timeout(CALL_SECONDS):
        return await aio_pika.connect(url, heartbeat=HEARTBEAT_SECONDS, client_properties={"connection_name": name})


async def _close(connection: AbstractConnection) -> None:
    with suppress(*LOST):
        async with asyncio.timeout(CALL_SECONDS):
            await connection.close()


@dataclass(frozen=True, slots=True)
class _Delivery:
    envelope: Envelope
    channel: aiormq.abc.AbstractChannel
    tag: int


class _Subscription:
    """Keeps one consumer alive. The callback only stores deliveries; those of a lost channel are dropped, because the
    broker delivers them again.

    The prefetch bounds how many are stored: the broker sends no more until some are acknowledged.
    """

    def __init__(self, url: str, queue: Queue) -> None:
        self._url = url
        self._queue = queue
        self._waiting: deque[_Delivery] = deque()
        self._channel: aiormq.abc.AbstractChannel | None = None
        self._arrived = asyncio.Event()
        self._declared = asyncio.Event()
        self.listening = False
        self.task = asyncio.create_task(self._keep(), name=f"subscription {queue.service}")
        # a task that ends has failed: wake the tasks that wait for it, so that they raise its error
        self.task.add_done_callback(lambda _: self._arrived.set())
        self.task.add_done_callback(lambda _: self._declared.set())

    async def declared(self) -> None:
        """Wait until the queue and its bindings are declared; raise the error of the task if it has ended."""
        await self._declared.wait()
        if self.task.done():
            await self.task

    async def receive(self, most: int) -> Sequence[_Delivery]:
        while not self._waiting:
            if self.task.done():
                await self.task
            self._arrived.clear()
            await self._arrived.wait()
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    async def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Send one acknowledgement for all up to the last one: a channel numbers the deliveries of both queues in one
        sequence, so all before the last one were received before it and are finished. After a lost channel, the broker
        delivers them again.
        """
        last = deliveries[-1]
        assert isinstance(last, _Delivery)  # noqa: S101 - for the type checker: what `receive` returned
        with suppress(*LOST):
            async with asyncio.timeout(CALL_SECONDS):
                await last.channel.basic_ack(last.tag, multiple=True)

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def _keep(self) -> None:
        logged = False
        while True:
            try:
                await self._listen_once()
                logged = False
            except LOST as error:
                if not logged:
                    log.warning("waiting for the broker", queue=self._queue.service, error=repr(error))
                    logged = True
            self._waiting.clear()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        """Connect, declare and consume, until the connection, the channel or the consumer ends."""
        connection = await _connect(self._url, f"{self._queue.service} consumer")
        try:
            ended = asyncio.Event()
            async with asyncio.timeout(CALL_SECONDS):
                await self._consume(connection, ended.set)
            log.info("listening", queue=self._queue.service)
            self.listening = True
            self._declared.set()
            await ended.wait()
            log.warning("no longer listening", queue=self._queue.service)
        finally:
            self.listening, self._channel = False, None
            await _close(connection)

    async def _consume(self, connection: AbstractConnection, on_end: Callable[[], None]) -> None:
        channel = await connection.channel(publisher_confirms=False)
        connection.close_callbacks.add(lambda *_: on_end())
        channel.close_callbacks.add(lambda *_: on_end())
        # aiormq's own channel: aio-pika's makes another task and another object for each delivery
        self._channel = await channel.get_underlay_channel()
        # if the queue is deleted, the broker ends the consumer, but closes neither the channel nor the connection
        self._channel.on_consumer_cancel_callbacks.add(lambda _: on_end())
        await channel.set_qos(prefetch_count=PREFETCH)
        for name, suffix, keys in (
            (EVENTS, "", self._queue.events),
            (COMMANDS, ".commands", self._queue.commands),
        ):
            if not keys:
                continue
            exchange = await _exchange(connection, channel, name)
            # only the type: the broker refuses a declaration whose arguments differ from those of the existing queue
            queue = await channel.declare_queue(
                self._queue.service + suffix, durable=True, arguments={"x-queue-type": "quorum"}
            )
            for key in keys:
                await queue.bind(exchange, routing_key=key)
            store = partial(self._store, self._queue.service if suffix else None)
            await self._channel.basic_consume(queue.name, store)

    async def _store(self, recipient: str | None, message: DeliveredMessage) -> None:
        if message.channel is not self._channel or message.delivery_tag is None:
            return  # its channel is lost, so the broker delivers it again
        self._waiting.append(_Delivery(envelope_of(message, recipient), message.channel, message.delivery_tag))
        self._arrived.set()


def _exchange_of(envelope: Envelope) -> str:
    return EVENTS if envelope.recipient is None else COMMANDS


class RabbitTransport:
    """The transport of separate processes."""

    def __init__(self, url: str, *, service: str) -> None:
        """Open no connection yet. The broker's management pages show `service` in the name of each connection."""
        self._url = url
        self._service = service
        self._connection: AbstractConnection | None = None
        self._publishing: _Publishing | None = None
        self._opening = asyncio.Lock()
        self._subscriptions: list[_Subscription] = []
        self._away = False

    async def publish(self, envelopes: Sequence[Envelope]) -> Sequence[bool]:
        """Confirms are pipelined. A message that no queue is bound for is returned, so it is not safe."""
        try:
            publishing = await self._open()
            await publishing.open_exchanges({_exchange_of(envelope) for envelope in envelopes})
        except LOST as error:
            if not self._away:
                log.warning("cannot publish: waiting for the broker", error=repr(error))
                self._away = True
            return [False] * len(envelopes)
        self._away = False
        outcomes = await asyncio.gather(*(self._publish_one(publishing, each) for each in envelopes))
        if not all(outcomes) and publishing.channel.is_closed:
            await self._drop_connection()
        return outcomes

    async def _publish_one(self, publishing: _Publishing, envelope: Envelope) -> bool:
        kind = REGISTRY.get(envelope.name)
        exchange = publishing.exchanges[_exchange_of(envelope)]
        try:
            async with asyncio.timeout(CALL_SECONDS):
                confirmation = await exchange.publish(
                    message_of(envelope),
                    routing_key=envelope.name,
                    mandatory=kind is None or not kind.public,
                )
        except LOST:
            return False
        return isinstance(confirmation, Basic.Ack)

    async def _open(self) -> _Publishing:
        async with self._opening:
            if self._publishing is not None and not self._publishing.channel.is_closed:
                return self._publishing
            await self._drop_connection()
            self._connection = await _connect(self._url, f"{self._service} publisher")
            async with asyncio.timeout(CALL_SECONDS):
                channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
                self._publishing = _Publishing(self._connection, channel, {})
            return self._publishing

    async def _drop_connection(self) -> None:
        connection, self._connection, self._publishing = self._connection, None, None
        if connection is not None:
            await _close(connection)

    async def subscribe(self, queue: Queue) -> _Subscription:
        """Return when the queue is declared, which can take as long as the broker is away."""
        subscription = _Subscription(self._url, queue)
        self._subscriptions.append(subscription)
        await subscription.declared()
        return subscription

    async def ready(self) -> bool:
        try:
            await self._open()
        except LOST:
            return False
        return all(subscription.listening for subscription in self._subscriptions)

    async def close(self) -> None:
        for subscription in self._subscriptions:
            await subscription.close()
        await self._drop_connection()
