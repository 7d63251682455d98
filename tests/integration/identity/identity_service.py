"""The identity service in tests: everything goes over HTTP, by people who really sign in."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from services.identity.storage.invariants import INVARIANTS
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.accounts import ensure_first_staff
from services.identity.use_cases.sign_in import SignIn
from shared.database import Database
from shared.http.clock import now as real_now
from shared.invariants import violations

BASE = "/api/identity/v1"
PASSWORD = "quatre chevaux dans le pré"
STAFF = "alix@agence.example"
SIRETS = ["73282932000074", "35600000000048", "55208131766522", "44306184100047", "78467169500087"]
Result = TypeVar("Result")

SECRETS = "SELECT act FROM identity_history WHERE CAST(facts AS text) || coalesce(note, '') LIKE '%@%'"
"""An address in the history; the tests give no reason that has one."""


@dataclass
class IdentityService:
    """The API and the database of identity. `tokens` are those of the people who signed in, by address."""

    app: FastAPI
    database: Database
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)
    stopped_at: datetime | None = None

    def __post_init__(self) -> None:
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url=f"http://test{BASE}")
        self.app.dependency_overrides[real_now] = lambda: self.now

    @property
    def now(self) -> datetime:
        """The time of the service; a test can put it `ahead`, or stop it."""
        return (self.stopped_at or datetime.now(UTC)) + self.ahead

    def stop_the_clock(self) -> None:
        """Let all that follows happen at one moment, so that a slow machine does not outlast a short delay."""
        self.stopped_at = datetime.now(UTC)

    @property
    def signing_in(self) -> SignIn:
        """What the endpoints sign in with; a test can replace it."""
        sign_in: SignIn = self.app.state.sign_in
        return sign_in

    @signing_in.setter
    def signing_in(self, sign_in: SignIn) -> None:
        self.app.state.sign_in = sign_in

    async def set_up(self) -> None:
        """The operator named Alix the first of the staff, and Alix signed in."""
        await ensure_first_staff(self.signing_in.begin, STAFF)
        await self.prove(STAFF)

    async def call(
        self, method: str, path: str, body: Any = None, *, by: str | None = None, **headers: str
    ) -> httpx.Response:
        """One HTTP call, by a person who signed in or by a visitor."""
        if by is not None:
            headers["Authorization"] = f"Bearer {self.tokens[by]['access_token']}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, json=body, headers=sent)

    async def ask(self, method: str, path: str, body: Any = None, *, by: str | None = None, **headers: str) -> Any:
        """The body of a call that succeeds."""
        answer = await self.call(method, path, body, by=by, **headers)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def structure(self, place: int = 0, name: str = "Mission locale", town: str = "Limoges") -> str:
        """Staff add a structure; its id."""
        body = {"name": name, "siret": SIRETS[place], "town": town, "is_member": True}
        return str((await self.ask("POST", "/structures", body, by=STAFF))["id"])

    def form(self, email: str, structure_id: str, **changes: Any) -> dict[str, Any]:
        """A registration form, filled in."""
        filled = {
            "structure_id": structure_id,
            "civility": "Mme",
            "first_name": "Claire",
            "last_name": "Dupuy",
            "email": email,
        }
        return {**filled, **changes}

    async def register(self, email: str, structure_id: str, **changes: Any) -> str:
        """Ask for an account; the token in the mail."""
        await self.ask("POST", "/registrations", self.form(email, structure_id, **changes))
        return await self.link(email)

    async def prove(self, email: str, password: str = PASSWORD) -> None:
        """Follow the newest link to the address, and sign in."""
        await self.ask("POST", "/address-proofs", {"token": await self.link(email), "password": password})
        await self.sign_in(email, password)

    async def sign_in(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        pair: dict[str, Any] = await self.ask("POST", "/tokens", {"email": email, "password": password})
        self.tokens[email] = pair
        return pair

    async def join(self, email: str, structure_id: str, **changes: Any) -> str:
        """Register, prove, sign in; the id of the attachment."""
        await self.register(email, structure_id, **changes)
        await self.prove(email)
        return str((await self.ask("GET", "/me", by=email))["attachments"][0]["id"])

    async def emitted(self, *names: str) -> list[dict[str, Any]]:
        """The messages in the outbox with these names (all, when none is given), in order; each with its name."""
        rows = await self.rows("SELECT name, recipient, payload FROM outbox ORDER BY id")
        messages = [{"name": row.name.split(".")[1], "to": row.recipient, **json.loads(row.payload)} for row in rows]
        return [message for message in messages if not names or message["name"] in names]

    async def emitted_names(self, since: int = 0) -> list[str]:
        """The names of the messages after the first `since`."""
        return [message["name"] for message in await self.emitted()][since:]

    async def link(self, email: str, name: str = "send_address_proof") -> str:
        """The token of the newest link that was mailed to an address."""
        return str(next(sent["token"] for sent in reversed(await self.emitted(name)) if sent["email"] == email))

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        async with self.database.engine.connect() as connection:
            return list((await connection.execute(text(statement), values)).all())

    async def execute(self, statement: str, **values: Any) -> None:
        """Change rows behind the back of the service."""
        async with self.database.engine.begin() as connection:
            await connection.execute(text(statement), values)

    async def acts(self, aggregate_id: str | UUID) -> list[str]:
        """The acts of one object in the history, in order."""
        statement = "SELECT act FROM identity_history WHERE aggregate_id = CAST(:id AS uuid) ORDER BY id"
        return [row.act for row in await self.rows(statement, id=str(aggregate_id))]

    async def within(self, use: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Run something in a transaction of the service."""
        async with self.database.transaction() as work:
            return await use(Transaction(work))

    async def is_waiting_for_a_lock(self) -> bool:
        """Whether a statement of this database waits for a row or a transaction."""
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await self.rows(waiting))

    async def audit(self) -> list[str]:
        """Which rows contradict each other, whatever happened."""
        async with self.database.engine.connect() as connection:
            broken = await violations(connection, INVARIANTS, most=5)
        return [*(line for each in broken for line in each.lines), *map(str, await self.rows(SECRETS))]
