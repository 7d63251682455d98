"""From the commit of a request to the mail's row in the notifier, over RabbitMQ, with real processes: at a moderate rate, and at rest."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median, quantiles
from uuid import UUID

from bench.load import Plan, play
from bench.population import Population, deliver
from bench.report import Latency
from bench.servers import Servers, observer, service
from bench.writes import bearer_of, carts

LOOK_EVERY = 0.002
ROWS = """
    SELECT subject_id, extract(epoch FROM clock_timestamp())::float8 AS seen FROM mails
    WHERE kind = 'request_to_decide' AND created_at > $1
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How carts come: one every `every` seconds, `carts` of them, of which the first `warm_up` are not counted."""

    name: str
    every: float
    carts: int
    warm_up: int


STEADY = Pace("10 carts a second", 0.1, 240, 20)
AT_REST = Pace("one cart every 0.9 s, so that everything has gone idle", 0.9, 52, 4)


async def measure(servers: Servers, population: Population, filled: str, pace: Pace) -> Latency:
    """The answer to a request leaves after its commit; a look every two milliseconds sees the row of the mail after its commit."""
    from services.notifier import wiring  # noqa: PLC0415 - only here

    requests, mails, amqp = await servers.copy(filled), await servers.database("notifier"), servers.vhost()
    await deliver(wiring, mails, list(population.events()))
    async with AsyncExitStack() as processes:
        for name, role, database in (("notifier", "worker", mails), ("enrollment", "worker", requests)):
            await processes.enter_async_context(service(name, role, database, amqp))
        served = await processes.enter_async_context(service("enrollment", "api", requests))
        calls = carts(population, bearer_of(population))[: pace.carts]
        expected = sum(len(person.session_ids) for person in population.people[: pace.carts])
        looking = asyncio.create_task(_look(mails, expected))
        found = await play(Plan(served.port, calls, concurrency=8, every=pace.every))
        async with asyncio.timeout(60):
            seen = await looking
    waits = []
    for answered, body in found.answers[pace.warm_up :]:
        waits += [seen[UUID(one["id"])] - answered for one in json.loads(body)["requests"]]
    await servers.drop(requests)
    await servers.drop(mails)
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
