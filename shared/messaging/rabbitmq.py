"""RabbitMQ: a topic exchange for events, a direct exchange for commands, one quorum queue for each service and kind.

This module reconnects plain connections by itself. aio-pika's robust connections restore channels internally, and a
channel that cannot be restored on a healthy connection stays closed without an error.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import aio_pika
import aiormq.abc
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import DeliveryError, PublishError
from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic

from shared.contracts import REGISTRY
from shared.messaging.amqp import COMMANDS_SUFFIX, earlier_deliveries, envelope_of, message_of
from shared.messaging.dead import DeadQueue
from shared.messaging.ending import is_this_task_cancelled
from shared.messaging.envelope import Envelope
from shared.messaging.transport import Delivery, Outcome, Queue

log = structlog.get_logger()

EVENTS = "events"
COMMANDS = "commands"
PREFETCH = 200
CALL_SECONDS = 10.0
HEARTBEAT_SECONDS = 10
RECONNECT_SECONDS = 0.5
_DROPPING = frozenset({Outcome.REFUSED, Outcome.LOST})
"""After these outcomes another connection is opened."""


@dataclass(frozen=True, slots=True)
class _Publishing:
    channel: AbstractChannel
    events: AbstractExchange
    commands: AbstractExchange


def is_lost(error: BaseException) -> bool:
    """Return True if an error out of aio-pika means that the connection is lost; False if this task is cancelled.

    Every error does: aiormq rejects what waits for a lost connection with whatever ended it, and with a bare
    `Exception` if it knows no reason. After missed heartbeats that is the CancelledError of its own reader, which then
    reaches tasks that nobody has cancelled.
    """
    if isinstance(error, asyncio.CancelledError):
        return not is_this_task_cancelled()
    return isinstance(error, Exception)


@contextmanager
def _unless_lost() -> Iterator[None]:
    """Leave the block without an error if the connection is lost."""
    try:
        yield
    except BaseException as error:
        if not is_lost(error):
            raise


async def _exchanges(channel: AbstractChannel) -> tuple[AbstractExchange, AbstractExchange]:
    events = await channel.declare_exchange(EVENTS, aio_pika.ExchangeType.TOPIC, durable=True)
    commands = await channel.declare_exchange(COMMANDS, aio_pika.ExchangeType.DIRECT, durable=True)
    return events, commands


async def _connect(url: str, name: str) -> AbstractConnection:
    async with asyncio.timeout(CALL_SECONDS):
        return await aio_pika.connect(url, heartbeat=HEARTBEAT_SECONDS, client_properties={"connection_name": name})


async def _close(connection: AbstractConnection) -> None:
    with _unless_lost():
        async with asyncio.timeout(CALL_SECONDS):
            await connection.close()


@dataclass(frozen=True, slots=True)
class _Delivery:
    envelope: Envelope
    channel: aiormq.abc.AbstractChannel
    tag: int
    earlier_deliveries: int


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
        with _unless_lost():
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
            except BaseException as error:
                if is_this_task_cancelled() or not is_lost(error):
                    raise
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
        events, commands = await _exchanges(channel)
        for exchange, suffix, names in (
            (events, "", self._queue.events),
            (commands, COMMANDS_SUFFIX, self._queue.commands),
        ):
            if not names:
                continue
            # only the type: the broker refuses a declaration whose arguments differ from those of the existing queue
            queue = await channel.declare_queue(
                self._queue.service + suffix, durable=True, arguments={"x-queue-type": "quorum"}
            )
            for name in names:
                await queue.bind(exchange, routing_key=name)
            store = partial(self._store, self._queue.service if suffix else None)
            await self._channel.basic_consume(queue.name, store)

    async def _store(self, recipient: str | None, message: DeliveredMessage) -> None:
        if message.channel is not self._channel or message.delivery_tag is None:
            return  # its channel is lost, so the broker delivers it again
        delivery = _Delivery(
            envelope_of(message, recipient), message.channel, message.delivery_tag, earlier_deliveries(message)
        )
        self._waiting.append(delivery)
        self._arrived.set()


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

    async def publish(self, envelopes: Sequence[Envelope]) -> Sequence[Outcome]:
        """Confirms are pipelined. A message that no queue is bound for is returned, so it is not safe."""
        try:
            publishing = await self._open()
        except BaseException as error:
            if not is_lost(error):
                raise
            if not self._away:
                log.warning("cannot publish: waiting for the broker", error=repr(error))
                self._away = True
            return [Outcome.LOST] * len(envelopes)
        self._away = False
        outcomes = await asyncio.gather(*(self._publish_one(publishing, each) for each in envelopes))
        # a broker that has refused a channel's first message, because the queue's node was down, refuses all later ones
        if publishing is self._publishing and (publishing.channel.is_closed or not _DROPPING.isdisjoint(outcomes)):
            await self._drop_connection()
        return outcomes

    async def _publish_one(self, publishing: _Publishing, envelope: Envelope) -> Outcome:
        kind = REGISTRY.get(envelope.name)
        exchange = publishing.events if envelope.recipient is None else publishing.commands
        message = message_of(envelope)
        try:
            async with asyncio.timeout(CALL_SECONDS) as limit:
                confirmation = await exchange.publish(
                    message, routing_key=envelope.name, mandatory=kind is None or not kind.public
                )
        except PublishError:
            return Outcome.UNROUTABLE
        except DeliveryError:
            return Outcome.REFUSED
        except BaseException as error:
            if not is_lost(error):
                raise
            return Outcome.TIMED_OUT if limit.expired() else Outcome.LOST
        return Outcome.CONFIRMED if isinstance(confirmation, Basic.Ack) else Outcome.REFUSED

    async def _open(self) -> _Publishing:
        async with self._opening:
            if self._publishing is not None and not self._publishing.channel.is_closed:
                return self._publishing
            await self._drop_connection()
            self._connection = await _connect(self._url, f"{self._service} publisher")
            async with asyncio.timeout(CALL_SECONDS):
                channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
                self._publishing = _Publishing(channel, *await _exchanges(channel))
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

    async def count_dead(self, service: str) -> int | None:
        """On a connection of its own, because the broker closes the channel if the queue does not exist."""
        with _unless_lost():
            async with asyncio.timeout(CALL_SECONDS):
                return await DeadQueue(self._url, service).count()
        return None

    async def ready(self) -> bool:
        try:
            await self._open()
        except BaseException as error:
            if not is_lost(error):
                raise
            return False
        return all(subscription.listening for subscription in self._subscriptions)

    async def close(self) -> None:
        for subscription in self._subscriptions:
            await subscription.close()
        await self._drop_connection()
