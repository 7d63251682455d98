"""Creates the demo agency's accounts, structures, trainings and sessions through the APIs, in a realistic order."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any, Final

import httpx

from deploy.embedded.demo.client import Caller, secret_of
from deploy.embedded.demo.people import PASSWORD, PEOPLE, STRUCTURES, TRAINERS, Person
from deploy.embedded.demo.programme import (
    ACCESSIBILITY,
    AXES,
    CONTACT,
    PARIS,
    SESSIONS,
    TRAININGS,
    Session,
    duration,
    first_day,
    slots,
    times_of,
)

IDENTITY: Final = "/api/identity/v1"
CATALOGUE: Final = "/api/catalogue/v1"
ENROLLMENT: Final = "/api/enrollment/v1"
ADDRESS_PAGE: Final = "/compte/adresse/"


class Scenario:
    """The created objects: the callers by the key of their person, the ids by the key of their object."""

    def __init__(self, http: httpx.AsyncClient, staff_email: str, now: datetime) -> None:
        """`http`: a client of the gateway."""
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
        """Create everything from the first account to the sessions."""
        self.staff = await self._with_password(self._staff_email)
        for structure in STRUCTURES:
            body = {
                "name": structure.name,
                "siret": structure.siret,
                "town": structure.town,
                "is_member": structure.is_member,
            }
            self.structures[structure.key] = (await self.staff.call("POST", f"{IDENTITY}/structures", body))["id"]
        people = (self._create_people(structure.key) for structure in STRUCTURES)
        await asyncio.gather(self._create_trainers(), *people)
        await self._create_catalogue()

    async def _with_password(self, email: str) -> Caller:
        """Verify an address with the link of its mail, choose the password, sign in."""
        token = await secret_of(self._http, email, ADDRESS_PAGE)
        await self._visitor.call("POST", f"{IDENTITY}/address-proofs", {"token": token, "password": PASSWORD})
        answer = await self._visitor.call("POST", f"{IDENTITY}/tokens", {"email": email, "password": PASSWORD})
        return Caller(self._http, answer["access_token"])

    async def _create_trainers(self) -> None:
        for trainer in TRAINERS:
            body = {
                "civility": trainer.civility,
                "first_name": trainer.first_name,
                "last_name": trainer.last_name,
                "email": trainer.email,
            }
            self.trainers[trainer.key] = (await self.staff.call("POST", f"{IDENTITY}/accounts", body))["id"]
            self.people[trainer.key] = await self._with_password(trainer.email)

    async def _create_people(self, structure: str) -> None:
        """Create the people of one structure. The first becomes the referent, and staff confirm this one."""
        first, *others = [person for person in PEOPLE if person.structure == structure]
        referent = await self._join(first)
        mine = (await referent.call("GET", f"{IDENTITY}/me"))["attachments"][0]["id"]
        path = f"{IDENTITY}/attachments/{mine}"
        await referent.change("PUT", f"{path}/statuses", {"statuses": first.statuses}, read=path)
        await self.staff.call("POST", f"{path}/first-user-confirmation")
        for person in others:
            await self._join(person)
            if person.statuses:
                requested = await referent.call("GET", f"{IDENTITY}/attachments?scope=structure&state=requested")
                confirmation = f"{IDENTITY}/attachments/{requested['items'][0]['id']}/confirmation"
                await referent.call("POST", confirmation, {"statuses": person.statuses})

    async def _join(self, person: Person) -> Caller:
        body = {
            "civility": person.civility,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": person.email,
            "structure_id": self.structures[person.structure],
        }
        await self._visitor.call("POST", f"{IDENTITY}/registrations", body)
        self.people[person.key] = await self._with_password(person.email)
        return self.people[person.key]

    async def _create_catalogue(self) -> None:
        axes = {}
        for position, (name, description) in enumerate(AXES, start=1):
            body = {"name": name, "description": description, "position": position}
            axes[name] = (await self.staff.call("POST", f"{CATALOGUE}/axes", body))["id"]
        fields = ("title", "summary", "objectives", "content", "audience", "prerequisites", "kind", "members_only")
        for training in TRAININGS:
            body = {
                "axis_id": axes[training.axis],
                "duration": duration(training.halves),
                "contact": CONTACT,
                "accessibility": ACCESSIBILITY,
                **{name: getattr(training, name) for name in fields},
            }
            made = await self.staff.call("POST", f"{CATALOGUE}/trainings", body)
            await self.staff.call("POST", f"{CATALOGUE}/trainings/{made['id']}/publication")
            self.trainings[training.key] = made["id"]
        for session in SESSIONS:
            self.sessions[session.training, session.number] = await self._schedule(session)
        for training in TRAININGS:
            if training.archived:
                path = f"{CATALOGUE}/trainings/{self.trainings[training.key]}/archival"
                await self.staff.call("POST", path)
        await self._cancel_and_reinstate(("handicap", 2))

    async def _cancel_and_reinstate(self, session: tuple[str, int]) -> None:
        path = f"{CATALOGUE}/sessions/{self.sessions[session]}"
        await self.staff.call("POST", f"{path}/cancellation", {"reason": "La salle n'est plus libre."})
        await self.staff.call("POST", f"{path}/reinstatement", {"reason": "Une autre salle a été trouvée."})

    async def _schedule(self, session: Session) -> str:
        training = next(training for training in TRAININGS if training.key == session.training)
        first = first_day(self._today, session.weeks, session.weekday)
        opened = self._opened
        if session.opens_in_weeks is not None:
            opened += timedelta(weeks=session.opens_in_weeks)
        body = {
            "training_id": self.trainings[session.training],
            "trainer_ids": [self.trainers[training.trainer]] if session.has_trainer else [],
            "capacity": session.capacity,
            **session.where,
            **times_of(first, training.halves, opened=opened),
        }
        made: dict[str, Any] = await self.staff.call("POST", f"{CATALOGUE}/sessions", body)
        return str(made["id"])

    async def move_into_the_past(self, session: tuple[str, int], *, days_ago: int) -> list[str]:
        """Move a session into the past, as staff do if they enter it afterwards; return the ids of its slots."""
        halves = next(training.halves for training in TRAININGS if training.key == session[0])
        day = self._today - timedelta(days=days_ago)
        while day.weekday() > 1:  # start on a Monday or a Tuesday, so that there is no week-end between the slots
            day -= timedelta(days=1)
        half_days = slots(day, halves)
        begins = datetime.fromisoformat(half_days[0]["starts_at"])
        body = {
            "slots": half_days,
            "opens_at": (begins - timedelta(days=60)).isoformat(),
            "closes_at": (begins - timedelta(days=7)).isoformat(),
        }
        path = f"{CATALOGUE}/sessions/{self.sessions[session]}"
        moved = await self.staff.change("PATCH", path, body, read=path)
        return [slot["id"] for slot in moved["slots"]]

    def trainer_of(self, session: tuple[str, int]) -> str:
        """The key of the trainer of a session."""
        return next(training.trainer for training in TRAININGS if training.key == session[0])
