"""Random histories with transfers, proposals and choices about what was left open: the invariants hold at each step."""

from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.identity import AccountUpdated
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person

STEPS = 45


@dataclass
class History:
    """One random history on three sessions of one training, with two structures that are over their cap at times."""

    service: EnrollmentService
    random: Random
    sessions: list[UUID] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    versions: dict[UUID, int] = field(default_factory=dict)

    async def begin(self) -> None:
        training = uuid4()
        self.sessions = [await self.service.session(capacity, training_id=training) for capacity in (1, 2, 3)]
        for structure in (uuid4(), uuid4()):
            self.people += await self.service.people(4, structure_id=structure)

    async def step(self) -> None:
        person, session = self.random.choice(self.people), self.random.choice(self.sessions)
        requests = await self.service.rows(
            "SELECT id FROM enrollments WHERE account_id = :id AND approval NOT IN ('withdrawn', 'cancelled')",
            id=person.account_id,
        )
        move = self.random.choice(
            ["request", "accept", "accept", "transfer", "transfer", "withdraw", "disable", "resize"]
        )
        if move == "resize":
            await self.service.capacity(session, self.random.randrange(4))
        elif move == "disable":
            await self.disable(person)
        elif not requests:
            if self.random.random() < 0.5:
                await self.service.asks(person, session)
            else:
                await self.propose(person, session)
        elif move == "accept":
            await self.service.accepts(requests[0].id)
        elif move == "transfer":
            body = {"session_id": str(session), "reason": "Plus près."}
            path = f"/enrollments/{requests[0].id}/transfer"
            assert (await self.service.call("POST", path, body, by=self.service.staff)).status_code in {200, 409}
        elif move == "withdraw":
            await self.service.withdraws(person, requests[0].id)

    async def disable(self, person: Person) -> None:
        """The account is disabled, somebody chooses what becomes of its requests, and it is enabled again."""
        await self.tell(person, disabled=True)
        for each in (await self.service.call("GET", "/left-open", by=self.service.staff)).json()["items"]:
            body = {"decision": self.random.choice(["cancel", "keep"]), "reason": "Compte fermé."}
            await self.service.call("POST", f"/left-open/{each['id']}/decision", body, by=self.service.staff)
        await self.tell(person)

    async def tell(self, person: Person, **changes: Any) -> None:
        version = self.versions[person.account_id] = self.versions.get(person.account_id, 1) + 1
        account = self.service.account(person.account_id, version=version, **changes).account
        await self.service.tell(AccountUpdated(occurred_at=self.service.now, account=account))

    async def propose(self, person: Person, session: UUID) -> None:
        body = {
            "kind": "participation",
            "account_id": str(person.account_id),
            "structure_id": str(person.structure_id),
            "session_id": str(session),
            "reason": "Prise de poste.",
        }
        made = await self.service.call("POST", "/proposals", body, by=self.service.employer)
        if made.status_code == 201:
            path = f"/proposals/{made.json()['id']}/{self.random.choice(['consent', 'decline'])}"
            assert (await self.service.call("POST", path, by=person.account_id)).status_code == 200


@pytest.mark.parametrize("seed", [7])
async def test_the_invariants_hold_after_every_step(service: EnrollmentService, seed: int) -> None:
    history = History(service, Random(seed))  # noqa: S311 - no secret
    await history.begin()
    for step in range(STEPS):
        await history.step()
        assert await service.audit() == [], (seed, step)
    acts = {row.act for row in await service.rows("SELECT DISTINCT act FROM enrollment_history")}
    assert acts >= {"accept", "promote", "transfer", "withdraw", "cancel"}
