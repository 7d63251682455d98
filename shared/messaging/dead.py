"""The queue in which the broker keeps what it has given up: deliveries that reached the limit of its policy.

That needs thousands of deliveries of one message: it ends its process before the inbox sees it, or something else ends
the process again and again. Operators take messages out of it, and the worker those about people who were erased.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiormq
from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.exceptions import ChannelNotFoundEntity
from pamqp.commands import Basic
from pamqp.common import FieldTable

from shared.messaging import broker
from shared.messaging.amqp import COMMANDS_SUFFIX, envelope_of
from shared.messaging.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Dead:
    """A message that the broker gave up, and the queue in which it was."""

    envelope: Envelope
    queue: str


class DeadQueue:
    """The dead messages of one service: the queue `<service>.dead`, to which the broker's policy sends them.

    The broker's user of a service needs the right to read this queue, and no other right.
    """

    def __init__(self, url: str, service: str) -> None:
        self._url = url
        self._service = service

    async def count(self) -> int:
        """How many there are; none if the broker has no such queue."""
        async with self._channel() as channel:
            return await self._count(channel)

    async def peek(self, limit: int = 100) -> Sequence[Dead]:
        """Look at the first ones. They stay in the queue."""
        async with self._channel() as channel:
            messages = [message async for message in self._get(channel, limit)]
            for message in messages:
                await channel.basic_nack(message.delivery_tag or 0, requeue=True)
        return [_dead(message) for message in messages]

    async def return_all(self, keep: Callable[[Envelope], Awaitable[None]]) -> int:
        """Hand every message back to the service; return how many.

        `keep` puts one into its table of failed deliveries, where its worker tries it at once: a user that may write to
        one queue directly may write to all of them.
        """

        async def kept(envelope: Envelope) -> bool:
            await keep(envelope)
            return True

        return await self.take(kept)

    async def take(self, is_kept: Callable[[Envelope], Awaitable[bool]]) -> int:
        """Take out every message that was kept elsewhere, by `is_kept` itself; return how many. The others stay."""
        taken, others = 0, []
        async with self._channel() as channel:
            async for message in self._get(channel, await self._count(channel)):
                tag = message.delivery_tag or 0
                if await is_kept(_dead(message).envelope):
                    await channel.basic_ack(tag)
                    taken += 1
                else:
                    others.append(tag)
            for tag in others:
                await channel.basic_nack(tag, requeue=True)
        return taken

    @asynccontextmanager
    async def _channel(self) -> AsyncIterator[AbstractChannel]:
        properties: FieldTable = {"connection_name": f"{self._service} dead messages"}
        connection = await broker.connect_to_any(
            self._url, lambda url: aiormq.connect(url, client_properties=properties)
        )
        try:
            yield await connection.channel()
        finally:
            await connection.close()

    async def _count(self, channel: AbstractChannel) -> int:
        try:
            return (await channel.queue_declare(self._name, passive=True)).message_count or 0
        except ChannelNotFoundEntity:
            return 0

    async def _get(self, channel: AbstractChannel, limit: int) -> AsyncIterator[DeliveredMessage]:
        for _ in range(min(limit, await self._count(channel))):
            message = await channel.basic_get(self._name)
            if isinstance(message.delivery, Basic.GetEmpty):
                return  # somebody else is looking at them
            yield message

    @property
    def _name(self) -> str:
        return f"{self._service}.dead"


def _dead(message: DeliveredMessage) -> Dead:
    """The broker adds what became of a message in the header `x-death`, the newest first."""
    deaths: Any = (message.header.properties.headers or {}).get("x-death")
    queue = str(deaths[0]["queue"]) if deaths else ""
    is_command = queue.endswith(COMMANDS_SUFFIX)
    return Dead(envelope_of(message, queue.removesuffix(COMMANDS_SUFFIX) if is_command else None), queue)
