"""Writes per second through HTTP with one process: validations of carts, then acceptances of the created requests."""

import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from bench.load import Call, Plan, play
from bench.population import Population
from bench.report import Rate
from bench.servers import Served, Servers, cpu_seconds, observer, plain, running, service
from tests.support.processes import free_port

BASE = "/api/enrollment/v1"
WARM_UP = 0.2
"""The first part of the calls is not counted, because it opens connections and prepares statements."""

Identify = Callable[[UUID], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Writes:
    """Calls per second of each kind, and the CPU time of the serving process for each call."""

    validations: Rate
    acceptances: Rate


@asynccontextmanager
async def floor_process(database: str) -> AsyncIterator[Served]:
    """The process of the floor."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/docs"
    environment = {"FLOOR_DATABASE_URL": plain(database)}
    async with running("floor-api", ["-m", "bench.floor_writes", str(port)], environment, url) as process:
        yield Served(process, port)


@asynccontextmanager
async def our_process(database: str) -> AsyncIterator[Served]:
    """Enrollment's `api` process."""
    async with service("enrollment", "api", database) as served:
        yield served


async def ours(servers: Servers, population: Population, filled: str) -> Writes:
    """Measure enrollment on a copy of the database `filled`."""
    return await _measure(servers, population, filled, our_process, bearer_of(population))


async def repeatable(servers: Servers, population: Population, filled: str) -> Writes:
    """Measure enrollment with an Idempotency-Key in each call, which costs two more statements."""

    def identify(account: UUID) -> dict[str, str]:
        return {**bearer_of(population)(account), "Idempotency-Key": str(uuid4())}

    return await _measure(servers, population, filled, our_process, identify)


async def floor(servers: Servers, population: Population, filled: str) -> Writes:
    """Measure the floor on another copy of the database `filled`."""
    return await _measure(servers, population, filled, floor_process, lambda account: {"X-Account": str(account)})


def bearer_of(population: Population) -> Identify:
    """The headers with a person's access token; all calls of a person have the same token, as in ten minutes of use."""
    tokens: dict[UUID, str] = {}

    def identify(account: UUID) -> dict[str, str]:
        return {"Authorization": f"Bearer {tokens.setdefault(account, population.token(account))}"}

    return identify


async def _measure(
    servers: Servers,
    population: Population,
    filled: str,
    serve: Callable[[str], AbstractAsyncContextManager[Served]],
    identify: Identify,
) -> Writes:
    database = await servers.copy(filled)
    async with serve(database) as served:
        await servers.checkpoint()
        validations = await _rate(served, carts(population, identify))
        async with observer(database) as connection:
            rows = await connection.fetch("SELECT id, structure_id FROM enrollments")
        calls = [
            Call(f"{BASE}/enrollments/{row['id']}/acceptance", identify(population.employers[row["structure_id"]]))
            for row in rows
        ]
        random.Random(1).shuffle(calls)  # noqa: S311 - not a secret
        await servers.checkpoint()
        acceptances = await _rate(served, calls)
    await servers.drop(database)
    return Writes(validations, acceptances)


def carts(population: Population, identify: Identify) -> list[Call]:
    """The validations of all carts."""
    calls = []
    for person in population.people:
        lines = [
            {"session_id": str(session), "motivation": "Je reçois des salariés en reconversion."}
            for session in person.session_ids
        ]
        body = json.dumps({"structure_id": str(person.structure_id), "lines": lines})
        calls.append(Call(f"{BASE}/cart/validation", identify(person.account_id), body))
    return calls


async def _rate(served: Served, calls: list[Call]) -> Rate:
    first = int(len(calls) * WARM_UP)
    await play(Plan(served.port, calls[:first]))
    used = cpu_seconds(served.process)
    result = await play(Plan(served.port, calls[first:]))
    used = cpu_seconds(served.process) - used
    count = len(calls) - first
    return Rate(count / result.seconds, used / count)
