"""A connection to RabbitMQ: how it is opened and closed, what its errors mean, and its exchanges.

These are plain connections. aio-pika's robust ones restore channels internally, and a channel that cannot be restored
on a healthy connection stays closed without an error.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aio_pika.exceptions import ChannelNotFoundEntity

from shared.messaging.ending import is_this_task_cancelled

EVENTS: Final = "events"
COMMANDS: Final = "commands.v2"
EXCHANGES: Final = {EVENTS: aio_pika.ExchangeType.TOPIC, COMMANDS: aio_pika.ExchangeType.TOPIC}
"""Both are topic exchanges, because the broker limits what a service may publish and bind there by the routing key. The
exchange `commands` of before was a direct one, and the type of an exchange cannot be changed.
"""
CALL_SECONDS = 10.0
HEARTBEAT_SECONDS = 10
Connection = TypeVar("Connection")


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
def unless_lost() -> Iterator[None]:
    """Leave the block without an error if the connection is lost."""
    try:
        yield
    except BaseException as error:
        if not is_lost(error):
            raise


async def connect(urls: str, name: str) -> AbstractConnection:
    """The broker's management pages show the name."""

    async def connect_to(url: str) -> AbstractConnection:
        async with asyncio.timeout(CALL_SECONDS):
            return await aio_pika.connect(url, heartbeat=HEARTBEAT_SECONDS, client_properties={"connection_name": name})

    return await connect_to_any(urls, connect_to)


async def connect_to_any(urls: str, connect_to: Callable[[str], Awaitable[Connection]]) -> Connection:
    """Connect to a node of a cluster; `urls` has the addresses of its nodes, separated by commas.

    The order is by chance: a node that accepts connections and cannot work is not the first one again and again.
    """
    addresses = urls.split(",")
    *others, last = random.sample(addresses, len(addresses))
    for url in others:
        with unless_lost():
            return await connect_to(url)
    return await connect_to(last)


async def close(connection: AbstractConnection) -> None:
    with unless_lost():
        async with asyncio.timeout(CALL_SECONDS):
            await connection.close()


async def exchange_for(connection: AbstractConnection, channel: AbstractChannel, name: str) -> AbstractExchange:
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
