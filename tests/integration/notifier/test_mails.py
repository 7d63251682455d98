"""Events become the right mails, once, and they leave only while they are true."""

from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from pydantic import create_model

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.request import QUESTION
from services.notifier.storage import tables
from services.notifier.use_cases.queue_mails import NewMail, queue_for_address
from services.notifier.use_cases.read_mailbox import kept_file
from shared.contracts.catalogue import SessionCancelled, SessionRescheduled, SessionScheduled
from shared.contracts.enrollment import (
    AttendanceRecorded,
    ClarificationGiven,
    EnrollmentApproved,
    EnrollmentCancelled,
    EnrollmentPromoted,
    EnrollmentRequested,
    EnrollmentSnapshot,
    EnrollmentWithdrawn,
    SlotPresence,
)
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentRequested,
    AccountRegistered,
    AttachmentStatusesChanged,
    SendAccountNotice,
    StructureRegistered,
)
from shared.contracts.message import Message
from shared.messaging.subscriptions import NotYetKnown
from tests.integration.notifier.notifier_service import NOW, NotifierService


async def test_every_employer_is_asked_and_the_person_gets_one_receipt_for_the_cart(service: NotifierService) -> None:
    first, second, cart = uuid4(), uuid4(), uuid4()
    await service.request_made(first, cart, 2)
    assert await service.mails("request_receipt") == set()
    for _ in range(2):
        await service.request_made(second, cart, 2)
    await service.send()
    assert await service.mails("request_receipt") == {("request_receipt", "zoe", "sent")}
    assert await service.mails("request_to_decide") == {
        ("request_to_decide", "ada", "sent"),
        ("request_to_decide", "eve", "sent"),
    }
    assert len(await service.rows(kind="request_to_decide")) == 4


async def test_an_acceptance_that_was_given_up_before_it_left_is_dropped(service: NotifierService) -> None:
    key = await service.request_made()
    approved = service.request(key, 2, "awaiting_trainer", "held")
    await service.tell(EnrollmentApproved(occurred_at=NOW, enrollment=approved, approved_by=service.employer))
    withdrawn = service.request(key, 3, "withdrawn")
    await service.tell(EnrollmentWithdrawn(occurred_at=NOW, enrollment=withdrawn, late=False, seat_before="held"))
    await service.send()
    assert await service.mails("accepted", "request_to_validate") == {
        ("accepted", "zoe", "dropped"),
        ("accepted", "eve", "dropped"),
        ("request_to_validate", "tim", "dropped"),
    }
    assert await service.mails("withdrawn") == {
        *(("withdrawn", name, "sent") for name in ("zoe", "ada", "eve")),
        ("withdrawn", "tim", "dropped"),
    }


async def test_an_event_that_arrives_late_is_taken_as_it_was_and_leaves_the_newer_copy(
    service: NotifierService,
) -> None:
    key = await service.request_made()
    withdrawn = service.request(key, 3, "withdrawn")
    await service.tell(EnrollmentWithdrawn(occurred_at=NOW, enrollment=withdrawn, late=False, seat_before="held"))
    approved = service.request(key, 2, "awaiting_trainer", "held")
    await service.tell(EnrollmentApproved(occurred_at=NOW, enrollment=approved, approved_by=service.employer))
    [mail] = await service.rows(kind="accepted", recipient="zoe@example.org")
    assert mail.facts == {"seat": "held", "by": "employer", "by_name": "Ada X", "by_person": False}
    assert mail.cause_message_id == f"enrollment.enrollment_approved.v1:{key}:2"
    [copy] = await service.rows(tables.enrollments, id=key)
    assert (copy.version, copy.approval) == (3, "withdrawn")


async def test_a_field_that_is_added_to_a_snapshot_changes_nothing(service: NotifierService) -> None:
    longer = create_model("Longer", __base__=EnrollmentSnapshot, group_id=(UUID | None, None))
    key, cart = uuid4(), uuid4()
    snapshot = longer.model_validate({**service.request(key, 1, "awaiting_employer").model_dump(), "group_id": cart})
    await service.tell(EnrollmentRequested(occurred_at=NOW, enrollment=snapshot, cart_id=cart, cart_size=1))
    [copy] = await service.rows(tables.enrollments, id=key)
    assert (copy.version, copy.approval, copy.cart_id) == (1, "awaiting_employer", cart)
    assert {kind for kind, _, _ in await service.mails("request_to_decide", "request_receipt")} == {
        "request_to_decide",
        "request_receipt",
    }


