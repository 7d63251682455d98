"""The state of one run of the procedure: its people, structures, trainings, sessions and requests."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.e2e.people import Person
from tests.e2e.systems import System
from tests.support.mail import MailReader

PEOPLE: Final = {
    # key         first name, last name
    "amandine": ("Amandine", "Roche"),  # the first user of the town hall, its referent
    "bruno": ("Bruno", "Marchand"),  # beneficiary there, requests four trainings
    "emma": ("Emma", "Lacoste"),  # beneficiary there
    "claire": ("Claire", "Fontaine"),  # employer there
    "denis": ("Denis", "Aubert"),  # the other employer there
    "zoe": ("Zoé", "Inconnue"),  # does not work there
    "hugo": ("Hugo", "Bernard"),  # referent and employer of the association
    "ines": ("Inès", "Delmas"),  # beneficiary there
    "jules": ("Jules", "Perrin"),  # beneficiary there
    "theo": ("Théo", "Garnier"),  # the trainer
}


@dataclass
class Scenario:
    """One run with new names and addresses.

    `trainings` and `sessions`: the catalogue's last answers by the key of the training.
    """

    system: System
    http: httpx.AsyncClient
    mails: MailReader
    run: str = field(default_factory=lambda: uuid4().hex[:8])
    performed: list[str] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    structures: dict[str, dict[str, Any]] = field(default_factory=dict)
    axis: dict[str, Any] = field(default_factory=dict)
    trainings: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: dict[tuple[str, str], str] = field(default_factory=dict)
    """The id of a request by the person's key and the training's."""
    correlation_id: str = ""
    """The correlation id that was sent with the validation of a cart."""
    mail_id: str = ""
    """The id of a mail that staff may read."""
    left_open_id: str = ""
    """The id of what a person has left open."""
    proposal_id: str = ""
    """The id of an open proposal."""

    def __post_init__(self) -> None:
        for key, (first, last) in PEOPLE.items():
            self.add_person(key, first, last)
        self.staff = Person(self.http, self.mails, "L’", "agence", self.system.staff_email)
        self.visitor = Person(self.http, self.mails, "Camille", "Passant", f"visite.{self.run}@exemple.example")

    def __getitem__(self, key: str) -> Person:
        return self.people[key]

    def add_person(self, key: str, first: str, last: str) -> Person:
        """Add a person with a new address."""
        self.people[key] = Person(self.http, self.mails, first, last, f"{key}.{self.run}@exemple.example")
        return self.people[key]

    def title(self, key: str) -> str:
        return str(self.trainings[key]["title"])

    async def view(self, person: str, owner: str, training: str) -> Any:
        """The request of `owner` for a training, as `person` sees it."""
        return await self[person].get_json(f"enrollment/v1/enrollments/{self.requests[owner, training]}")

    async def decide(
        self, person: str, owner: str, training: str, decision: str, body: Any = None, *, expect: int = 200
    ) -> Any:
        """Let `person` decide about the request of `owner` for a training."""
        path = f"enrollment/v1/enrollments/{self.requests[owner, training]}/{decision}"
        return await self[person].call("POST", path, body, expect=expect)

    async def all_read(self, subject: str, *people: str) -> list[str]:
        """Wait until each of these people gets a mail with this subject; return the texts."""
        return [await self[person].read_mail(subject) for person in people]


Step = Callable[[Scenario], Awaitable[None]]


async def perform(scenario: Scenario, steps: Iterable[Step]) -> None:
    """Run the steps in order; record the name of each finished step, and add that of a failed one to its failure."""
    for step in steps:
        try:
            await step(scenario)
        except BaseException as error:
            error.add_note(f"in the step {step.__name__}")
            raise
        scenario.performed.append(step.__name__)
