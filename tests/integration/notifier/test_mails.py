"""What is heard becomes the right mails, once, and only while they are true."""

from uuid import uuid4

import pytest

from services.notifier.use_cases.read_mailbox import kept_file, kept_mails
from shared.contracts import catalogue as said_by_catalogue
from shared.contracts import enrollment as said_by_enrollment
from shared.messaging.subscriptions import NotYetKnown
from tests.integration.notifier.house import House


async def test_every_employer_is_asked_and_the_person_gets_one_receipt_for_the_cart(house: House) -> None:
    first, second, cart = uuid4(), uuid4(), uuid4()
    await house.requested(first, cart, 2)
    assert await house.mails("request_receipt") == set()
    for _ in range(2):
        await house.requested(second, cart, 2)
    await house.send()
    assert await house.mails("request_receipt") == {("request_receipt", "zoe", "sent")}
    assert await house.mails("request_to_decide") == {
        ("request_to_decide", "ada", "sent"),
        ("request_to_decide", "eve", "sent"),
    }
    async with house.begin() as tx:
        assert len(await tx.mails.page(limit=100, kind="request_to_decide")) == 4


async def test_an_acceptance_that_was_given_up_before_it_left_is_dropped(house: House) -> None:
    key = uuid4()
    await house.requested(key)
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
    await house.validated(key)
    await house.send()
    cancelled = house.session_at(2, state="cancelled")
    await house.hear(said_by_catalogue.SessionCancelled, session=cancelled, reason="Formateur malade")
    closed = house.request(key, 4, "cancelled")
    await house.hear(
        said_by_enrollment.EnrollmentCancelled,
        enrollment=closed,
        by="session",
        cancelled_by=None,
        reason="x",
        seat_before="held",
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
        await house.validated(key)
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
    assert sent[0].text.count("présent·e à 1\N{NO-BREAK SPACE}créneau sur 1") == 2
    assert certificates[0].files[0].name == "attestation.html"


async def test_the_attendance_that_comes_in_two_times_is_told_whole_each_time(house: House) -> None:
    for _ in range(2):
        await house.hear_of(
            said_by_enrollment.AttendanceRecorded,
            house.request(await house.somebody_is_validated(), 4, "validated", "held"),
            attended=False,
            slots=[{"slot_id": house.slots[0].id, "present": False}],
        )
        await house.send()
    async with house.begin() as tx:
        sent = [
            mail.text.count("absent·e")
            for mail in await kept_mails(tx, recipient="ada@example.org")
            if mail.kind == "attendance"
        ]
    assert sent == [2, 1]


async def test_a_request_of_somebody_unknown_waits(house: House) -> None:
    house.person = uuid4()
    with pytest.raises(NotYetKnown):
        await house.requested(uuid4())