async def test_a_seat_of_a_kind_that_is_not_known_here_is_announced_to_nobody(service: NotifierService) -> None:
    key = await service.request_made()
    offered = service.request(key, 2, "awaiting_trainer", "offered")
    await service.tell(EnrollmentApproved(occurred_at=NOW, enrollment=offered, approved_by=service.employer))
    later = service.request(key, 3, "awaiting_trainer", "offered")
    await service.tell(EnrollmentPromoted(occurred_at=NOW, enrollment=later))
    await service.send()
    assert {status for _, _, status in await service.mails("accepted", "promoted", "request_to_validate")} == {
        "dropped"
    }


async def test_a_request_in_a_state_that_is_not_known_here_gets_no_mail_about_a_move(service: NotifierService) -> None:
    key = await service.request_made()
    new_word = service.request(key, 2, "paused", "held")
    await service.tell(EnrollmentPromoted(occurred_at=NOW, enrollment=new_word))
    await service.tell(SessionRescheduled(occurred_at=NOW, session=service.session(2, place="Salle 9"), moved=True))
    await service.send()
    assert {status for _, _, status in await service.mails("promoted", "session_moved")} == {"dropped"}


async def test_a_calendar_that_was_sent_is_cancelled_with_the_session(service: NotifierService) -> None:
    key = await service.request_validated()
    await service.send()
    session = service.session(2, state="cancelled")
    await service.tell(SessionCancelled(occurred_at=NOW, session=session, reason="Formateur malade"))
    await service.tell(
        EnrollmentCancelled(
            occurred_at=NOW,
            enrollment=service.request(key, 4, "cancelled"),
            by="session",
            cancelled_by=None,
            reason="x",
            seat_before="held",
        )
    )
    await service.send()
    mails = await service.sent("session_cancelled")
    assert [mail.recipient for mail in mails] == ["zoe@example.org"]
    assert all(b"METHOD:CANCEL" in mail.files[0].content for mail in mails)
    assert [row.slots for row in await service.rows(tables.calendars)] == [[]]
    for_employers = await service.sent("session_cancelled_people")
    assert sorted(mail.recipient for mail in for_employers) == ["ada@example.org", "eve@example.org"]
    assert all("Zoe X" in mail.text and not mail.files for mail in for_employers)
    async with service.begin() as tx:
        assert await kept_file(tx, mails[0].id, 0) == mails[0].files[0]
        assert await kept_file(tx, mails[0].id, 1) is None


async def test_of_two_moves_of_a_session_the_newest_is_sent(service: NotifierService) -> None:
    await service.request_made()
    for version, place in ((2, "Salle 8"), (3, "Salle 9")):
        await service.tell(
            SessionRescheduled(occurred_at=NOW, session=service.session(version, place=place), moved=True)
        )
    await service.send()
    mails = await service.sent("session_moved", "zoe@example.org")
    assert ["Salle 9" in mail.text for mail in mails] == [True]
    assert ("session_moved", "zoe", "dropped") in await service.mails("session_moved")


async def close_attendance(service: NotifierService, *, present: bool) -> None:
    key = await service.request_validated()
    slots = (SlotPresence(slot_id=service.slots[0].id, present=present),)
    snapshot = service.request(key, 4, "validated", "held")
    await service.tell(AttendanceRecorded(occurred_at=NOW, enrollment=snapshot, attended=present, slots=slots))


async def test_the_attendance_of_a_structure_is_one_mail_for_each_employer(service: NotifierService) -> None:
    for _ in range(2):
        await close_attendance(service, present=True)
    await service.send()
    sent = await service.sent("attendance")
    assert sorted(mail.recipient for mail in sent) == ["ada@example.org", "eve@example.org"]
    assert sent[0].text.count("présent·e à 1\N{NO-BREAK SPACE}créneau sur 1") == 2
    certificate = (await service.sent("certificate"))[0]
    assert "/demandes/" in certificate.text
    assert certificate.files == ()


async def test_attendance_that_arrives_in_two_parts_is_complete_in_each_mail(service: NotifierService) -> None:
    for _ in range(2):
        await close_attendance(service, present=False)
        await service.send()
    sent = await service.sent("attendance", "ada@example.org")
    assert [mail.text.count("absent·e") for mail in sent] == [2, 1]


