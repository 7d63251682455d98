"""The started system while faults are made in it: its staff, its broker's pages, its Prometheus, and its containers."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.compose.journeys import Load
from tests.compose.people import World
from tests.compose.stack import Container, Stack, run
from tests.e2e.people import Unexpected, siret
from tests.support.processes import ROOT

VHOST: Final = "parcourspro"
OPERATOR: Final = "operator"
PAUSE: Final = 2.0
LISTS: Final = ("catalogue/v1/sessions", "identity/v1/structures")
"""What visitors read all the time."""
READ_EVERY: Final = 0.1
HANDLED_BEFORE: Final = """
    SELECT event_id, name, payload FROM event_log WHERE name = 'identity.account_registered.v1' LIMIT 1;
"""
BLOCKERS_ENDED: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'blocker' AND datname = current_database();
"""
SECRETS: Final[dict[str, str]] = dict(re.findall(r"(?m)^(\w+)=(.*)$", (ROOT / "deploy/development.env").read_text()))


def operator_password() -> str:
    """Of the broker."""
    return SECRETS["PARCOURSPRO_OPERATOR_BROKER_PASSWORD"]


@dataclass
class Site:
    """What a fault needs."""

    stack: Stack
    world: World
    prometheus: httpx.AsyncClient = field(init=False)
    broker: httpx.AsyncClient = field(init=False)
    visitor: httpx.AsyncClient = field(init=False)
    load: Load = field(init=False)

    def __post_init__(self) -> None:
        self.load = Load(self.world)
        local, options = "http://localhost", {"timeout": 30, "trust_env": False}
        self.prometheus = httpx.AsyncClient(base_url=f"{local}:{self.stack.prometheus_port}/api/v1", **options)  # type: ignore[arg-type]
        self.broker = httpx.AsyncClient(
            base_url=f"{local}:{self.stack.broker_port}/api",
            auth=(OPERATOR, operator_password()),
            **options,  # type: ignore[arg-type]
        )
        self.visitor = httpx.AsyncClient(base_url=f"{self.stack.url}/api", **options)  # type: ignore[arg-type]

    async def close(self) -> None:
        for client in (self.prometheus, self.broker, self.visitor):
            await client.aclose()
        await self.world.close()

    # ------------------------------------------------------------------ what Prometheus says

    async def alerts(self, name: str, labels: Mapping[str, str]) -> set[str]:
        """The states of the alerts of that name with these labels: `pending`, `firing`, or none at all."""
        answer = (await self.prometheus.get("/alerts")).raise_for_status().json()["data"]["alerts"]
        return {
            each["state"] for each in answer if {"alertname": name, **labels}.items() <= dict(each["labels"]).items()
        }

    async def values(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """The present series of an expression."""
        answer = (await self.prometheus.get("/query", params={"query": expression})).raise_for_status().json()
        return [(each["metric"], float(each["value"][1])) for each in answer["data"]["result"]]

    # ------------------------------------------------------------------ containers, and commands in them

    async def container(self, service: str, number: int = 1) -> Container:
        return (await self.stack.containers(service))[number - 1]

    async def restart(self, service: str, number: int = 1) -> None:
        one = await self.container(service, number)
        await run("docker", "restart", one.id)
        await self.stack.healthy(one.name)

    async def inside(self, service: str, *command: str, given: str = "") -> str:
        return await self.stack.compose("exec", "-T", service, *command, given=given)

    async def operate(self, service: str, *arguments: str) -> str:
        """An operator's command of a service."""
        return await self.inside(f"{service}-worker", "python", "-m", f"services.{service}", *arguments)

    async def grant_again(self, service: str) -> None:
        """`migrate` also grants the running role its rights."""
        await self.stack.compose("up", "--no-build", f"{service}-migrate")

    @asynccontextmanager
    async def session(self, service: str, statements: str) -> AsyncIterator[None]:
        """A session of the database that runs these statements until the block terminates it."""
        running = asyncio.create_task(self.stack.query(service, f"SET application_name = 'blocker';{statements}"))
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def terminate_blocker(self, service: str) -> None:
        await self.stack.query(service, BLOCKERS_ENDED)

    # ------------------------------------------------------------------ messages and people

    async def send(self, queue: str, message_id: str, name: str, payload: str) -> None:
        """Put a message into a queue."""
        body = {
            "properties": {"message_id": message_id, "type": name, "delivery_mode": 2},
            "routing_key": queue,
            "payload": payload,
            "payload_encoding": "string",
        }
        answer = await self.broker.post(f"/exchanges/{VHOST}/amq.default/publish", json=body)
        assert answer.raise_for_status().json() == {"routed": True}, answer.text

    async def handled_before(self) -> tuple[str, str, str]:
        """Id, name and payload of an event that all subscribers of identity have handled: they ignore it."""
        [[event, name, payload]] = await self.stack.query("identity", HANDLED_BEFORE)
        return event, name, payload

    async def add_structure(self) -> None:
        """Staff add a structure: `identity.structure_registered.v1` for enrollment and the notifier."""
        staff = self.world.staff
        body: dict[str, Any] = {"name": "Mission locale", "siret": siret(), "town": "Limoges", "is_member": True}
        if (await staff.send("GET", "identity/v1/me")).status_code == httpx.codes.UNAUTHORIZED:
            await staff.sign_in()  # access tokens live for ten minutes
        await staff.call("POST", "identity/v1/structures", body, expect=201)

    @asynccontextmanager
    async def visited(self) -> AsyncIterator[None]:
        """Visitors read the public lists meanwhile, whatever is answered."""

        async def read(path: str) -> None:
            await self.visitor.get(f"/{path}")

        async with repeated(lambda: read(LISTS[0]), READ_EVERY), repeated(lambda: read(LISTS[1]), READ_EVERY):
            yield


@asynccontextmanager
async def repeated(work: Callable[[], Awaitable[None]], pause: float) -> AsyncIterator[None]:
    """Do something again and again during the block, also after it has failed."""

    async def forever() -> None:
        while True:
            with suppress(httpx.TransportError, Unexpected):
                await work()
            await asyncio.sleep(pause)

    task = asyncio.create_task(forever())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(is_so: Callable[[], Awaitable[bool]], within: float, pause: float = PAUSE) -> bool:
    """Wait until something is so; return False if it is not within that many seconds."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not await is_so():
        if loop.time() > end:
            return False
        await asyncio.sleep(pause)
    return True
