"""The people of the journeys: structures with an employer and beneficiaries, a trainer, and few seats."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from tests.compose.stack import Stack
from tests.e2e.people import Person, siret
from tests.e2e.steps import catalogue
from tests.e2e.systems import STAFF_EMAIL
from tests.support.mail import MailReader

AT_ONCE: Final = 6
FIRST_NAMES: Final = ("Ada", "Bilal", "Carla", "Dario", "Elsa", "Farid", "Gaëlle", "Hector", "Ilona", "Joris")
LAST_NAMES: Final = ("Abadie", "Bonnet", "Carrère", "Delage", "Escande", "Faure", "Girard", "Hérault")


@dataclass
class Town:
    """One structure: its employer, who is its referent too, and its beneficiaries."""

    structure: dict[str, Any]
    employer: Person
    beneficiaries: list[Person] = field(default_factory=list)


@dataclass
class World:
    """Everybody, and the sessions. Each person asks at most once for each session."""

    stack: Stack
    staff: Person
    trainer: Person
    mails: MailReader
    towns: list[Town] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def clients(self) -> list[httpx.AsyncClient]:
        people = [self.staff, self.trainer]
        people += [person for town in self.towns for person in (town.employer, *town.beneficiaries)]
        return [person.http for person in people]

    def person(self, first: str, last: str, email: str) -> Person:
        """A person at a computer of their own."""
        number = next(self._numbers)
        headers = {"X-Forwarded-For": f"203.{number // 200}.{number % 200}.7"}
        client = httpx.AsyncClient(base_url=self.stack.url, timeout=20, trust_env=False, headers=headers)
        return Person(client, self.mails, first, last, email)

    async def close(self) -> None:
        for client in self.clients:
            await client.aclose()
        await self.mails.close()


async def settle(stack: Stack, *, towns: int, beneficiaries: int, sessions: int) -> World:
    """Make all accounts through the API and the mails, and publish the trainings."""
    mails = MailReader(stack.mail_url)
    nobody = Person(httpx.AsyncClient(), mails, "", "", "")
    world = World(stack, nobody, nobody, mails)
    world.staff = world.person("L’", "agence", STAFF_EMAIL)
    await world.staff.reset_password()
    await world.staff.sign_in()
    world.trainer = await _trainer(world)
    turn = asyncio.Semaphore(AT_ONCE)
    world.towns = [await _town(world, number) for number in range(towns)]
    await asyncio.gather(*(_join(world, town, number, turn) for town in world.towns for number in range(beneficiaries)))
    axis = await world.staff.call_until(
        "POST", "catalogue/v1/axes", {"name": "Essais", "description": "Accueillir.", "position": 1}, expect=201
    )
    capacity = max(1, towns * beneficiaries // 4)
    for number in range(sessions):
        world.sessions.append(await _session(world, axis["id"], number, capacity))
    return world


async def _trainer(world: World) -> Person:
    trainer = world.person("Théo", "Garnier", "theo@exemple.example")
    body = {"civility": "M.", "first_name": "Théo", "last_name": "Garnier", "email": trainer.email}
    await world.staff.call("POST", "identity/v1/accounts", body, expect=201)
    await trainer.verify_address(invited=True)
    await trainer.sign_in()
    return trainer


async def _town(world: World, number: int) -> Town:
    body = {"name": f"Mission locale {number}", "siret": siret(), "town": "Limoges", "is_member": True}
    structure = await world.staff.call("POST", "identity/v1/structures", body, expect=201)
    employer = world.person("Claire", LAST_NAMES[number % len(LAST_NAMES)], f"claire.{number}@exemple.example")
    attachment = await _register(employer, structure)
    path = f"identity/v1/attachments/{attachment}"
    await employer.edit("PUT", f"{path}/statuses", {"statuses": ["employer", "referent"]}, read=path)
    return Town(structure, employer)


async def _join(world: World, town: Town, number: int, turn: asyncio.Semaphore) -> None:
    async with turn:
        first, last = FIRST_NAMES[number % len(FIRST_NAMES)], str(town.employer.last_name)
        email = f"{first.lower().replace('ë', 'e')}.{number}.{town.structure['id'][:8]}@exemple.example"
        town.beneficiaries.append(await join(world, town, first, last, email))


async def join(world: World, town: Town, first: str, last: str, email: str) -> Person:
    """A person with an account, confirmed as a beneficiary of the structure."""
    person = world.person(first, last, email)
    path = f"identity/v1/attachments/{await _register(person, town.structure)}/confirmation"
    await town.employer.call("POST", path, {"statuses": ["beneficiary"]})
    return person


async def _register(person: Person, structure: dict[str, Any]) -> str:
    names = {"civility": "Mme", "first_name": person.first_name, "last_name": person.last_name}
    body = {"structure_id": structure["id"], "email": person.email, **names}
    await person.call("POST", "identity/v1/registrations", body, expect=202)
    await person.verify_address()
    await person.sign_in()
    [attachment] = (await person.get_json("identity/v1/me"))["attachments"]
    return str(attachment["id"])


async def _session(world: World, axis: str, number: int, capacity: int) -> Any:
    body = {
        "title": f"Formation {number}", "axis_id": axis, "kind": "training", "members_only": False,
        "summary": "Une journée.", "objectives": "Progresser.", "content": "Des exercices.", "audience": "Tous.",
        "prerequisites": "Aucun.",
    }  # fmt: skip
    training = await world.staff.call("POST", "catalogue/v1/trainings", body, expect=201)
    await world.staff.call("POST", f"catalogue/v1/trainings/{training['id']}/publication")
    return await schedule(world, training["id"], number, capacity)


async def schedule(world: World, training_id: str, number: int, capacity: int) -> Any:
    """A session of one half-day: the higher the number, the later."""
    day = _day(20 + number)
    scheduled = {
        "training_id": training_id, "capacity": capacity, "place": "Limoges", "trainer_ids": [world.trainer.id],
        "opens_at": _day(-1).isoformat(), "closes_at": _day(17 + number).isoformat(),
        "slots": [catalogue.half_day(day, 0)],
    }  # fmt: skip
    return await world.staff.call_until("POST", "catalogue/v1/sessions", scheduled, expect=201)


def _day(days: int) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0)
