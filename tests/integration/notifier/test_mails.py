"""What is heard becomes the right mails, once, and only while they are true."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.notifier.consumers import catalogue, enrollment, identity
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.compose import Office
from services.notifier.use_cases.deliver import Mailbox, Smtp
from services.notifier.use_cases.read_mailbox import kept_file, kept_mail, kept_mails
from services.notifier.use_cases.send_due import Sender
from shared.contracts import Message
from shared.contracts import catalogue as said_by_catalogue
from shared.contracts import enrollment as said_by_enrollment
from shared.contracts import identity as said_by_identity
from shared.database import Database
from shared.messaging.subscriptions import Directory, NotYetKnown

NOW = datetime.now(UTC)
DIRECTORY = Directory([identity.subscriptions, catalogue.subscriptions, enrollment.subscriptions])


class House:
    """A notifier that has heard of one structure, one session, and some people."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.later = timedelta(minutes=1)
        self.person, self.employer, self.other_employer, self.trainer = (uuid4() for _ in range(4))
        self.structure, self.training, self.session = (uuid4() for _ in range(3))
        self.slots = (SimpleNamespace(id=uuid4(), starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=9, hours=3)),)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.database.transaction() as work:
            yield Transaction(work, desk_email="desk@agence.example")

    async def hear(self, kind: type[Message], **fields: Any) -> None:
        message = kind.model_validate({"occurred_at": NOW, **fields}, from_attributes=True)
        for handler in DIRECTORY.listening_to(message.wire_name):
            async with self.begin() as tx:
                await handler.run(message, tx)

    async def account(self, key: UUID, first_name: str, version: int = 1) -> None:
        account = {"id": key, "version": version, "first_name": first_name, "last_name": "X", "email": f"{first_name.lower()}@example.org"}
        await self.hear(said_by_identity.AccountRegistered, account=account)

    async def attach(self, account: UUID, *statuses: str) -> None:
        attachment = {
            "id": uuid4(), "version": 1, "account_id": account, "structure_id": self.structure, "state": "active", "statuses": statuses,
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
        structure = {"id": self.structure, "version": 1, "name": "Les Amis", "siret": "1" * 14, "town": "Lyon", "is_member": True}
        await self.hear(said_by_identity.StructureRegistered, structure=structure)
        for key, name in ((self.person, "Zoe"), (self.employer, "Ada"), (self.other_employer, "Eve"), (self.trainer, "Tim")):
            await self.account(key, name)
        await self.attach(self.person, "beneficiary")
        await self.attach(self.employer, "employer")
        await self.attach(self.other_employer, "employer", "referent")
        await self.hear(said_by_catalogue.SessionScheduled, session=self.session_at(1))
        await self.send()
        async with self.begin() as tx:
            for row in await tx.mails.page(limit=100):
                await tx.mails.settle(row.id, status="dropped")

    async def send(self, delivery: Any = None) -> None:
        office = Office("https://agence.example", "ne-pas-repondre@agence.example", "L'agence")
        await Sender(self.begin, delivery or Mailbox(), office, lambda: datetime.now(UTC) + self.later).send_due()

    async def mails(self, *kinds: str) -> set[tuple[str, str, str]]:
        async with self.begin() as tx:
            return {(row.kind, row.recipient.split("@")[0], row.status) for row in await tx.mails.page(limit=100) if row.kind in kinds}


@pytest.fixture
async def house(make_database: Callable[[str], Awaitable[Database]]) -> House:
    found = House(await make_database("notifier"))
    await found.settle_in()
    return found


async def requested(house: House, key: UUID, cart: UUID | None = None, size: int = 1) -> None:
    await house.hear(
        said_by_enrollment.EnrollmentRequested,
        enrollment=house.request(key, 1, "awaiting_employer"),
        cart_id=cart or uuid4(),
        cart_size=size,
    )


async def validated(house: House, key: UUID) -> None:
    await requested(house, key)
    await house.hear(
        said_by_enrollment.EnrollmentValidated, enrollment=house.request(key, 3, "validated", "held"), validated_by=house.trainer
    )


async def test_every_employer_is_asked_and_the_person_gets_one_receipt_for_the_cart(house: House) -> None:
    first, second, cart = uuid4(), uuid4(), uuid4()
    await requested(house, first, cart, 2)
    assert await house.mails("request_receipt") == set()
    for _ in range(2):
        await requested(house, second, cart, 2)
    await house.send()
    assert await house.mails("request_receipt") == {("request_receipt", "zoe", "sent")}
    assert await house.mails("request_to_decide") == {("request_to_decide", "ada", "sent"), ("request_to_decide", "eve", "sent")}
    async with house.begin() as tx:
        assert len(await tx.mails.page(limit=100, kind="request_to_decide")) == 4


async def test_an_acceptance_that_was_given_up_before_it_left_is_dropped(house: House) -> None:
    key = uuid4()
    await requested(house, key)
    approved = house.request(key, 2, "awaiting_trainer", "held")
    await house.hear(said_by_enrollment.EnrollmentApproved, enrollment=approved, approved_by=house.employer)
    withdrawn = house.request(key, 3, "withdrawn")
    await house.hear(said_by_enrollment.EnrollmentWithdrawn, enrollment=withdrawn, late=False, seat_before="held")
    await house.send()
    assert await house.mails("accepted", "request_to_validate") == {
        ("accepted", "zoe", "dropped"),
        ("request_to_validate", "tim", "dropped"),
    }
    assert {who for _, who, status in await house.mails("withdrawn") if status == "sent"} == {"ada", "eve", "tim"}


async def test_a_calendar_that_was_sent_is_cancelled_with_the_session(house: House) -> None:
    key = uuid4()
    await validated(house, key)
    await house.send()
    cancelled = house.session_at(2, state="cancelled")
    await house.hear(said_by_catalogue.SessionCancelled, session=cancelled, reason="Formateur malade")
    closed = house.request(key, 4, "cancelled")
    await house.hear(
        said_by_enrollment.EnrollmentCancelled, enrollment=closed, by="session", cancelled_by=None, reason="x", seat_before="held"
    )
    await house.send()
    async with house.begin() as tx:
        mails = [mail for mail in await kept_mails(tx) if mail.kind == "session_cancelled"]
        assert {mail.recipient for mail in mails} == {"zoe@example.org", "ada@example.org", "eve@example.org"}
        assert len(mails) == 3
        assert all(b"METHOD:CANCEL" in mail.files[0].content for mail in mails)
        assert await kept_file(tx, mails[0].id, 1) is None


async def test_the_attendance_of_a_structure_is_one_mail_for_each_employer(house: House) -> None:
    for _ in range(2):
        key = uuid4()
        await validated(house, key)
        await house.hear(
            said_by_enrollment.AttendanceRecorded,
            enrollment=house.request(key, 4, "validated", "held"),
            attended=True,
            slots=[{"slot_id": house.slots[0].id, "present": True}],
        )
    await house.send()
    async with house.begin() as tx:
        sent = [mail for mail in await kept_mails(tx) if mail.kind == "attendance"]
        certificates = [mail for mail in await kept_mails(tx) if mail.kind == "certificate"]
    assert sorted(mail.recipient for mail in sent) == ["ada@example.org", "eve@example.org"]
    assert sent[0].text.count("présent·e à 1 créneau sur 1") == 2
    assert certificates[0].files[0].name == "attestation.html"


async def test_a_request_of_somebody_unknown_waits(house: House) -> None:
    house.person = uuid4()
    with pytest.raises(NotYetKnown):
        await requested(house, uuid4())


async def test_an_erased_person_stays_erased_and_gets_nothing(house: House) -> None:
    key = uuid4()
    await validated(house, key)
    await house.hear(said_by_identity.AccountErased, account_id=house.person, version=9)
    await house.account(house.person, "Zoe", version=2)
    await house.send()
    async with house.begin() as tx:
        account = await tx.copies.account(house.person)
        assert account is not None
        assert account.erased
        assert not [mail for mail in await kept_mails(tx) if mail.recipient.startswith("zoe")]


async def ask_a_reset(house: House) -> None:
    await house.hear(
        said_by_identity.SendPasswordReset, id=uuid4(), account_id=house.person, email="zoe@example.org", first_name="Zoé",
        token="s3cret", expires_at=NOW + timedelta(hours=1),
    )  # fmt: skip


async def test_a_secret_link_is_kept_in_the_mailbox_alone(house: House) -> None:
    await ask_a_reset(house)
    await house.send()
    async with house.begin() as tx:
        mail = next(mail for mail in await kept_mails(tx) if mail.kind == "password_reset")
        assert "/compte/mot-de-passe/s3cret" in mail.text
        assert await kept_mail(tx, mail.id) == mail
        row = await tx.mails.find(mail.id)
        assert row is not None
        assert "token" not in row.facts


@asynccontextmanager
async def smtp_server(received: list[bytes]) -> AsyncIterator[int]:
    """As little SMTP as a client needs."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go\r\n")
                received.append((await reader.readuntil(b"\r\n.\r\n"))[:-5])
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            await writer.drain()
            if word == b"QUIT":
                break
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def test_over_smtp_the_body_with_the_link_leaves_and_is_not_kept(house: House) -> None:
    received: list[bytes] = []
    await ask_a_reset(house)
    async with smtp_server(received) as port:
        await house.send(Smtp("127.0.0.1", port, "none", 5))
    message = message_from_bytes(received[0], policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    assert "s3cret" in body.get_content()
    async with house.begin() as tx:
        row = (await tx.mails.page(limit=1, kind="password_reset"))[0]
    assert (row.status, row.text, row.html) == ("sent", None, None)
    assert "s3cret" not in str(row)


async def test_a_server_that_is_away_is_tried_again_and_then_the_mail_has_failed(house: House) -> None:
    await ask_a_reset(house)
    house.later = timedelta(0)
    nobody = Smtp("127.0.0.1", 1, "none", 1)
    await house.send(nobody)
    assert await house.mails("password_reset") == {("password_reset", "zoe", "pending")}
    for minutes in (1, 7, 8, 14, 20, 30):
        async with house.begin() as tx:
            row = (await tx.mails.page(limit=1, kind="password_reset"))[0]
            await tx.mails.settle(row.id, next_at=NOW - timedelta(minutes=minutes))
        await house.send(nobody)
    assert await house.mails("password_reset") == {("password_reset", "zoe", "failed")}
