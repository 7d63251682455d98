"""The agency's desk, a trainer and a visitor in front of the catalogue service; what others tell it, and what it says."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from shared.contracts import REGISTRY, Message
from shared.contracts.enrollment import SessionOccupancyChanged
from shared.contracts.identity import AccountRegistered, AccountSnapshot
from shared.database import Database
from shared.messaging.envelope import Envelope
from shared.messaging.worker import Worker
from tests.support.eventually import eventually

BASE = "/api/catalogue/v1"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""The time of every test, unless `desk.now` is moved."""


class _Delivery:
    def __init__(self, message: Message) -> None:
        self.envelope = Envelope(
            message_id=str(uuid4()), name=message.wire_name, body=message.model_dump_json().encode()
        )

    async def acknowledge(self) -> None:
        """Nothing waits for it."""


def slot(days: int, hour: int = 9, hours: int = 3) -> dict[str, str]:
    """A block of presence so many days from now."""
    starts = NOW.replace(hour=hour) + timedelta(days=days)
    return {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=hours)).isoformat()}


@dataclass
class Desk:
    """The catalogue with its database: `tell` is what others say to it, the rest goes over HTTP."""

    app: FastAPI
    worker: Worker[Any]
    database: Database
    now: datetime = NOW
    staff: UUID = field(default_factory=uuid4)
    trainer: UUID = field(default_factory=uuid4)
    somebody: UUID = field(default_factory=uuid4)

    async def opens(self) -> None:
        """A member of staff, a trainer and somebody else have registered."""
        await self.tell(
            self.account(self.staff, "Ada", is_staff=True),
            self.account(self.trainer, "Théo"),
            self.account(self.somebody, "Lou"),
        )

    def account(self, account_id: UUID, first_name: str, version: int = 1, **marks: bool) -> AccountRegistered:
        """What identity says of a person."""
        email = f"{account_id}@exemple.fr"
        snapshot = AccountSnapshot(
            id=account_id, version=version, first_name=first_name, last_name="Faure", email=email, **marks
        )
        return AccountRegistered(occurred_at=self.now, account=snapshot)

    def occupancy(self, session_id: str, version: int, held: int, queued: int) -> SessionOccupancyChanged:
        """What enrollment says of a session."""
        return SessionOccupancyChanged(
            occurred_at=self.now, session_id=UUID(session_id), version=version, capacity=999, held=held, queued=queued
        )

    async def tell(self, *messages: Message) -> None:
        """Deliver messages as the worker does; every one must take effect."""
        await self.worker.inbox.handle([_Delivery(message) for message in messages])
        assert await self.rows("SELECT name, last_error FROM undelivered") == []

    async def call(
        self, who: UUID | None, method: str, path: str, body: Any = None, *, seen: int | None = None, **headers: str
    ) -> httpx.Response:
        """One call by somebody, None for a visitor; `seen` is the version in If-Match."""
        transport = httpx.ASGITransport(app=self.app)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {} if who is None else {"X-Account": str(who)}
        sent |= {} if seen is None else {"If-Match": f'"{seen}"'}
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=sent) as client:
            return await client.request(method, BASE + path, json=body)

    async def get(self, path: str, who: UUID | None = None) -> Any:
        """What somebody reads there."""
        answer = await self.call(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def done(self, method: str, path: str, body: Any = None, *, seen: int | None = None) -> Any:
        """What staff get for a change that must succeed."""
        answer = await self.call(self.staff, method, path, body, seen=seen)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def axis(self, name: str = "Accompagner", **more: Any) -> Any:
        """A theme."""
        return await self.done("POST", "/axes", {"name": name, "description": "Accueillir et orienter.", **more})

    async def draft(self, axis: Any, **more: Any) -> Any:
        """A training that only staff see."""
        return await self.done("POST", "/trainings", a_training(axis["id"], **more))

    async def training(self, axis: Any = None, **more: Any) -> Any:
        """A published training, of a new theme unless told."""
        made = await self.draft(axis or await self.axis(f"Axe {uuid4()}"), **more)
        return await self.done("POST", f"/trainings/{made['id']}/publication")

    async def session(self, training: Any, **more: Any) -> Any:
        """A session in thirty days."""
        return await self.done("POST", "/sessions", self.a_session(training, **more))

    def a_session(self, training: Any, **more: Any) -> dict[str, Any]:
        """What staff send to offer a session."""
        return {
            "training_id": training["id"],
            "capacity": 12,
            "place": "Limoges",
            "opens_at": (NOW - timedelta(days=1)).isoformat(),
            "closes_at": (NOW + timedelta(days=1)).isoformat(),
            "slots": [slot(30), slot(30, 14), slot(31)],
            "trainer_ids": [str(self.trainer)],
            **more,
        }

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """What the database says."""
        async with self.database.engine.connect() as connection:
            return list((await connection.execute(text(statement), values)).all())

    async def at_once(self, table: str, row: str, calls: Sequence[Coroutine[Any, Any, httpx.Response]]) -> list[int]:
        """Hold a row until every call waits for it, then let them go; the statuses of the answers, sorted."""
        async with self.database.transaction() as work:
            await work.connection.execute(text(f"SELECT id FROM {table} WHERE id = :id FOR UPDATE"), {"id": row})
            tasks = [asyncio.create_task(call) for call in calls]
            await eventually(lambda: self.waiting(len(tasks)), within=30)
        return sorted([(await task).status_code for task in tasks])

    async def waiting(self, count: int) -> bool:
        """Whether so many transactions wait for a lock."""
        waits = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return len(await self.rows(waits)) == count

    async def said(self) -> list[Any]:
        """The messages in the outbox, in order, read as a listener does."""
        return [self._heard(row) for row in await self.rows("SELECT * FROM outbox ORDER BY id")]

    def _heard(self, row: Any) -> Message:
        kind = REGISTRY.get(row.name)
        assert kind is not None
        message = kind.model_validate_json(row.payload)
        assert (row.aggregate_id, row.aggregate_version) == (message.aggregate_id, message.aggregate_version)
        return message

    async def forgets_what_it_said(self) -> None:
        """Empty the outbox, so that a test sees only what comes next."""
        async with self.database.engine.begin() as connection:
            await connection.execute(text("DELETE FROM outbox"))


def a_training(axis_id: str, **more: Any) -> dict[str, Any]:
    """What staff send to write a training."""
    return {
        "title": "Conduire un entretien",
        "axis_id": axis_id,
        "kind": "training",
        "summary": "Deux jours pour accueillir.",
        "objectives": "Mener un premier entretien.",
        "content": "Écoute active, reformulation.",
        "audience": "Conseillers en insertion.",
        "prerequisites": "Aucun.",
        **more,
    }


def errors(answer: httpx.Response) -> dict[str, str]:
    """The sentence of each field of a 422."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return {one["field"]: one["message"] for one in answer.json()["errors"]}
