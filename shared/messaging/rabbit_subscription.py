"""The receiving side of RabbitMQ: one quorum queue for the events of a service, and one for its commands."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import aiormq.abc
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.abc import DeliveredMessage

from shared.messaging import broker
from shared.messaging.amqp import COMMANDS_SUFFIX, earlier_deliveries, envelope_of
from shared.messaging.ending import is_this_task_cancelled, raise_if_cancelled
from shared.messaging.envelope import Envelope
from shared.messaging.transport import Delivery, Queue

log = structlog.get_logger()

PREFETCH = 200
RECONNECT_SECONDS = 0.5
DECLARE_SECONDS = 60.0
"""How often a subscription declares its queues and bindings again, in case that somebody deleted one."""


@dataclass(frozen=True, slots=True)
class _Delivery:
    envelope: Envelope
    channel: aiormq.abc.AbstractChannel
    tag: int
    earlier_deliveries: int


async def _is_set(event: asyncio.Event, *, within: float) -> bool:
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait([waiting], timeout=within)
    finally:
        waiting.cancel()
    return event.is_set()


class RabbitSubscription:
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
        with broker.unless_lost():
            async with asyncio.timeout(broker.CALL_SECONDS):
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
                if is_this_task_cancelled() or not broker.is_lost(error):
                    raise
                if not logged:
                    log.warning("waiting for the broker", queue=self._queue.service, error=repr(error))
                    logged = True
            raise_if_cancelled()
            self._waiting.clear()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        """Connect, declare and consume, until the connection, the channel or the consumer ends."""
        connection = await broker.connect(self._url, f"{self._queue.service} consumer")
        try:
            ended = asyncio.Event()
            async with asyncio.timeout(broker.CALL_SECONDS):
                channel = await self._consume(connection, ended.set)
            log.info("listening", queue=self._queue.service)
            self.listening = True
            self._declared.set()
            await self._declare_until(ended, connection, channel)
            log.warning("no longer listening", queue=self._queue.service)
        finally:
            self.listening, self._channel = False, None
            await broker.close(connection)

    async def _declare_until(
        self, ended: asyncio.Event, connection: AbstractConnection, channel: AbstractChannel
    ) -> None:
        raise_if_cancelled()
        while not await _is_set(ended, within=DECLARE_SECONDS):
            async with asyncio.timeout(broker.CALL_SECONDS):
                await self._declare(connection, channel)
            raise_if_cancelled()

    async def _consume(self, connection: AbstractConnection, on_end: Callable[[], None]) -> AbstractChannel:
        channel = await connection.channel(publisher_confirms=False)
        connection.close_callbacks.add(lambda *_: on_end())
        channel.close_callbacks.add(lambda *_: on_end())
        # aiormq's own channel: aio-pika's makes another task and another object for each delivery
        self._channel = await channel.get_underlay_channel()
        # if the queue is deleted, the broker ends the consumer, but closes neither the channel nor the connection
        self._channel.on_consumer_cancel_callbacks.add(lambda _: on_end())
        await channel.set_qos(prefetch_count=PREFETCH)
        for name, recipient in await self._declare(connection, channel):
            await self._channel.basic_consume(name, partial(self._store, recipient))
        return channel

    async def _declare(
        self, connection: AbstractConnection, channel: AbstractChannel
    ) -> Sequence[tuple[str, str | None]]:
        """Declare the queues and bindings, which changes nothing where they exist. Return the names of the queues, each
        with the recipient of what is in it.
        """
        declared = []
        for name, suffix, keys in (
            (broker.EVENTS, "", self._queue.bindings),
            (broker.COMMANDS, COMMANDS_SUFFIX, self._queue.commands),
        ):
            if not keys:
                continue
            exchange = await broker.exchange_for(connection, channel, name)
            # only the type: the broker refuses a declaration whose arguments differ from those of the existing queue
            queue = await channel.declare_queue(
                self._queue.service + suffix, durable=True, arguments={"x-queue-type": "quorum"}
            )
            for key in keys:
                await queue.bind(exchange, routing_key=key)
            declared.append((queue.name, self._queue.service if suffix else None))
        return declared

    async def _store(self, recipient: str | None, message: DeliveredMessage) -> None:
        if message.channel is not self._channel or message.delivery_tag is None:
            return  # its channel is lost, so the broker delivers it again
        delivery = _Delivery(
            envelope_of(message, recipient), message.channel, message.delivery_tag, earlier_deliveries(message)
        )
        self._waiting.append(delivery)
        self._arrived.set()
