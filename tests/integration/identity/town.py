"""People and structures of a town, and what they do through identity's API."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from services.identity.storage.transaction import Transaction
from services.identity.use_cases.accounts import ensure_first_staff
from shared.database import Database
from shared.http.clock import now as real_now

BASE = "/api/identity/v1"
PASSWORD = "quatre chevaux dans le pré"
STAFF = "alix@agence.example"
SIRETS = ["73282932000074", "35600000000048", "55208131766522", "44306184100047", "78467169500087"]


@dataclass
class Town:
    """The service with its database; `tokens` are those of the people who signed in, by address."""

    app: FastAPI
    database: Database
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    later: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url=f"http://test{BASE}")
        self.app.dependency_overrides[real_now] = lambda: self.now

    @property
    def now(self) -> datetime:
        """The present of the service, which a test may move on."""
        return datetime.now(UTC) + self.later

    async def opens(self) -> None:
        """The operator named Alix the first of the staff."""
        await ensure_first_staff(self.app.state.sign_in.begin, STAFF)
        await self.proves(STAFF)

    async def call(
        self, method: str, path: str, body: Any = None, *, who: str | None = None, **headers: str
    ) -> httpx.Response:
        """One call of the API, by somebody who signed in or by a visitor."""
        if who is not None:
            headers["Authorization"] = f"Bearer {self.tokens[who]['access_token']}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, path, json=body, headers=sent)

    async def does(self, method: str, path: str, body: Any = None, *, who: str | None = None, **headers: str) -> Any:
        """One call that works; its answer."""
        answer = await self.call(method, path, body, who=who, **headers)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    async def structure(self, place: int = 0, name: str = "Mission locale", town: str = "Limoges") -> str:
        """A structure that the desk lists; its id."""
        body = {"name": name, "siret": SIRETS[place], "town": town, "is_member": True}
        return str((await self.does("POST", "/structures", body, who=STAFF))["id"])

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

    async def registers(self, email: str, structure_id: str, **changes: Any) -> str:
        """Ask for an account; the token in the mail."""
        await self.does("POST", "/registrations", self.form(email, structure_id, **changes))
        return await self.link(email)

    async def proves(self, email: str, password: str = PASSWORD) -> None:
        """Follow the newest link to the address, and sign in."""
        await self.does("POST", "/address-proofs", {"token": await self.link(email), "password": password})
        await self.signs_in(email, password)

    async def signs_in(self, email: str, password: str = PASSWORD) -> dict[str, Any]:
        """Sign in; the tokens."""
        pair: dict[str, Any] = await self.does("POST", "/tokens", {"email": email, "password": password})
        self.tokens[email] = pair
        return pair

    async def joins(self, email: str, structure_id: str, **changes: Any) -> str:
        """Register, prove, sign in; the id of the attachment."""
        await self.registers(email, structure_id, **changes)
        await self.proves(email)
        return str((await self.does("GET", "/me", who=email))["attachments"][0]["id"])

    async def said(self, *names: str) -> list[dict[str, Any]]:
        """What waits in the outbox under these names (all, when none is given), in order; each with its name."""
        rows = await self.rows("SELECT name, recipient, payload FROM outbox ORDER BY id")
        found = [{"name": row.name.split(".")[1], "to": row.recipient, **json.loads(row.payload)} for row in rows]
        return [one for one in found if not names or one["name"] in names]

    async def names_said(self, since: int = 0) -> list[str]:
        """The names alone, but for the first ones."""
        return [one["name"] for one in await self.said()][since:]

    async def link(self, email: str, name: str = "send_address_proof") -> str:
        """The token of the newest link that was mailed to an address."""
        return str(next(one["token"] for one in reversed(await self.said(name)) if one["email"] == email))

    async def rows(self, statement: str, **values: Any) -> list[Any]:
        """What the database says."""
        async with self.database.engine.connect() as connection:
            return list((await connection.execute(text(statement), values)).all())

    async def acts(self, subject_id: str | UUID) -> list[str]:
        """What the trace says of something, in order."""
        rows = await self.rows(
            "SELECT act FROM trace WHERE subject_id = CAST(:id AS uuid) ORDER BY id", id=str(subject_id)
        )
        return [row.act for row in rows]

    async def within(self, use: Any) -> Any:
        """Run something in a transaction of the service."""
        async with self.database.transaction() as work:
            return await use(Transaction(work))
