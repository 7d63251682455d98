"""The notifier on a real database, and the events that the other services send to it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx
from fastapi import Header
from sqlalchemy import Row, Table, cast, select, update
from sqlalchemy.dialects.postgresql import JSONB

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.all import SPECS
from services.notifier.storage import tables
from services.notifier.storage.invariants import INVARIANTS
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.compose import SenderIdentity
from services.notifier.use_cases.mailers import MailboxMailer, Mailer
from services.notifier.use_cases.read_mailbox import KeptMail, kept_mails
from services.notifier.use_cases.send_due import Sender
from services.notifier.wiring import CONSUMERS, SERVICE
from shared.contracts import Message
from shared.contracts.catalogue import SessionScheduled, SessionSnapshot, SlotSnapshot
from shared.contracts.enrollment import EnrollmentApproved, EnrollmentRequested, EnrollmentSnapshot, EnrollmentValidated
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountRegistered,
    AccountSnapshot,
    AttachmentSnapshot,
    SendPasswordReset,
    StructureRegistered,
    StructureSnapshot,
)
from shared.database import Database
from shared.http.tokens import signed_in
from shared.invariants import violations
from shared.messaging.subscriptions import Directory
from shared.tokens.verifier import Claims
from tests.support.apps import app_of
from tests.support.claims import claims_of
from tests.support.postgres import empty

NOW = datetime.now(UTC)
DIRECTORY = Directory([module.subscriptions for module in CONSUMERS])
SENDER = SenderIdentity(
    public_url="https://agence.example",
    email="ne-pas-repondre@agence.example",
    name="L'agence",
    desk_email="desk@agence.example",
)


async def _account_of_the_header(x_account: Annotated[UUID, Header()]) -> Claims:
    """Tokens have their own tests: here the caller names the account."""
    return claims_of(x_account)


class NotifierService:
    """It knows one structure with two employers, one session with a trainer, and a person who can request it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ahead = timedelta(minutes=1)
        """How much earlier mails are due in a test, so that nobody waits for delayed ones."""
        self.person, self.employer, self.other_employer, self.trainer = (uuid4() for _ in range(4))
        self.attachments: dict[UUID, UUID] = {}
        self.earlier: set[UUID] = set()
        """Mails of which a story keeps that they were sent, and which are not what its test is about."""
        self.structure_id, self.training_id, self.session_id = (uuid4() for _ in range(3))
        start = NOW + timedelta(days=9)
        self.slots = (SlotSnapshot(id=uuid4(), starts_at=start, ends_at=start + timedelta(hours=3)),)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.database.transaction() as work:
            yield Transaction(work, desk_email="desk@agence.example")

    async def tell(self, message: Message) -> None:
        """Deliver a message: every handler in its own transaction, the copies first."""
        for handler in DIRECTORY.listening_to(message.wire_name):
            async with self.database.transaction() as work:
                await handler.perform(message, work, Transaction(work, desk_email="desk@agence.example"))

    async def call(self, method: str, path: str, *, by: UUID, params: dict[str, Any] | None = None) -> httpx.Response:
        """An HTTP call of an account."""
        app = app_of(SERVICE, SERVICE.settings(), self.database)
        app.dependency_overrides[signed_in] = _account_of_the_header
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test/api/notifier/v1") as client:
            return await client.request(method, path, params=params, headers={"X-Account": str(by)})

    async def rows(self, table: Table = tables.mails, **columns: Any) -> Sequence[Row[Any]]:
        """The rows of a table with these values, mails newest first."""
        order = (tables.mails.c.created_at.desc(), tables.mails.c.id.desc()) if table is tables.mails else ()
        conditions = [table.c[name] == value for name, value in columns.items()]
        async with self.database.engine.connect() as connection:
            return (await connection.execute(select(table).where(*conditions).order_by(*order))).all()

    async def mails(self, *kinds: str) -> set[tuple[str, str, str]]:
        """Kind, name in the address, and status of the mails of these kinds."""
        return {(row.kind, row.recipient.split("@")[0], row.status) for row in await self.rows() if row.kind in kinds}

    async def sent(self, kind: str | None = None, recipient: str | None = None) -> list[KeptMail]:
        """The sent mails as the mailbox shows them, newest first."""
        async with self.begin() as tx:
            mails = await kept_mails(tx, limit=500, recipient=recipient)
        return [mail for mail in mails if kind in {None, mail.kind} and mail.id not in self.earlier]

    async def send(self, mailer: Mailer | None = None) -> None:
        """Send everything that is due."""
        await self.make_due(self.ahead)
        await self.sender(mailer).send_due()

    def sender(self, mailer: Mailer | None = None, *, clock_ahead: timedelta = timedelta(0)) -> Sender:
        """The sender of one worker, whose clock may be wrong."""
        return Sender(
            begin=self.begin,
            mailer=mailer or MailboxMailer(),
            identity=SENDER,
            clock=lambda: datetime.now(UTC) + clock_ahead,
        )

    async def make_due(self, earlier: timedelta = timedelta(days=2)) -> None:
        """Let all unfinished mails be due earlier."""
        unfinished = tables.mails.c.chain_position.is_(None)
        earlier_by = update(tables.mails).where(unfinished).values(next_at=tables.mails.c.next_at - earlier)
        async with self.database.transaction() as work:
            await work.connection.execute(earlier_by)

    async def break_facts(self) -> None:
        """Give every mail facts of which no mail can be made."""
        async with self.database.transaction() as work:
            broken = tables.mails.c.facts.op("||")(cast({"expires_at": "demain"}, JSONB))
            await work.connection.execute(update(tables.mails).values(facts=broken))

    async def keep_as_earlier(self) -> None:
        self.earlier = {row.id for row in await self.rows()}

    async def delete_mails(self) -> None:
        """Mails that were sent until now are not what the test is about. Calendars stay."""
        await empty(self.database, "mails")

    async def audit(self) -> None:
        """What must hold for every mail, whatever happened to it."""
        for row in await self.rows():
            spec = SPECS[row.kind]
            assert Audience(row.audience) in spec.audiences
            assert row.why_not or row.status in {"pending", "sent"}
        async with self.database.engine.connect() as connection:
            assert await violations(connection, INVARIANTS, most=5) == []

    def account(self, key: UUID, first_name: str, *, version: int = 1, is_staff: bool = False) -> AccountSnapshot:
        return AccountSnapshot(
            id=key,
            version=version,
            first_name=first_name,
            last_name="X",
            email=f"{first_name.lower()}@example.org",
            is_staff=is_staff,
        )

    def structure(self, version: int = 1) -> StructureSnapshot:
        return StructureSnapshot(
            id=self.structure_id, version=version, name="Les Amis", siret="1" * 14, town="Lyon", is_member=True
        )

    def attachment(self, account: UUID, state: str, *statuses: str, version: int = 1) -> AttachmentSnapshot:
        return AttachmentSnapshot(
            id=self.attachments.setdefault(account, uuid4()),
            version=version,
            account_id=account,
            structure_id=self.structure_id,
            state=state,
            statuses=statuses,
        )

    def session(
        self,
        version: int,
        *,
        place: str = "Salle 2",
        state: str = "scheduled",
        trainers: tuple[UUID, ...] | None = None,
        capacity: int = 1,
    ) -> SessionSnapshot:
        return SessionSnapshot(
            id=self.session_id,
            version=version,
            training_id=self.training_id,
            training_title="Tenir une réunion",
            capacity=capacity,
            place=place,
            opens_at=NOW,
            closes_at=NOW,
            slots=self.slots,
            trainer_ids=(self.trainer,) if trainers is None else trainers,
            state=state,
        )

    def request(self, key: UUID, version: int, approval: str, seat: str = "none") -> EnrollmentSnapshot:
        return EnrollmentSnapshot(
            id=key,
            version=version,
            account_id=self.person,
            structure_id=self.structure_id,
            training_id=self.training_id,
            session_id=self.session_id,
            approval=approval,
            seat=seat,
            rank=1 if seat == "queued" else None,
        )

    async def set_up(self) -> None:
        await self.tell(StructureRegistered(occurred_at=NOW, structure=self.structure()))
        names = {self.person: "Zoe", self.employer: "Ada", self.other_employer: "Eve", self.trainer: "Tim"}
        for key, name in names.items():
            await self.tell(AccountRegistered(occurred_at=NOW, account=self.account(key, name)))
        statuses = {
            self.person: ("beneficiary",),
            self.employer: ("employer",),
            self.other_employer: ("employer", "referent"),
        }
        for key, held in statuses.items():
            attachment = self.attachment(key, "active", *held)
            await self.tell(AccountAttachmentConfirmed(occurred_at=NOW, attachment=attachment, confirmed_by=None))
        await self.tell(SessionScheduled(occurred_at=NOW, session=self.session(1)))
        await self.delete_mails()

    async def other_session(self, **changes: Any) -> SessionSnapshot:
        """Another session of the training, which the notifier knows."""
        changes = {"id": uuid4(), "place": "Salle 7", **changes}
        session = self.session(1).model_copy(update=changes)
        await self.tell(SessionScheduled(occurred_at=NOW, session=session))
        return session

    async def another_account(self, name: str, *statuses: str) -> UUID:
        """An account, attached to the structure if it has statuses there. Its mails are not what a test is about."""
        key = uuid4()
        await self.tell(AccountRegistered(occurred_at=NOW, account=self.account(key, name)))
        if statuses:
            attachment = self.attachment(key, "active", *statuses)
            await self.tell(AccountAttachmentConfirmed(occurred_at=NOW, attachment=attachment, confirmed_by=None))
        return key

    async def staff(self) -> UUID:
        """The account of a new member of the agency's staff."""
        key = uuid4()
        await self.tell(AccountRegistered(occurred_at=NOW, account=self.account(key, "Sam", is_staff=True)))
        return key

    async def request_made(self, key: UUID | None = None, cart: UUID | None = None, size: int = 1) -> UUID:
        key = key or uuid4()
        snapshot = self.request(key, 1, "awaiting_employer")
        await self.tell(
            EnrollmentRequested(occurred_at=NOW, enrollment=snapshot, cart_id=cart or uuid4(), cart_size=size)
        )
        return key

    async def request_accepted(self, key: UUID | None = None) -> UUID:
        """A request was made and accepted with a seat, and all mails about it left: its trainer knows of it."""
        key = await self.request_made(key)
        snapshot = self.request(key, 2, "awaiting_trainer", "held")
        await self.tell(EnrollmentApproved(occurred_at=NOW, enrollment=snapshot, approved_by=self.employer))
        await self.send()
        await self.keep_as_earlier()
        return key

    async def request_validated(self) -> UUID:
        """A request was made and is validated with a seat."""
        key = await self.request_made()
        snapshot = self.request(key, 3, "validated", "held")
        await self.tell(EnrollmentValidated(occurred_at=NOW, enrollment=snapshot, validated_by=self.trainer))
        return key

    async def reset_asked(self) -> None:
        await self.tell(
            SendPasswordReset(
                occurred_at=NOW,
                id=uuid4(),
                account_id=self.person,
                email="zoe@example.org",
                first_name="Zoé",
                token="s3cret",
                expires_at=NOW + timedelta(hours=1),
            )
        )
