"""A notifier on a real database, and what others say to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from services.notifier.consumers import catalogue, enrollment, identity
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.compose import Office
from services.notifier.use_cases.deliver import Delivery, Mailbox
from services.notifier.use_cases.send_due import Sender
from shared.contracts import Message
from shared.contracts import catalogue as said_by_catalogue
from shared.contracts import enrollment as said_by_enrollment
from shared.contracts import identity as said_by_identity
from shared.database import Database
from shared.messaging.subscriptions import Directory

NOW = datetime.now(UTC)
DIRECTORY = Directory([identity.subscriptions, catalogue.subscriptions, enrollment.subscriptions])


class House:
    """A notifier that has heard of one structure, one session, and some people."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.later = timedelta(minutes=1)
        self.person, self.employer, self.other_employer, self.trainer = (uuid4() for _ in range(4))
        self.attachments: dict[UUID, UUID] = {}
        self.structure, self.training, self.session = (uuid4() for _ in range(3))
        self.slots = (
            SimpleNamespace(id=uuid4(), starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=9, hours=3)),
        )

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.database.transaction() as work:
            yield Transaction(work, desk_email="desk@agence.example")

    async def hear(self, kind: type[Message], **fields: Any) -> None:
        message = kind.model_validate({"occurred_at": NOW, **fields}, from_attributes=True)
        for handler in DIRECTORY.listening_to(message.wire_name):
            async with self.database.transaction() as work:
                await handler.perform(message, work, Transaction(work, desk_email="desk@agence.example"))

    async def account(self, key: UUID, first_name: str, version: int = 1) -> None:
        account = {
            "id": key,
            "version": version,
            "first_name": first_name,
            "last_name": "X",
            "email": f"{first_name.lower()}@example.org",
        }
        await self.hear(said_by_identity.AccountRegistered, account=account)

    async def attach(self, account: UUID, *statuses: str) -> None:
        attachment = {
            "id": self.attachments.setdefault(account, uuid4()), "version": 1, "account_id": account, "structure_id": self.structure,
            "state": "active", "statuses": statuses,
        }  # fmt: skip
        await self.hear(said_by_identity.AccountAttachmentConfirmed, attachment=attachment, confirmed_by=None)

    def session_at(self, version: int, **changes: Any) -> dict[str, Any]:
        return {
            "id": self.session, "version": version, "training_id": self.training, "training_title": "Tenir une réunion",
            "capacity": 1, "place": "Salle 2", "opens_at": NOW, "closes_at": NOW, "slots": [vars(slot) for slot in self.slots],
            "trainer_ids": (self.trainer,), "state": "scheduled", **changes,
        }  # fmt: skip

    def request(self, key: UUID, version: int, approval: str, seat: str = "none") -> dict[str, Any]:
        return {
            "id": key, "version": version, "account_id": self.person, "structure_id": self.structure, "training_id": self.training,
            "session_id": self.session, "approval": approval, "seat": seat, "rank": 1 if seat == "queued" else None,
        }  # fmt: skip

    async def settle_in(self) -> None:
        structure = {
            "id": self.structure,
            "version": 1,
            "name": "Les Amis",
            "siret": "1" * 14,
            "town": "Lyon",
            "is_member": True,
        }
        await self.hear(said_by_identity.StructureRegistered, structure=structure)
        for key, name in (
            (self.person, "Zoe"),
            (self.employer, "Ada"),
            (self.other_employer, "Eve"),
            (self.trainer, "Tim"),
        ):
            await self.account(key, name)
        await self.attach(self.person, "beneficiary")
        await self.attach(self.employer, "employer")
        await self.attach(self.other_employer, "employer", "referent")
        await self.hear(said_by_catalogue.SessionScheduled, session=self.session_at(1))
        await self.send()
        await self.forget_mails()

    async def forget_mails(self) -> None:
        """What was sent until now is not what the test is about; calendars stay."""
        async with self.database.transaction() as work:
            await work.connection.execute(text("DELETE FROM mails"))

    async def send(self, delivery: Delivery | None = None) -> None:
        office = Office("https://agence.example", "ne-pas-repondre@agence.example", "L'agence")
        await Sender(self.begin, delivery or Mailbox(), office, lambda: datetime.now(UTC) + self.later).send_due()

    async def mails(self, *kinds: str) -> set[tuple[str, str, str]]:
        async with self.begin() as tx:
            return {
                (row.kind, row.recipient.split("@")[0], row.status)
                for row in await tx.mails.page(limit=100)
                if row.kind in kinds
            }

    async def rows_with(self, words: str) -> int:
        """How many rows of mails have these words anywhere."""
        async with self.database.transaction() as work:
            return int(
                await work.connection.scalar(
                    text("SELECT count(*) FROM mails m WHERE m::text LIKE :words"), {"words": f"%{words}%"}
                )
                or 0
            )

    async def hear_of(self, kind: type[Message], snapshot: dict[str, Any], **fields: Any) -> None:
        """Hear one of enrollment's events."""
        await self.hear(kind, enrollment=snapshot, **fields)

    async def requested(self, key: UUID, cart: UUID | None = None, size: int = 1) -> None:
        snapshot = self.request(key, 1, "awaiting_employer")
        await self.hear_of(said_by_enrollment.EnrollmentRequested, snapshot, cart_id=cart or uuid4(), cart_size=size)

    async def validated(self, key: UUID) -> None:
        await self.requested(key)
        snapshot = self.request(key, 3, "validated", "held")
        await self.hear_of(said_by_enrollment.EnrollmentValidated, snapshot, validated_by=self.trainer)

    async def somebody_is_validated(self) -> UUID:
        key = uuid4()
        await self.validated(key)
        return key

    async def ask_a_reset(self) -> None:
        await self.hear(
            said_by_identity.SendPasswordReset, id=uuid4(), account_id=self.person, email="zoe@example.org", first_name="Zoé",
            token="s3cret", expires_at=NOW + timedelta(hours=1),
        )  # fmt: skip
