"""What happened at the demonstration's agency, told to the APIs in the order in which people would have done it."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any, Final

import httpx

from deploy.embedded.demo.client import Caller, secret_of
from deploy.embedded.demo.people import PASSWORD, PEOPLE, STRUCTURES, TRAINERS, Person
from deploy.embedded.demo.programme import AXES, PARIS, SESSIONS, TRAININGS, Session, first_day, slots, times_of

IDENTITY: Final = "/api/identity/v1"
CATALOGUE: Final = "/api/catalogue/v1"
ENROLLMENT: Final = "/api/enrollment/v1"
ADDRESS_PAGE: Final = "/compte/adresse/"


class Scenario:
    """The agency as it comes to life: callers by key of the person, ids by key of what was made."""

    def __init__(self, http: httpx.AsyncClient, staff_email: str, now: datetime) -> None:
        """`http` calls the gateway."""
        self._http = http
        self._staff_email = staff_email
        self._today: date = now.astimezone(PARIS).date()
        self._opened = now - timedelta(minutes=1)
        self._visitor = Caller(http)
        self.staff = Caller(http)
        self.people: dict[str, Caller] = {}
        self.structures: dict[str, str] = {}
        self.trainers: dict[str, str] = {}
        self.trainings: dict[str, str] = {}
        self.sessions: dict[tuple[str, int], str] = {}

    async def create(self) -> None:
        """Everything, from the first account to the attendance."""
        self.staff = await self._with_password(self._staff_email)
        for one in STRUCTURES:
            body = {"name": one.name, "siret": one.siret, "town": one.town, "is_member": one.is_member}
            self.structures[one.key] = (await self.staff.call("POST", f"{IDENTITY}/structures", body))["id"]
        await asyncio.gather(self._invite_trainers(), *(self._settle(one.key) for one in STRUCTURES))
        await self._offer()

    async def _with_password(self, email: str) -> Caller:
        """Prove an address with the link of its mail, choose the password, sign in."""
        token = await secret_of(self._http, email, ADDRESS_PAGE)
        await self._visitor.call("POST", f"{IDENTITY}/address-proofs", {"token": token, "password": PASSWORD})
        answer = await self._visitor.call("POST", f"{IDENTITY}/tokens", {"email": email, "password": PASSWORD})
        return Caller(self._http, answer["access_token"])

    async def _invite_trainers(self) -> None:
        for one in TRAINERS:
            body = {
                "civility": one.civility,
                "first_name": one.first_name,
                "last_name": one.last_name,
                "email": one.email,
            }
            self.trainers[one.key] = (await self.staff.call("POST", f"{IDENTITY}/accounts", body))["id"]
            self.people[one.key] = await self._with_password(one.email)

    async def _settle(self, structure: str) -> None:
        """The people of one structure: the first is its referent, confirms the others and gives the statuses, their own too."""
        first, *others = [one for one in PEOPLE if one.structure == structure]
        referent = await self._join(first)
        mine = (await referent.call("GET", f"{IDENTITY}/me"))["attachments"][0]["id"]
        path = f"{IDENTITY}/attachments/{mine}"
        await referent.change("PUT", f"{path}/statuses", {"statuses": first.statuses}, read=path)
        for one in others:
            await self._join(one)
            if one.statuses:
                asked = await referent.call("GET", f"{IDENTITY}/attachments?scope=structure&state=requested")
                confirmation = f"{IDENTITY}/attachments/{asked['items'][0]['id']}/confirmation"
                await referent.call("POST", confirmation, {"statuses": one.statuses})

    async def _join(self, one: Person) -> Caller:
        names = {"civility": one.civility, "first_name": one.first_name, "last_name": one.last_name, "email": one.email}
        body = {**names, "structure_id": self.structures[one.structure]}
        await self._visitor.call("POST", f"{IDENTITY}/registrations", body)
        self.people[one.key] = await self._with_password(one.email)
        return self.people[one.key]

    async def _offer(self) -> None:
        axes = {}
        for place, (name, description) in enumerate(AXES, start=1):
            body = {"name": name, "description": description, "position": place}
            axes[name] = (await self.staff.call("POST", f"{CATALOGUE}/axes", body))["id"]
        for one in TRAININGS:
            said = ("title", "summary", "objectives", "content", "audience", "prerequisites", "kind", "members_only")
            body = {"axis_id": axes[one.axis], **{name: getattr(one, name) for name in said}}
            made = await self.staff.call("POST", f"{CATALOGUE}/trainings", body)
            await self.staff.call("POST", f"{CATALOGUE}/trainings/{made['id']}/publication")
            self.trainings[one.key] = made["id"]
        for session in SESSIONS:
            self.sessions[session.training, session.number] = await self._schedule(session)

    async def _schedule(self, session: Session) -> str:
        training = next(one for one in TRAININGS if one.key == session.training)
        first = first_day(self._today, session.weeks, session.weekday)
        body = {
            "training_id": self.trainings[session.training],
            "trainer_ids": [self.trainers[training.trainer]],
            "capacity": session.capacity,
            "place": session.place,
            **times_of(first, training.halves, opened=self._opened),
        }
        made: dict[str, Any] = await self.staff.call("POST", f"{CATALOGUE}/sessions", body)
        return str(made["id"])

    async def took_place(self, session: tuple[str, int], *, days_ago: int) -> list[str]:
        """Put a session into the past, as the desk does when it enters one afterwards; return the ids of its slots."""
        halves = next(one.halves for one in TRAININGS if one.key == session[0])
        day = self._today - timedelta(days=days_ago)
        while day.weekday() > 1:  # a Monday or a Tuesday, so that no week-end lies between
            day -= timedelta(days=1)
        found = slots(day, halves)
        begins = datetime.fromisoformat(found[0]["starts_at"])
        body = {
            "slots": found,
            "opens_at": (begins - timedelta(days=60)).isoformat(),
            "closes_at": (begins - timedelta(days=7)).isoformat(),
        }
        path = f"{CATALOGUE}/sessions/{self.sessions[session]}"
        moved = await self.staff.change("PATCH", path, body, read=path)
        return [slot["id"] for slot in moved["slots"]]

    def trainer_of(self, session: tuple[str, int]) -> str:
        """The key of who teaches a session."""
        return next(one.trainer for one in TRAININGS if one.key == session[0])
