"""The time from the commit of a request to the row of its mail in the notifier, at a moderate rate and at rest.

The services run as real processes with RabbitMQ between them.
"""

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

POLL_SECONDS = 0.002
ROWS = """
    SELECT subject_id, extract(epoch FROM clock_timestamp())::float8 AS seen_at FROM mails
    WHERE kind = 'request_to_decide' AND created_at > $1
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """How carts are validated: `carts` of them, one every `every` seconds; the first `warm_up` are not counted.

    The calls use the `connections` in turn. uvicorn closes a connection that is idle for 5 seconds, so `connections`
    times `every` must be less.
    """

    name: str
    every: float
    carts: int
    warm_up: int
    connections: int


STEADY = Pace("10 carts per second", 0.1, 240, 20, connections=8)
AT_REST = Pace("one cart every 0.9 s, so that all processes are idle in between", 0.9, 52, 4, connections=2)


async def measure(servers: Servers, population: Population, filled: str, pace: Pace) -> Latency:
    """Measure from the answer, which is sent after the commit, to the mail's row, which is polled every 2 ms."""
    from services.notifier import wiring  # noqa: PLC0415 - only here

    requests, mails, amqp = await servers.copy(filled), await servers.database("notifier"), servers.vhost()
    await deliver(wiring, mails, list(population.events()))
    async with AsyncExitStack() as processes:
        for name, role, database in (("notifier", "worker", mails), ("enrollment", "worker", requests)):
            await processes.enter_async_context(service(name, role, database, amqp))
        served = await processes.enter_async_context(service("enrollment", "api", requests))
        calls = carts(population, bearer_of(population))[: pace.carts]
        expected = sum(len(person.session_ids) for person in population.people[: pace.carts])
        watching = asyncio.create_task(_watch(mails, expected))
        calls_made = await play(Plan(served.port, calls, concurrency=pace.connections, every=pace.every))
        async with asyncio.timeout(60):
            seen_at = await watching
    waits = []
    for answered, body in calls_made.answers[pace.warm_up :]:
        waits += [seen_at[UUID(request["id"])] - answered for request in json.loads(body)["requests"]]
    await servers.drop(requests)
    await servers.drop(mails)
    return Latency(median(waits), quantiles(waits, n=100)[98], len(waits))


async def _watch(mails: str, expected: int) -> dict[UUID, float]:
    """The time at which the first mail about each request was seen, in seconds since the epoch."""
    seen_at: dict[UUID, float] = {}
    async with observer(mails) as connection:
        since = await connection.fetchval("SELECT clock_timestamp()")
        while len(seen_at) < expected:
            for row in await connection.fetch(ROWS, since):
                seen_at.setdefault(row["subject_id"], row["seen_at"])
            since = await connection.fetchval("SELECT coalesce(max(created_at), $1) - interval '1 s' FROM mails", since)
            await asyncio.sleep(POLL_SECONDS)
    return seen_at
