"""RabbitMQ: a topic exchange for events, a direct exchange for commands, one quorum queue for each service and kind."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import DeliveryError, PublishError
from pamqp.commands import Basic

from shared.contracts import REGISTRY
from shared.contracts.catch_up import is_technical
from shared.messaging import broker
from shared.messaging.amqp import message_of
from shared.messaging.dead import DeadQueue
from shared.messaging.envelope import Envelope
from shared.messaging.rabbit_subscription import RabbitSubscription
from shared.messaging.transport import Outcome, Queue, key_to

log = structlog.get_logger()

_DROPPING = frozenset({Outcome.REFUSED, Outcome.LOST})
"""After these outcomes another connection is opened."""


@dataclass(frozen=True, slots=True)
class _Publishing:
    connection: AbstractConnection
    channel: AbstractChannel
    exchanges: dict[str, AbstractExchange]

    async def open_exchanges(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.exchanges:
                async with asyncio.timeout(broker.CALL_SECONDS):
                    self.exchanges[name] = await broker.exchange_for(self.connection, self.channel, name)


def _exchange_of(envelope: Envelope) -> str:
    return broker.EVENTS if envelope.recipient is None else broker.COMMANDS


class RabbitTransport:
    """The transport of separate processes."""

    def __init__(self, url: str, *, service: str) -> None:
        """Open no connection yet. The broker's management pages show `service` in the name of each connection."""
        self._url = url
        self._service = service
        self._connection: AbstractConnection | None = None
        self._publishing: _Publishing | None = None
        self._opening = asyncio.Lock()
        self._subscriptions: list[RabbitSubscription] = []
        self._away = False

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> Sequence[Outcome]:
        """Confirms are pipelined. A message that no queue is bound for is returned, so it is not safe."""
        try:
            publishing = await self._open()
            await publishing.open_exchanges({_exchange_of(envelope) for envelope in envelopes})
        except BaseException as error:
            if not broker.is_lost(error):
                raise
            if not self._away:
                log.warning("cannot publish: waiting for the broker", error=repr(error))
                self._away = True
            await self._drop_connection()
            return [Outcome.LOST] * len(envelopes)
        self._away = False
        outcomes = await asyncio.gather(*(self._publish_one(publishing, each, to) for each in envelopes))
        # a broker that has refused a channel's first message, because the queue's node was down, refuses all later ones
        if publishing is self._publishing and (publishing.channel.is_closed or not _DROPPING.isdisjoint(outcomes)):
            await self._drop_connection()
        return outcomes

    async def _publish_one(self, publishing: _Publishing, envelope: Envelope, to: str | None) -> Outcome:
        kind = REGISTRY.get(envelope.name)
        exchange = publishing.exchanges[_exchange_of(envelope)]
        message = message_of(envelope)
        try:
            async with asyncio.timeout(broker.CALL_SECONDS) as limit:
                confirmation = await exchange.publish(
                    message,
                    routing_key=self._routing_key(envelope, to),
                    mandatory=to is not None or kind is None or not kind.public,
                )
        except PublishError:
            return Outcome.UNROUTABLE
        except DeliveryError:
            return Outcome.REFUSED
        except BaseException as error:
            if not broker.is_lost(error):
                raise
            return Outcome.TIMED_OUT if limit.expired() else Outcome.LOST
        return Outcome.CONFIRMED if isinstance(confirmation, Basic.Ack) else Outcome.REFUSED

    def _routing_key(self, envelope: Envelope, to: str | None) -> str:
        """It begins with the service's own name: the broker lets it publish nothing else."""
        if to is None:
            return envelope.name
        if is_technical(envelope.name) and envelope.routed_as is None:
            return f"{self._service}.to.{to}"
        return key_to(to, envelope.routed_as or envelope.name)

    async def _open(self) -> _Publishing:
        async with self._opening:
            if self._publishing is not None and not self._publishing.channel.is_closed:
                return self._publishing
            await self._drop_connection()
            self._connection = await broker.connect(self._url, f"{self._service} publisher")
            async with asyncio.timeout(broker.CALL_SECONDS):
                channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
                self._publishing = _Publishing(self._connection, channel, {})
            return self._publishing

    async def _drop_connection(self) -> None:
        connection, self._connection, self._publishing = self._connection, None, None
        if connection is not None:
            await broker.close(connection)

    async def subscribe(self, queue: Queue) -> RabbitSubscription:
        """Return when the queue is declared, which can take as long as the broker is away."""
        subscription = RabbitSubscription(self._url, queue)
        self._subscriptions.append(subscription)
        await subscription.declared()
        return subscription

    async def count_dead(self, service: str) -> int | None:
        """On a connection of its own, because the broker closes the channel if the queue does not exist."""
        with broker.unless_lost():
            async with asyncio.timeout(broker.CALL_SECONDS):
                return await DeadQueue(self._url, service).count()
        return None

    async def take_dead(self, service: str, is_kept: Callable[[Envelope], Awaitable[bool]]) -> int:
        """On a connection of its own, like the count."""
        with broker.unless_lost():
            return await DeadQueue(self._url, service).take(is_kept)
        return 0  # untraced

    async def ready(self) -> bool:
        try:
            await self._open()
        except BaseException as error:
            if not broker.is_lost(error):
                raise
            return False
        return all(subscription.listening for subscription in self._subscriptions)

    async def close(self) -> None:
        for subscription in self._subscriptions:
            await subscription.close()
        await self._drop_connection()
