"""Writes a second through HTTP with one process: validations of carts, then acceptances of the requests that they made."""

import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from bench.load import Call, Plan, play
from bench.stage import Stage, observer, plain, running, service
from bench.world import World
from tests.support.processes import free_port

BASE = "/api/enrollment/v1"
WARM_UP = 0.2
"""The part of the calls that comes before the measured ones: connections are opened and statements prepared by it."""

Identify = Callable[[UUID], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Writes:
    """Calls a second."""

    validations: float
    acceptances: float


@asynccontextmanager
async def by_hand(database: str) -> AsyncIterator[int]:
    """The floor's process; its port."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/docs"
    async with running(
        "floor-api", ["-m", "bench.floor_writes", str(port)], {"FLOOR_DATABASE_URL": plain(database)}, url
    ):
        yield port


@asynccontextmanager
async def with_us(database: str) -> AsyncIterator[int]:
    """Enrollment's `api` process; its port."""
    async with service("enrollment", "api", database) as base:
        yield int(base.rsplit(":", 1)[1])


async def ours(stage: Stage, world: World, filled: str) -> Writes:
    """Measure enrollment on a copy of the database `filled`."""
    return await _measure(
        stage, world, filled, with_us, lambda account: {"Authorization": f"Bearer {world.token(account)}"}
    )


async def floor(stage: Stage, world: World, filled: str) -> Writes:
    """Measure the floor on another copy."""
    return await _measure(stage, world, filled, by_hand, lambda account: {"X-Account": str(account)})


async def _measure(
    stage: Stage,
    world: World,
    filled: str,
    serve: Callable[[str], AbstractAsyncContextManager[int]],
    identify: Identify,
) -> Writes:
    database = await stage.copy(filled)
    async with serve(database) as port:
        await stage.settle()
        validations = await _rate(port, carts(world, identify))
        async with observer(database) as connection:
            rows = await connection.fetch("SELECT id, structure_id FROM enrollments")
        calls = [
            Call(f"{BASE}/enrollments/{row['id']}/acceptance", identify(world.employers[row["structure_id"]]))
            for row in rows
        ]
        random.Random(1).shuffle(calls)  # noqa: S311 - a draw, not a secret
        await stage.settle()
        acceptances = await _rate(port, calls)
    await stage.drop(database)
    return Writes(validations, acceptances)


def carts(world: World, identify: Identify) -> list[Call]:
    """The validation of everybody's cart."""
    calls = []
    for person in world.people:
        lines = [
            {"session_id": str(session), "motivation": "Je reçois des salariés en reconversion."}
            for session in person.session_ids
        ]
        body = json.dumps({"structure_id": str(person.structure_id), "lines": lines})
        calls.append(Call(f"{BASE}/cart/validation", identify(person.account_id), body))
    return calls


async def _rate(port: int, calls: list[Call]) -> float:
    first = int(len(calls) * WARM_UP)
    found = await play(Plan(port, calls, warm_up=first))
    return (len(calls) - first) / found.seconds
