"""One, two and four replicas of the same process on this machine, and a listener that was away for 100,000 events.

Says beside each rate who used the processors, because all replicas share them with PostgreSQL, RabbitMQ and the client.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final

import psutil
from rich.console import Console

from bench.events import EFFECTS, EVENTS, WARM_UP, emit
from bench.load import Call, Plan, play
from bench.population import Population
from bench.report import CaughtUp, Scaled
from bench.servers import Served, Servers, cpu_seconds, observer, service, until
from bench.writes import BASE, bearer_of, carts
from shared.database import Database

REPLICAS: Final = (1, 2, 4)
CONNECTIONS: Final = 24
MISSED: Final = 100_000
AT_ONCE: Final = 5_000
"""Events of one transaction."""
CATCH_UP_SECONDS: Final = 1_800
_IS_SAID: Final = "SELECT count(*) WHERE NOT EXISTS (SELECT FROM outbox)"
_OTHERS: Final[Mapping[str, str]] = {"postgres": "PostgreSQL", "beam.smp": "RabbitMQ"}


async def measure(servers: Servers, population: Population, filled: str, console: Console) -> list[Scaled]:
    """Measure validations of carts, acceptances and events with each number of replicas."""
    measured: list[Scaled] = []
    for replicas in REPLICAS:
        measured += await _writes(servers, population, filled, replicas)
    for replicas in REPLICAS:
        measured.append(await _events(servers, replicas))
    for each in measured:
        console.print(f"{each.name}, {each.replicas} replicas: {each.per_second:,.0f} per second")
    return measured


async def _writes(servers: Servers, population: Population, filled: str, replicas: int) -> list[Scaled]:
    database = await servers.copy(filled)
    identify = bearer_of(population)
    async with AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(service("enrollment", "api", database)) for _ in range(replicas)]
        validations = await _measured(servers, "validations of a cart", apis, carts(population, identify))
        async with observer(database) as connection:
            rows = await connection.fetch("SELECT id, structure_id FROM enrollments")
        calls = [
            Call(f"{BASE}/enrollments/{row['id']}/acceptance", identify(population.employers[row["structure_id"]]))
            for row in rows
        ]
        random.Random(1).shuffle(calls)  # noqa: S311 - not a secret
        acceptances = await _measured(servers, "acceptances", apis, calls)
    await servers.drop(database)
    return [validations, acceptances]


async def _measured(servers: Servers, name: str, apis: Sequence[Served], calls: Sequence[Call]) -> Scaled:
    """Make all calls; the first fifth, which opens connections and prepares statements, is not counted."""
    first = len(calls) // 5
    await _spread(apis, calls[:first])
    await servers.checkpoint()
    use = Use("api", len(apis), apis)
    seconds = await _spread(apis, calls[first:])
    return use.scaled(name, len(calls) - first, seconds)


async def _spread(apis: Sequence[Served], calls: Sequence[Call]) -> float:
    """Give each replica its part of the calls and of the connections; return the seconds until the last answer."""
    number = len(apis)
    plans = [
        Plan(api.port, list(calls[place::number]), concurrency=CONNECTIONS // number) for place, api in enumerate(apis)
    ]
    return max(result.seconds for result in await asyncio.gather(*map(play, plans)))


async def _events(servers: Servers, replicas: int) -> Scaled:
    publishing, receiving = await servers.database("catalogue"), await servers.database("enrollment")
    amqp = servers.vhost()
    database = Database(publishing, application="bench")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        workers = [
            await stack.enter_async_context(service(name, "worker", url, amqp))
            for name, url in (("enrollment", receiving), ("catalogue", publishing))
            for _ in range(replicas)
        ]
        connection = await stack.enter_async_context(observer(receiving))
        await emit(database, WARM_UP)
        await until(connection, EFFECTS, WARM_UP)
        await servers.checkpoint()
        use = Use("workers", replicas, workers)
        await emit(database, EVENTS)
        counts = await until(connection, EFFECTS, WARM_UP + EVENTS)
        first, last = next(moment for moment in counts if moment[1] > WARM_UP), counts[-1]
        scaled = use.scaled("events", last[1] - first[1], last[0] - first[0])
    await servers.drop(publishing)
    await servers.drop(receiving)
    return scaled


async def catch_up(servers: Servers, console: Console) -> CaughtUp:
    """Enrollment's worker runs once, so that its queue exists, and is away while the catalogue says 100,000 events."""
    publishing, receiving = await servers.database("catalogue"), await servers.database("enrollment")
    amqp = servers.vhost()
    database = Database(publishing, application="bench")
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        async with service("enrollment", "worker", receiving, amqp):
            pass
        source = await stack.enter_async_context(observer(publishing))
        async with service("catalogue", "worker", publishing, amqp):
            for _ in range(MISSED // AT_ONCE):
                await emit(database, AT_ONCE)
            await until(source, _IS_SAID, 1, within=CATCH_UP_SECONDS)
        console.print(f"{MISSED:,} events wait in the queue of enrollment")
        connection = await stack.enter_async_context(observer(receiving))
        begun = time.monotonic()
        listener = await stack.enter_async_context(service("enrollment", "worker", receiving, amqp))
        memory = psutil.Process(listener.process.pid)
        await until(connection, EFFECTS, MISSED // 10, within=CATCH_UP_SECONDS)
        early = memory.memory_info().rss
        await until(connection, EFFECTS, MISSED, within=CATCH_UP_SECONDS)
        seconds, late = time.monotonic() - begun, memory.memory_info().rss
    return CaughtUp(MISSED, seconds, early / 2**20, late / 2**20)


class Use:
    """The CPU that the replicas, the servers and everything else use from now on."""

    def __init__(self, name: str, number: int, replicas: Sequence[Served]) -> None:
        self._name = name
        self._number = number
        self._replicas = replicas
        self._before = self._now()
        self._machine = psutil.cpu_times()

    def _now(self) -> Counter[str]:
        used = Counter({self._name: sum(cpu_seconds(replica.process) for replica in self._replicas)})
        for process in psutil.process_iter(["name", "cpu_times"]):
            if (server := _OTHERS.get(process.info["name"])) and process.info["cpu_times"]:
                used[server] += sum(process.info["cpu_times"][:4])  # also of its children that have ended
        return used

    def scaled(self, name: str, count: int, seconds: float) -> Scaled:
        """The result of `count` operations in `seconds`."""
        after, machine = self._now(), psutil.cpu_times()
        idle = machine.idle + machine.iowait - self._machine.idle - self._machine.iowait
        everything = sum(machine) - sum(self._machine)
        cpu = {part: 1000 * (after[part] - self._before[part]) / count for part in after}
        return Scaled(name, self._number, count / seconds, cpu, 1 - idle / everything)
