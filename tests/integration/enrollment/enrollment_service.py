"""The enrollment service in tests: events come in by `tell`, everything else goes over HTTP."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from services.enrollment.storage.access import Actor
from services.enrollment.storage.invariants import INVARIANTS
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.request import add_to_cart, validate_cart
from shared.contracts import Message
from shared.contracts.catalogue import (
    SessionCancelled,
    SessionCapacityChanged,
    SessionRescheduled,
    SessionScheduled,
    TrainingPublished,
)
from shared.contracts.identity import (
    StructureRegistered,
    StructureSnapshot,
)
from shared.database import Database
from shared.invariants import violations
from shared.messaging.envelope import Envelope
from shared.messaging.worker import Worker
from tests.integration.enrollment.enrollment_events import EnrollmentEvents
from tests.support.statements import statements

BASE = "/api/enrollment/v1"
BATCH = 500
Emitted = TypeVar("Emitted", bound=Message)


@dataclass
class Person:
    """A person who makes requests, and the structure for which they make them."""

    account_id: UUID
    structure_id: UUID


class _Delivery:
    earlier_deliveries = 0

    def __init__(self, message: Message) -> None:
        self.envelope = Envelope(
            message_id=str(uuid4()), name=message.wire_name, body=message.model_dump_json().encode()
        )

    async def acknowledge(self) -> None:
        """There is no broker."""


@dataclass(kw_only=True)
class EnrollmentService(EnrollmentEvents):
    """The API, the worker and the database of enrollment, with an employer, a trainer and a member of staff."""

    app: FastAPI
    worker: Worker[Any]
    database: Database
    employer: UUID = field(default_factory=uuid4)
    staff: UUID = field(default_factory=uuid4)

    async def tell(self, *messages: Message) -> None:
        """Deliver events to the service as its worker does; each must be handled."""
        for start in range(0, len(messages), BATCH):
            await self.worker.inbox.handle([_Delivery(message) for message in messages[start : start + BATCH]])
        assert await self.rows("SELECT name, last_error FROM undelivered") == []

    async def opens(self) -> None:
        """Register the employer of every structure, the trainer of every session and the member of staff."""
        await self.tell(
            self.account(self.employer),
            self.account(self.trainer, last_name="Roux"),
            self.account(self.staff, is_staff=True),
        )

    async def people(self, count: int, *, structure_id: UUID | None = None) -> list[Person]:
        """That many people, each of a new structure unless one is given."""
        made = [Person(uuid4(), structure_id or uuid4()) for _ in range(count)]
        events: list[Message] = []
        for structure in dict.fromkeys(person.structure_id for person in made):
            snapshot = StructureSnapshot(
                id=structure, version=1, name="Mission locale", siret="73282932000074", town="Limoges", is_member=True
            )
            events += [
                StructureRegistered(occurred_at=self.now, structure=snapshot),
                self.attached(self.employer, structure, "employer"),
            ]
        for person in made:
            events += [
                self.account(person.account_id),
                self.attached(person.account_id, person.structure_id, "beneficiary"),
            ]
        await self.tell(*events)
        return made

    async def session(self, capacity: int, *, training_id: UUID | None = None, **changes: Any) -> UUID:
        """A session open for requests, of a new training unless one is given; `changes` are those of the training."""
        training = self.training(training_id, **changes)
        session = self.planned(training, capacity)
        await self.tell(
            TrainingPublished(occurred_at=self.now, training=training),
            SessionScheduled(occurred_at=self.now, session=session),
        )
        return session.id

    async def moves(self, session_id: UUID, by: timedelta) -> None:
        """Deliver the event that all times of the session have changed, those of requests too."""
        before = self.sessions[session_id]
        slots = tuple(
            slot.model_copy(update={"starts_at": slot.starts_at + by, "ends_at": slot.ends_at + by})
            for slot in before.slots
        )
        after = self.next_of(session_id, slots=slots, opens_at=before.opens_at + by, closes_at=before.closes_at + by)
        await self.tell(SessionRescheduled(occurred_at=self.now, session=after, moved=True))

    async def capacity(self, session_id: UUID, capacity: int) -> None:
        """Deliver the event that the session has that many seats now."""
        before = self.sessions[session_id].capacity
        await self.tell(
            SessionCapacityChanged(
                occurred_at=self.now, session=self.next_of(session_id, capacity=capacity), before=before
            )
        )

    async def cancels(self, session_id: UUID) -> None:
        """Deliver the event that the session is cancelled."""
        after = self.next_of(session_id, state="cancelled")
        await self.tell(SessionCancelled(occurred_at=self.now, session=after, reason="Formatrice souffrante."))

    async def call(self, method: str, path: str, body: Any = None, *, by: UUID, **headers: str) -> httpx.Response:
        """One HTTP call by an account."""
        transport = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://test", headers={"X-Account": str(by), **headers}
        ) as client:
            return await client.request(method, BASE + path, json=body)

    async def asks(self, person: Person, session_id: UUID) -> httpx.Response:
        """Put the session into the cart and validate the cart."""
        await self.call("PUT", f"/cart/sessions/{session_id}", by=person.account_id)
        lines = [{"session_id": str(session_id), "motivation": "Accompagner les salariés."}]
        body = {"structure_id": str(person.structure_id), "lines": lines}
        return await self.call("POST", "/cart/validation", body, by=person.account_id)

    async def request(self, person: Person, session_id: UUID) -> UUID:
        """A request that waits for the employer."""
        answer = await self.asks(person, session_id)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["requests"][0]["id"])

    async def requests(self, people: Sequence[Person], session_id: UUID) -> list[UUID]:
        """Many requests that wait for the employer, made by the use cases without HTTP."""
        async with self.database.transaction() as work:
            return [await self._request(Transaction(work), person, session_id) for person in people]

    @asynccontextmanager
    async def validating(self, person: Person, session_id: UUID) -> AsyncIterator[None]:
        """A validation of a cart that has made its request and is committed at the end of the block."""
        async with self.database.transaction() as work:
            await self._request(Transaction(work), person, session_id)
            yield

    async def _request(self, tx: Transaction, person: Person, session_id: UUID) -> UUID:
        actor = Actor(
            account_id=person.account_id,
            is_staff=False,
            employer_of=frozenset(),
            beneficiary_of=frozenset({person.structure_id}),
            referent_of=frozenset(),
        )
        await add_to_cart(tx, session_id, actor=actor, now=self.now)
        [validated] = await validate_cart(
            tx, person.structure_id, {session_id: "Accompagner."}, actor=actor, now=self.now
        )
        return validated.details.enrollment.id

    async def accepts(self, enrollment_id: UUID) -> httpx.Response:
        """The employer agrees."""
        return await self.call("POST", f"/enrollments/{enrollment_id}/acceptance", by=self.employer)

    async def decides(self, who: UUID, enrollment_id: UUID, what: str, **body: str) -> httpx.Response:
        """Any decision about a request."""
        return await self.call("POST", f"/enrollments/{enrollment_id}/{what}", body or None, by=who)

    async def enrolled(self, person: Person, session_id: UUID) -> UUID:
        """A request that employer and trainer have agreed to."""
        made = await self.request(person, session_id)
        for who, what in ((self.employer, "acceptance"), (self.trainer, "validation")):
            assert (await self.decides(who, made, what)).status_code == 200
        return made

    async def clock(self) -> None:
        """Run the job that applies what is due by the time."""
        await self._job("clock")

    async def count_figures(self) -> None:
        """Run the job that counts the figures of the dashboard."""
        await self._job("figures")

    async def _job(self, name: str) -> None:
        [job] = [job for job in self.worker.jobs if job.name == name]
        await job.run()

    async def withdraws(self, person: Person, enrollment_id: UUID) -> httpx.Response:
        """The person withdraws the request."""
        return await self.call("POST", f"/enrollments/{enrollment_id}/withdrawal", by=person.account_id)

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.database.engine.connect() as connection:
            return list((await connection.execute(text(statement), values)).all())

    async def seats(self, session_id: UUID) -> dict[UUID, tuple[str, int]]:
        """The seat and the queue number of every accepted request of a session, in the order of the numbers."""
        rows = await self.rows(
            "SELECT id, seat, queue_number FROM enrollments WHERE session_id = :id AND queue_number IS NOT NULL "
            "ORDER BY queue_number",
            id=session_id,
        )
        return {row.id: (row.seat, row.queue_number) for row in rows}

    def statements(self) -> AbstractContextManager[list[str]]:
        """The SQL statements that the service runs inside the block."""
        return statements(self.database.engine)

    async def emitted(self, kind: type[Emitted]) -> list[Emitted]:
        """The messages of a kind in the outbox, in order, read as a listener reads them."""
        rows = await self.rows("SELECT payload FROM outbox WHERE name = :name ORDER BY id", name=kind.wire_name)
        return [kind.model_validate_json(row.payload) for row in rows]

    async def emitted_about(self, kind: type[Message]) -> list[UUID]:
        """The ids of the requests, or of the sessions, in the messages of a kind in the outbox, in order."""
        return [message.aggregate_id for message in await self.emitted(kind)]

    async def audit(self) -> list[str]:
        """The invariants that are violated."""
        async with self.database.engine.connect() as connection:
            broken = await violations(connection, INVARIANTS, most=5)
        return [line for each in broken for line in each.lines]
