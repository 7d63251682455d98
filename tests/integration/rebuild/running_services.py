"""Services with their databases and workers on one transport; the catalogue's tables are filled directly."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

import services
from services.catalogue.storage.states import STATES
from services.catalogue.storage.tables import axes, sessions, trainings
from shared.contracts import Message
from shared.contracts.catalogue import SessionScheduled, TrainingPublished
from shared.contracts.states import FIRST, StateRequested, owner_of
from shared.database import Database
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rabbitmq import RabbitTransport
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker
from shared.rebuild_command import rebuild

SERVICES = services.definitions()


@dataclass
class RunningServices:
    """The databases and workers by name."""

    databases: dict[str, Database]
    workers: dict[str, Worker[Any]]
    running: list[asyncio.Task[None]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.running += [asyncio.create_task(worker.run()) for worker in self.workers.values()]

    async def stop(self) -> None:
        for task in self.running:
            task.cancel()
        for task in self.running:
            with suppress(asyncio.CancelledError):
                await task
        self.running.clear()

    async def run(self, service: str, *statements: str) -> None:
        async with self.databases[service].transaction() as work:
            for statement in statements:
                await work.connection.execute(text(statement))

    async def rows(self, service: str, statement: str) -> list[Any]:
        async with self.databases[service].engine.connect() as connection:
            return list((await connection.execute(text(statement))).all())

    async def tables(self, service: str, *names: str) -> dict[str, list[Any]]:
        """All rows of the tables."""
        return {name: await self.rows(service, f"SELECT * FROM {name} t ORDER BY t::text") for name in names}

    async def emit(self, service: str, messages: Iterable[Message]) -> None:
        async with self.databases[service].transaction() as work:
            for message in messages:
                work.emit(message)

    async def rebuild(self, service: str, *, owner: str | None = None) -> bool:
        """As the command does."""
        kinds = [kind for kind in self.workers[service].rebuild.kinds if owner in {None, owner_of(kind)}]
        self.told.clear()
        return await rebuild(self.databases[service], kinds, self.told.append)

    async def fill_catalogue(self, count: int) -> None:
        """Published trainings with a session each."""
        axis = uuid4()
        starts = datetime(2031, 3, 3, 8, tzinfo=UTC)
        made = [
            {
                "id": uuid4(), "version": 1 + number % 3, "axis_id": axis, "title": f"Formation {number}",
                "kind": "training", "members_only": number % 2 == 0, "summary": "", "objectives": "", "content": "",
                "audience": "", "prerequisites": "", "state": "published" if number % 5 else "archived",
            }
            for number in range(count)
        ]  # fmt: skip
        planned = [
            {
                "id": uuid4(), "version": 1, "training_id": training["id"], "capacity": 8, "place": "Limoges",
                "opens_at": starts - timedelta(days=900), "closes_at": starts - timedelta(days=1),
                "slot_ids": [uuid4()], "slot_starts": [starts], "slot_ends": [starts + timedelta(hours=3)],
                "trainer_ids": [uuid4()], "state": "scheduled",
            }
            for training in made
        ]  # fmt: skip
        draft = {**made[0], "id": uuid4(), "state": "draft"}
        async with self.databases["catalogue"].transaction() as work:
            await work.connection.execute(
                axes.insert(),
                {"id": axis, "version": 1, "name": f"Axe {axis.hex[:8]}", "description": "", "position": 1},
            )
            await work.connection.execute(trainings.insert(), [*made, draft])
            await work.connection.execute(sessions.insert(), planned)

    async def published(self) -> list[Message]:
        """An event for each training and each session, as they are now."""
        now = datetime.now(UTC)
        return [
            *[TrainingPublished(occurred_at=now, training=each) for each in await self._states("trainings")],
            *[SessionScheduled(occurred_at=now, session=each) for each in await self._states("sessions")],
        ]

    async def _states(self, kind: str) -> list[Any]:
        found: list[Any] = []
        after: UUID | None = FIRST
        while after is not None:
            request = StateRequested(kind=kind, round=uuid4(), after=after)
            page = await STATES.page(self.databases["catalogue"], request)
            assert page is not None
            found += getattr(page.states, kind)
            after = page.until
        return found


@asynccontextmanager
async def running_services(databases: dict[str, Database], vhost: str | None) -> AsyncIterator[RunningServices]:
    """Their workers on a broker, or in this process if there is none; they run until the end."""
    shared = InProcessTransport(expected=frozenset(databases))
    transports: dict[str, Transport] = {
        name: shared if vhost is None else RabbitTransport(vhost, service=name) for name in databases
    }
    workers = {
        name: SERVICES[name].worker(SERVICES[name].settings(), database, transports[name])
        for name, database in databases.items()
    }
    services = RunningServices(databases, workers)
    services.start()
    try:
        yield services
    finally:
        await services.stop()
        for transport in transports.values():
            await transport.close()
