"""The people, structures and sessions of the measurements, delivered to the services as events of other services."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import ModuleType
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.servers import Servers, observer
from shared.contracts import Message
from shared.contracts.catalogue import (
    SessionScheduled,
    SessionSnapshot,
    SlotSnapshot,
    TrainingPublished,
    TrainingSnapshot,
)
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountRegistered,
    AccountSnapshot,
    AttachmentSnapshot,
    Status,
    StructureRegistered,
    StructureSnapshot,
)
from shared.database import Database
from shared.messaging.envelope import Envelope
from shared.messaging.inprocess import InProcessTransport
from shared.tokens.verifier import STAFF

STRUCTURES = 80
PEOPLE_OF_EACH = 12
SESSIONS = 120
CAPACITY = 8
"""Each session gets about twice as many requests, so that half of the acceptances give a seat, half a queue place."""
LINES = 2
KEY_ID = "bench"
BATCH = 500


@dataclass(frozen=True, slots=True)
class Person:
    """A beneficiary with a cart of sessions."""

    account_id: UUID
    structure_id: UUID
    session_ids: tuple[UUID, ...]


@dataclass
class Population:
    """All people, structures and sessions, and the key that signs access tokens."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    employers: dict[UUID, UUID] = field(default_factory=dict)
    sessions: dict[UUID, UUID] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def __post_init__(self) -> None:
        """Create the data, with the same choices in each run."""
        chance = random.Random(2026)  # noqa: S311 - not a secret
        self.sessions = {uuid4(): uuid4() for _ in range(SESSIONS)}
        self.employers = {uuid4(): uuid4() for _ in range(STRUCTURES)}
        self.people = [
            Person(uuid4(), structure, tuple(chance.sample(list(self.sessions), LINES)))
            for structure in self.employers
            for _ in range(PEOPLE_OF_EACH)
        ]

    def token(self, account_id: UUID) -> str:
        """An access token in the form of identity's tokens."""
        times = {"iat": self.now, "nbf": self.now, "exp": self.now + timedelta(hours=2)}
        claims = {"iss": "parcourspro", "aud": "parcourspro", "sub": str(account_id), "jti": str(uuid4())}
        return jwt.encode({**claims, "acr": STAFF, **times}, self.key, "EdDSA", {"typ": "at+jwt", "kid": KEY_ID})

    def events(self) -> Iterator[Message]:
        """The events that identity and the catalogue publish about this population."""
        for structure, employer in self.employers.items():
            snapshot = StructureSnapshot(
                id=structure, version=1, name="Mission locale", siret="73282932000074", town="Limoges", is_member=True
            )
            yield StructureRegistered(occurred_at=self.now, structure=snapshot)
            yield from self._person(employer, structure, "employer")
        for person in self.people:
            yield from self._person(person.account_id, person.structure_id, "beneficiary")
        trainer = uuid4()
        yield from self._person(trainer, next(iter(self.employers)), "beneficiary")
        for session, training in self.sessions.items():
            yield from self._session(session, training, trainer)

    def _person(self, account_id: UUID, structure_id: UUID, status: Status) -> Iterator[Message]:
        account = AccountSnapshot(
            id=account_id, version=1, first_name="Lou", last_name="Faure", email=f"{account_id}@exemple.fr"
        )
        yield AccountRegistered(occurred_at=self.now, account=account)
        attachment = AttachmentSnapshot(
            id=uuid4(), version=1, account_id=account_id, structure_id=structure_id, state="active", statuses=(status,)
        )
        # nobody confirms the employer, the first person of the structure
        by = self.employers[structure_id] if status != "employer" else None
        yield AccountAttachmentConfirmed(occurred_at=self.now, attachment=attachment, confirmed_by=by)

    def _session(self, session_id: UUID, training_id: UUID, trainer: UUID) -> Iterator[Message]:
        title = "Conduire un entretien"
        training = TrainingSnapshot(
            id=training_id,
            version=1,
            title=title,
            axis_id=uuid4(),
            kind="training",
            members_only=False,
            state="published",
        )
        yield TrainingPublished(occurred_at=self.now, training=training)
        starts = self.now + timedelta(days=30)
        slot = SlotSnapshot(id=uuid4(), starts_at=starts, ends_at=starts + timedelta(hours=3))
        session = SessionSnapshot(
            id=session_id, version=1, training_id=training_id, training_title=title, capacity=CAPACITY, place="Limoges",
            opens_at=self.now - timedelta(days=1), closes_at=self.now + timedelta(days=20), slots=(slot,),
            trainer_ids=(trainer,), state="scheduled",
        )  # fmt: skip
        yield SessionScheduled(occurred_at=self.now, session=session)


class _Delivery:
    earlier_deliveries = 0

    def __init__(self, message: Message) -> None:
        self.envelope = Envelope(
            message_id=str(uuid4()), name=message.wire_name, body=message.model_dump_json().encode()
        )

    async def acknowledge(self) -> None:
        """Do nothing: there is no broker."""


async def deliver(wiring: ModuleType, url: str, events: Sequence[Message]) -> None:
    """Deliver events to a service through the inbox of its worker."""
    definition = wiring.SERVICE
    database = Database(url, application="bench")
    settings = wiring.Settings(database_url=url)
    inbox = definition.worker(settings, database, InProcessTransport()).inbox
    for start in range(0, len(events), BATCH):
        await inbox.handle([_Delivery(message) for message in events[start : start + BATCH]])
    async with observer(url) as connection:
        waiting = await connection.fetch("SELECT name, last_error FROM undelivered LIMIT 3")
    await database.close()
    if waiting:
        raise RuntimeError(str(waiting))


async def filled_enrollment(servers: Servers, population: Population) -> str:
    """Create enrollment's database with the population, a filled cart for each person, and the key of the tokens.

    The function closes all connections, because the database is then used as a template.
    """
    from services.enrollment import wiring  # noqa: PLC0415 - only here

    url = await servers.database("enrollment")
    await deliver(wiring, url, list(population.events()))
    public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(population.key.public_key()))
    async with observer(url) as connection:
        jwk = json.dumps({**public, "kid": KEY_ID, "alg": "EdDSA", "use": "sig"})
        await connection.execute("INSERT INTO verification_keys (kid, jwk) VALUES ($1, $2)", KEY_ID, jwk)
        await connection.executemany(
            "INSERT INTO carts (account_id, session_id, training_id, added_at) VALUES ($1, $2, $3, $4)",
            [
                (person.account_id, session, population.sessions[session], population.now)
                for person in population.people
                for session in person.session_ids
            ],
        )
    # without statistics the planner chooses other plans, and autovacuum would add them in the middle of a round
    await servers.analyze(url)
    return url
