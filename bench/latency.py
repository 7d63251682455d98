"""From the commit of a request to the mail's row in the notifier, over RabbitMQ, with real processes, at a moderate rate."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median, quantiles
from uuid import UUID

from bench.load import Plan, play
from bench.stage import Stage, observer, service
from bench.world import World, tell
from bench.writes import carts

EVERY = 0.1
"""Seconds from one cart to the next: 10 carts, so 20 requests, a second."""
CARTS = 240
WARM_UP = 40
LOOK_EVERY = 0.002
ROWS = """
    SELECT subject_id, extract(epoch FROM clock_timestamp())::float8 AS seen FROM mails
    WHERE kind = 'request_to_decide' AND created_at > $1
"""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds: median, 99th percentile, and of how many."""

    median: float
    p99: float
    samples: int


async def measure(stage: Stage, world: World, filled: str) -> Latency:
    """The answer to a request leaves after its commit; a look every two milliseconds sees the row of the mail after its commit."""
    from services.notifier import wiring  # noqa: PLC0415 - only here

    requests, mails, amqp = await stage.copy(filled), await stage.database("notifier"), stage.vhost()
    await tell(wiring, mails, list(world.news()))
    async with AsyncExitStack() as processes:
        for name, role, database in (("notifier", "worker", mails), ("enrollment", "worker", requests)):
            await processes.enter_async_context(service(name, role, database, amqp))
        base = await processes.enter_async_context(service("enrollment", "api", requests))
        calls = carts(world, lambda account: {"Authorization": f"Bearer {world.token(account)}"})
        expected = sum(len(person.session_ids) for person in world.people[:CARTS])
        looking = asyncio.create_task(_look(mails, expected))
        found = await play(Plan(int(base.rsplit(":", 1)[1]), calls[:CARTS], concurrency=8, every=EVERY))
        async with asyncio.timeout(60):
            seen = await looking
    waits = []
    for answered, body in found.answers[WARM_UP:]:
        waits += [seen[UUID(one["id"])] - answered for one in json.loads(body)["requests"]]
    await stage.drop(requests)
    await stage.drop(mails)
    return Latency(median(waits), quantiles(waits, n=100)[98], len(waits))


async def _look(mails: str, expected: int) -> dict[UUID, float]:
    """When the first mail about each request was seen, in seconds since the epoch."""
    seen: dict[UUID, float] = {}
    async with observer(mails) as connection:
        since = await connection.fetchval("SELECT clock_timestamp()")
        while len(seen) < expected:
            for row in await connection.fetch(ROWS, since):
                seen.setdefault(row["subject_id"], row["seen"])
            since = await connection.fetchval("SELECT coalesce(max(created_at), $1) - interval '1 s' FROM mails", since)
            await asyncio.sleep(LOOK_EVERY)
    return seen