@pytest.mark.parametrize("missing", ["account", "attachment", "structure", "session"])
async def test_a_request_waits_until_everything_that_it_is_about_is_known(
    service: NotifierService, missing: str
) -> None:
    service.person, service.structure_id, service.session_id = uuid4(), uuid4(), uuid4()
    service.attachments.clear()
    attachment = service.attachment(service.person, "active", "beneficiary")
    events: dict[str, Message] = {
        "account": AccountRegistered(occurred_at=NOW, account=service.account(service.person, "Lou")),
        "attachment": AccountAttachmentConfirmed(occurred_at=NOW, attachment=attachment, confirmed_by=None),
        "structure": StructureRegistered(occurred_at=NOW, structure=service.structure()),
        "session": SessionScheduled(occurred_at=NOW, session=service.session(1)),
    }
    last = events.pop(missing)
    # the mails about an attachment wait too, and are not what this is about
    for event in events.values():
        with suppress(NotYetKnown):
            await service.tell(event)
    key = uuid4()
    with pytest.raises(NotYetKnown, match=missing):
        await service.request_made(key)
    answered = service.request(key, 2, "awaiting_trainer", "held")
    with pytest.raises(NotYetKnown, match=missing):
        await service.tell(ClarificationGiven(occurred_at=NOW, enrollment=answered, answer="Voilà"))
    assert await service.mails("request_to_decide", "request_receipt", "answer") == set()
    assert len(await service.rows(tables.enrollments, id=key)) == 1, "the copy is kept meanwhile"
    with suppress(NotYetKnown):
        await service.tell(last)
    await service.request_made(key)
    assert await service.mails("request_to_decide", "request_receipt") == {
        ("request_to_decide", "desk", "pending"),
        ("request_receipt", "lou", "pending"),
    }


async def test_a_notice_that_is_not_known_here_has_no_mail(service: NotifierService) -> None:
    await service.tell(
        SendAccountNotice(
            occurred_at=NOW,
            id=uuid4(),
            account_id=service.person,
            email="zoe@example.org",
            first_name="Zoé",
            notice="sign_in_from_abroad",
        )
    )
    assert await service.rows() == []


async def take_statuses(service: NotifierService, *accounts: object, left: tuple[str, ...] = ()) -> None:
    for account in (service.employer, service.other_employer):
        if account in accounts:
            attachment = service.attachment(account, "active", *left, version=5)
            message = AttachmentStatusesChanged(
                occurred_at=NOW, attachment=attachment, changed_by=account, before=("employer",)
            )
            await service.tell(message)
    await service.delete_mails()


async def test_without_an_employer_the_referents_are_asked_and_without_these_the_desk(
    service: NotifierService,
) -> None:
    await take_statuses(service, service.employer)
    await take_statuses(service, service.other_employer, left=("referent",))
    await service.request_made()
    assert await service.mails("request_to_decide") == {("request_to_decide", "eve", "pending")}
    await service.delete_mails()
    attachment = service.attachment(service.other_employer, "active", version=6)
    await service.tell(
        AttachmentStatusesChanged(
            occurred_at=NOW, attachment=attachment, changed_by=service.employer, before=("referent",)
        )
    )
    await service.request_made()
    assert await service.mails("request_to_decide") == {("request_to_decide", "desk", "pending")}
    requested = service.attachment(service.person, "requested", version=7)
    await service.tell(AccountAttachmentRequested(occurred_at=NOW, attachment=requested))
    await service.send()
    assert await service.mails("attachment_requested") == {("attachment_requested", "desk", "sent")}
    [row] = await service.rows(kind="attachment_requested")
    assert "n’a pas de référent" in row.text


async def test_a_status_taken_away_before_the_mail_left_takes_the_mail_away(service: NotifierService) -> None:
    await service.request_made()
    attachment = service.attachment(service.employer, "active", version=5)
    await service.tell(
        AttachmentStatusesChanged(
            occurred_at=NOW, attachment=attachment, changed_by=service.employer, before=("employer",)
        )
    )
    await service.send()
    assert await service.mails("request_to_decide") == {
        ("request_to_decide", "ada", "dropped"),
        ("request_to_decide", "eve", "sent"),
    }


async def test_a_mail_is_queued_only_for_the_audiences_of_its_record(service: NotifierService) -> None:
    mail = NewMail(spec=QUESTION, cause="x", subject_id=uuid4())
    with pytest.raises(ValueError, match="question is not for the audience employer"):
        async with service.begin() as tx:
            await queue_for_address(tx, mail, Audience.EMPLOYER, "ada@example.org")
