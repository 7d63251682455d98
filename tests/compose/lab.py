"""The running system whose databases are lost one after the other: what its people do, and what is looked at."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.compose import checks
from tests.compose.copies import differing
from tests.compose.faults import Wrong
from tests.compose.journeys import Load
from tests.compose.operator import Operator
from tests.compose.people import Town, World, join, schedule
from tests.compose.stack import Stack
from tests.e2e.people import Person

TRAVELLING: Final = 6
"""As many journeys as there are beneficiaries."""
WITHIN: Final = 60.0


@dataclass
class Lab:
    """The running system with its people, and the operator."""

    stack: Stack
    world: World
    load: Load
    operator: Operator
    _spare: list[dict[str, Any]]
    lost: set[str] = field(default_factory=set)
    """The ids of what an owner has lost and requests need: it stays in copies."""

    def session(self) -> str:
        """A session for which nobody has asked."""
        return str(self._spare.pop()["id"])

    async def sign_in(self) -> None:
        """Everybody again: access tokens live for ten minutes."""
        people = [self.world.staff, self.world.trainer]
        people += [person for town in self.world.towns for person in (town.employer, *town.beneficiaries)]
        await asyncio.gather(*(person.sign_in() for person in people))

    def town(self, number: int = 0) -> Town:
        return self.world.towns[number]

    async def request(self, person: Person, session: str, *, town: int = 0) -> str:
        await person.call_until("PUT", f"enrollment/v1/cart/sessions/{session}", expect=204)
        lines = [{"session_id": session, "motivation": "Mes missions ont changé cette année."}]
        body = {"structure_id": self.town(town).structure["id"], "lines": lines}
        made = await person.call_until("POST", "enrollment/v1/cart/validation", body, expect=201)
        [request] = [one["id"] for one in made["requests"]]
        return str(request)

    async def decide(self, request: str, act: str, *, by: Person | None = None, reason: str = "") -> None:
        body = {"reason": reason} if reason else None
        await (by or self.town().employer).call("POST", f"enrollment/v1/enrollments/{request}/{act}", body)

    async def move(self, session: str, place: str) -> None:
        path = f"catalogue/v1/sessions/{session}"
        await self.world.staff.edit("PATCH", path, {"place": place})

    async def resize(self, session: str, capacity: int) -> None:
        path = f"catalogue/v1/sessions/{session}"
        await self.world.staff.edit("PUT", f"{path}/capacity", {"capacity": capacity}, read=path)

    async def schedule(self) -> str:
        """A session of a training that has one."""
        return str((await schedule(self.world, self.world.sessions[-1]["training"]["id"], 60, 2))["id"])

    async def seats_are_right(self) -> None:
        """`audit` of enrollment ends with 0."""
        command = ("exec", "-T", "enrollment-worker", "python", "-m", "services.enrollment", "audit")
        await self.stack.compose(*command)

    async def staff_finds(self, request: str, name: str) -> None:
        """The request, with the name of its person, though the account is lost."""
        found = await self.world.staff.get_json(f"enrollment/v1/enrollments/{request}")
        if name not in str(found):
            raise Wrong(f"{name} is not in {found}")

    async def cancel(self, session: str) -> None:
        await self.world.staff.call("POST", f"catalogue/v1/sessions/{session}/cancellation", {"reason": "Panne."})

    async def joined(self, name: str) -> Person:
        return await join(self.world, self.town(), name, "Passager", f"{name}.{os.getpid()}@exemple.example".lower())

    async def end_attachment(self, person: Person) -> None:
        [attachment] = (await person.get_json("identity/v1/me"))["attachments"]
        path = f"identity/v1/attachments/{attachment['id']}/end"
        await self.town().employer.call("POST", path, {"reason": "Fin du contrat."})

    async def erase(self, person: Person) -> None:
        await person.call("POST", "identity/v1/me/erasure", {"password": person.password}, expect=202)
        tombstone = f"SELECT erased_at IS NOT NULL FROM accounts WHERE id = '{person.id}';"
        await self.until(lambda: self.is_so("identity", tombstone, "t"), f"the erasure of {person.email}")

    async def drained(self) -> None:
        await checks.drained(self.stack, lambda _: None)

    async def is_so(self, service: str, question: str, expected: str) -> bool:
        return await self.stack.query(service, question) == [[expected]]

    async def one(self, service: str, question: str) -> str:
        [[value]] = await self.stack.query(service, question)
        return value

    async def until(self, is_so: Callable[[], Awaitable[bool]], what: str) -> None:
        begun = time.monotonic()
        while not await is_so():
            if time.monotonic() > begun + WITHIN:
                raise Wrong(f"not after {WITHIN} s: {what}")
            await asyncio.sleep(0.5)

    async def mailed(self, kind: str, subject: str, *, to: str = "person", words: str = "") -> int:
        """How many mails of a kind about a subject were sent to an audience, with these words."""
        of = f"kind = '{kind}' AND subject_id = '{subject}' AND audience = '{to}' AND status = 'sent'"
        return int(await self.one("notifier", f"SELECT count(*) FROM mails WHERE {of} AND text LIKE '%{words}%';"))

    async def arrived(self) -> Counter[str]:
        """The ids of all mails at the mail server."""
        async with httpx.AsyncClient(base_url=self.stack.mail_url, timeout=60, trust_env=False) as client:
            found = (await client.get("/api/v1/messages", params={"limit": 100_000})).json()["messages"]
        return Counter(mail["MessageID"] for mail in found)

    async def works(self) -> None:
        """A new request goes its way, with its mails and with its seat in the copies."""
        session, person = self.session(), self.town().beneficiaries[0]
        request = await self.request(person, session)
        await self.drained()  # nobody is asked for what is decided already
        await self.decide(request, "acceptance")
        await self.drained()
        for kind, to in (("request_to_decide", "employer"), ("accepted", "person"), ("request_to_validate", "trainer")):
            expect(await self.mailed(kind, request, to=to), 1, f"mails {kind} after the restoration")
        for service in ("catalogue", "notifier"):
            held = await self.one(service, f"SELECT held FROM occupancy WHERE session_id = '{session}';")
            expect(held, "1", f"held seats in {service}")

    async def same_copies(self, *, but: str = "") -> None:
        """Every copy is as its owner says, except the rows of this id and of what was lost."""
        different = [row for row in await differing(self.stack) if not (self.lost | {but}) & {*row.split()}]
        if different:
            raise Wrong(f"copies differ from their owners: {different[:10]}")

    def expect_answers(self, **codes: int) -> None:
        """`rebuild` of these services ended so; that of all others, and `audit`, with 0."""
        given = {command: answer.code for command, answer in self.operator.answers.items()}
        wanted = {f"{service} rebuild": code for service, code in codes.items()}
        expect(given, {command: wanted.get(command, 0) for command in given} | wanted, "how the commands ended")

    def expect_named(self, service: str, *words: str) -> None:
        printed = self.operator.answers[f"{service} rebuild"].printed
        missing = [word for word in words if word not in printed]
        expect(missing, [], f"not named by {service}: {printed}")


def expect(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise Wrong(f"{what}: {found}, not {expected}")
