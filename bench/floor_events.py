"""The floor of the events measurement: the same durable work with plain asyncpg and aio-pika.

`publish`: read outbox rows, publish them persistent and mandatory with pipelined confirms, then move them to the log.
`consume`: claim deliveries in the inbox, write their effects, commit in batches, then acknowledge each batch at once.
"""

import asyncio
import json
import os
import sys
from uuid import UUID

import aio_pika
import asyncpg
import uvloop
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage, AbstractQueue

READ = "SELECT id, event_id, name, payload, created_at FROM outbox ORDER BY id LIMIT 500"
PUBLISHED = """
    WITH gone AS (DELETE FROM outbox WHERE id = ANY($1::bigint[]) RETURNING *)
    INSERT INTO event_log (event_id, aggregate_id, aggregate_version, name, payload, headers, created_at)
    SELECT event_id, aggregate_id, aggregate_version, name, payload, headers, created_at FROM gone
"""
CLAIM = """
    INSERT INTO inbox (message_id, handler) SELECT unnest($1::text[]), 'floor'
    ON CONFLICT DO NOTHING RETURNING message_id
"""
EFFECT = """
    INSERT INTO trainings (id, version, title, kind, members_only, state) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, title = EXCLUDED.title, kind = EXCLUDED.kind,
        members_only = EXCLUDED.members_only, state = EXCLUDED.state WHERE trainings.version < EXCLUDED.version
"""
BATCH = 50
PREFETCH = 200


async def topology(channel: AbstractChannel, name: str) -> tuple[AbstractExchange, AbstractQueue]:
    """Declare the exchange and the queue bound to it; both processes do, because either may start first."""
    exchange = await channel.declare_exchange("events", aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue("floor", durable=True, arguments={"x-queue-type": "quorum"})
    await queue.bind(exchange, routing_key=name)
    return exchange, queue


async def publish(database: str, amqp: str, name: str) -> None:
    """Publish outbox rows until the process is stopped."""
    connection = await asyncpg.connect(database)
    async with await aio_pika.connect(amqp) as broker:
        channel = await broker.channel(publisher_confirms=True, on_return_raises=True)
        exchange, _ = await topology(channel, name)
        while True:
            rows = await connection.fetch(READ)
            if not rows:
                await asyncio.sleep(0.05)
                continue
            await asyncio.gather(*(exchange.publish(message_of(row), routing_key=row["name"]) for row in rows))
            await connection.execute(PUBLISHED, [row["id"] for row in rows])


def message_of(row: asyncpg.Record) -> aio_pika.Message:
    """The message of one outbox row."""
    return aio_pika.Message(
        row["payload"].encode(),
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=str(row["event_id"]),
        type=row["name"],
        timestamp=row["created_at"],
    )


async def consume(database: str, amqp: str, name: str) -> None:
    """Handle the event `name` until the process is stopped."""
    connection = await asyncpg.connect(database)
    async with await aio_pika.connect(amqp) as broker:
        channel = await broker.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=PREFETCH)
        _, queue = await topology(channel, name)
        waiting: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        await queue.consume(waiting.put)
        while True:
            batch = [await waiting.get()]
            while len(batch) < BATCH and not waiting.empty():
                batch.append(waiting.get_nowait())
            await handle(connection, batch)
            await batch[-1].ack(multiple=True)


async def handle(connection: asyncpg.Connection, batch: list[AbstractIncomingMessage]) -> None:
    """Claim a batch and write its effects in one transaction."""
    async with connection.transaction():
        claimed = {
            row["message_id"] for row in await connection.fetch(CLAIM, [message.message_id for message in batch])
        }
        for message in batch:
            if message.message_id in claimed:
                training = json.loads(message.body)["training"]
                await connection.execute(
                    EFFECT,
                    UUID(training["id"]),
                    training["version"],
                    training["title"],
                    training["kind"],
                    training["members_only"],
                    training["state"],
                )


if __name__ == "__main__":
    work = publish if sys.argv[1] == "publish" else consume
    uvloop.run(work(os.environ["FLOOR_DATABASE_URL"], os.environ["FLOOR_AMQP_URL"], sys.argv[2]))
