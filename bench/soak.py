"""The services at half of their best rate for half an hour: finds what grows although the work stays the same.

Enrollment (`api`, `worker`), the notifier and the catalogue (`worker`) run as operators run them. People fill their
carts, request, are accepted and withdraw, again and again; the catalogue publishes changed trainings beside that.
"""

import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from uuid import UUID

from rich.console import Console

from bench.load import Call, exchange
from bench.population import Person, Population, deliver, filled_enrollment
from bench.report import Drift
from bench.samples import WAITING, Sampler
from bench.servers import Servers, observer, service, until
from bench.writes import BASE, Identify, bearer_of
from shared.contracts.catalogue import TrainingPublished, TrainingSnapshot
from shared.database import Database

CONNECTIONS = 16
BEST_RATE_SECONDS = 30
DRAIN_SECONDS = 300
EVENTS_PER_SECOND = 50
SAMPLE_SECONDS = 30.0
GET_UP_SECONDS = 10.0
MOTIVATION = "Je reçois des salariés en reconversion."


@dataclass
class Load:
    """Calls on open connections, one every `every` seconds (0: as fast as possible), until it is stopped."""

    port: int
    population: Population
    identify: Identify
    every: float = 0.0
    calls: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
    stopped: bool = False
    _next: float = 0.0

    async def run(self) -> None:
        """Let each connection serve its own people, one after the other; after a stop, finish what they began."""
        self.stopped = False
        self._next = time.monotonic()
        parts = [self.population.people[first::CONNECTIONS] for first in range(CONNECTIONS)]
        async with asyncio.TaskGroup() as group:
            for people in parts:
                group.create_task(self._serve(people))

    async def _serve(self, people: list[Person]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for person in itertools.cycle(people):
                if self.stopped:
                    break
                await self._one_round(reader, writer, person)
        finally:
            writer.close()

    async def _one_round(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, person: Person) -> None:
        own, employer = (
            self.identify(person.account_id),
            self.identify(self.population.employers[person.structure_id]),
        )
        for session in person.session_ids:
            await self._call(reader, writer, Call(f"{BASE}/cart/sessions/{session}", own, method="PUT"))
        lines = [{"session_id": str(session), "motivation": MOTIVATION} for session in person.session_ids]
        body = json.dumps({"structure_id": str(person.structure_id), "lines": lines})
        answer = await self._call(reader, writer, Call(f"{BASE}/cart/validation", own, body))
        made = [request["id"] for request in json.loads(answer)["requests"]]
        for act, identity in (("acceptance", employer), ("withdrawal", own)):
            for request in made:
                await self._call(reader, writer, Call(f"{BASE}/enrollments/{request}/{act}", identity))

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: Call) -> bytes:
        if self.every:
            due = self._next = max(self._next + self.every, time.monotonic() - 1)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        begun = time.perf_counter()
        status, body = await exchange(reader, writer, call, f"127.0.0.1:{self.port}")
        if status >= 300:  # noqa: PLR2004 - the classes of HTTP
            text = f"{call.method} {call.path} was answered with {status}: {body.decode()}"
            raise RuntimeError(text)
        self.seconds.append(time.perf_counter() - begun)
        self.calls += 1
        return body


async def measure(servers: Servers, minutes: float, rate: float | None, console: Console) -> list[Drift]:
    """Sample every 30 seconds; return each measure's medians in the first and in the last third of the time."""
    from services.catalogue import wiring as catalogue  # noqa: PLC0415 - only here
    from services.notifier import wiring as notifier  # noqa: PLC0415 - only here

    population, amqp = Population(), servers.vhost()
    urls = {"enrollment": await filled_enrollment(servers, population)}
    for name, wiring in (("notifier", notifier), ("catalogue", catalogue)):
        urls[name] = await servers.database(name)
        await deliver(wiring, urls[name], list(population.events()) if name == "notifier" else [])
    async with AsyncExitStack() as stack:
        processes = {}
        for name, role in (
            ("notifier", "worker"), ("catalogue", "worker"), ("enrollment", "worker"), ("enrollment", "api"),
        ):  # fmt: skip
            served = await stack.enter_async_context(service(name, role, urls[name], amqp))
            processes[f"{name} {role}"] = served
        load = Load(processes["enrollment api"].port, population, bearer_of(population))
        if rate is None:
            rate = await _best_rate(load, urls) / 2
        console.print(f"{rate:.0f} calls and {EVENTS_PER_SECOND} events of the catalogue per second")
        load.every = 1 / rate
        sampler = Sampler(servers, urls, amqp, {name: served.process.pid for name, served in processes.items()})
        events = asyncio.create_task(_emit(urls["catalogue"], population))
        calls = asyncio.create_task(load.run())
        try:
            await asyncio.sleep(GET_UP_SECONDS)
            await _sample(sampler, load, minutes, [events, calls], console)
        finally:
            load.stopped = True
            await asyncio.wait([calls], timeout=GET_UP_SECONDS)
            for task in (calls, events):
                task.cancel()
            await asyncio.gather(calls, events, return_exceptions=True)
    return sampler.drifts()


async def _best_rate(load: Load, urls: Mapping[str, str]) -> float:
    """The calls per second of this machine without pauses, until all that follows from them is published and sent."""
    begun = time.monotonic()
    task = asyncio.create_task(load.run())
    await asyncio.wait([task], timeout=BEST_RATE_SECONDS)
    load.stopped = True
    await task
    for name, waiting in WAITING.items():
        async with observer(urls[name]) as connection:
            await until(connection, f"SELECT -({waiting})", 0, within=DRAIN_SECONDS)
    made, load.calls = load.calls, 0
    return made / (time.monotonic() - begun)


async def _sample(
    sampler: Sampler, load: Load, minutes: float, tasks: list[asyncio.Task[None]], console: Console
) -> None:
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        begun, before = time.monotonic(), load.calls
        load.seconds.clear()
        ended, _ = await asyncio.wait(tasks, timeout=SAMPLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            await task
        per_second = (load.calls - before) / (time.monotonic() - begun)
        sampler.note("calls per second", per_second)
        sampler.note("median of a call, ms", 1000 * median(load.seconds))
        await sampler.take()
        console.print(f"{datetime.now(UTC):%H:%M:%S} {sampler.last}")


async def _emit(url: str, population: Population) -> None:
    """Publish new versions of the trainings, so that the copies of the other services change and do not grow."""
    database = Database(url, application="bench")
    trainings = itertools.cycle(population.sessions.values())
    try:
        for version in _versions(len(population.sessions)):
            async with database.transaction() as work:
                for training in itertools.islice(trainings, EVENTS_PER_SECOND // 10):
                    work.emit(_changed(training, version))
            await asyncio.sleep(0.1)
    finally:
        await database.close()


def _versions(trainings: int) -> Iterator[int]:
    """A number that is larger whenever the same training comes again."""
    return (2 + emitted // trainings for emitted in itertools.count(step=EVENTS_PER_SECOND // 10))


def _changed(training: UUID, version: int) -> TrainingPublished:
    snapshot = TrainingSnapshot(
        id=training,
        version=version,
        title=f"Conduire un entretien ({version})",
        axis_id=training,
        kind="training",
        members_only=False,
        state="published",
    )
    return TrainingPublished(occurred_at=datetime.now(UTC), training=snapshot)
