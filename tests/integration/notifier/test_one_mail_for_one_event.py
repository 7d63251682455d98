"""One event makes one mail a person, however many people it touches; sessions can be cancelled more than once."""

from uuid import UUID, uuid4

import pytest

from services.notifier.storage import tables
from shared.contracts.attendance import AttendanceClosed, SheetSnapshot
from shared.contracts.catalogue import SessionBefore, SessionCancelled, SessionReinstated, SessionRescheduled
from shared.contracts.enrollment import (
    AttendanceRecorded,
    EndingAct,
    EnrollmentCancelled,
    EnrollmentReopened,
    EnrollmentValidated,
    SlotPresence,
)
from shared.contracts.identity import AccountAttachmentEnded
from tests.integration.notifier.later_stories import ended_together
from tests.integration.notifier.notifier_service import NOW, NotifierService

EMPLOYERS = ["ada@example.org", "eve@example.org"]


async def two_people(service: NotifierService) -> list[UUID]:
    keys = [await service.request_made() for _ in range(2)]
    await service.send()
    await service.keep_as_earlier()
    return keys


async def cancel(service: NotifierService, keys: list[UUID], version: int, *, catalogue_first: bool) -> None:
    session = service.session(version, state="cancelled")
    event = SessionCancelled(occurred_at=NOW, session=session, reason="Neige")
    if catalogue_first:
        await service.tell(event)
    for key in keys:
        await service.tell(
            EnrollmentCancelled(
                occurred_at=NOW,
                enrollment=service.request(key, version * 10, "cancelled"),
                by="session",
                cancelled_by=None,
                reason="Neige",
                seat_before="none",
            )
        )
    if not catalogue_first:
        await service.tell(event)


async def test_the_cancellation_of_a_session_is_one_mail_for_each_employer(service: NotifierService) -> None:
    for catalogue_first in (True, False):
        keys = await two_people(service)
        await cancel(service, keys, 2, catalogue_first=catalogue_first)
        await service.send()
        mails = await service.sent("session_cancelled_people")
        assert sorted(mail.recipient for mail in mails) == EMPLOYERS
        assert all(mail.text.count("Zoe X") == 2 for mail in mails)
        assert [mail.recipient for mail in await service.sent("session_cancelled")] == ["zoe@example.org"] * 2
        await service.delete_mails()
        async with service.database.transaction() as work:
            await work.connection.execute(tables.enrollments.delete())


async def test_requests_that_one_act_ends_are_one_mail_for_the_person_and_each_employer(
    service: NotifierService,
) -> None:
    await ended_together(service)
    await service.send()
    mails = await service.sent("cancelled_together")
    assert sorted(mail.recipient for mail in mails) == [*EMPLOYERS, "tim@example.org", "zoe@example.org"]
    for mail in mails:
        assert mail.text.count("Tenir une réunion") == (1 if mail.recipient == "tim@example.org" else 2)
        assert "ne faites plus partie" in mail.text or "ne fait plus partie" in mail.text
        assert "Fin de contrat" not in mail.text
    [file] = [file for mail in mails for file in mail.files]
    assert b"METHOD:CANCEL" in file.content
    assert file.content.count(b"BEGIN:VEVENT") == 1
    assert [row.slots for row in await service.rows(tables.calendars)] == [[]]
    assert await service.sent("cancelled") == []


async def attachment_ends(service: NotifierService) -> None:
    attachment = service.attachment(service.person, "ended", version=9)
    await service.tell(
        AccountAttachmentEnded(occurred_at=NOW, attachment=attachment, ended_by=uuid4(), reason="Fin de contrat")
    )


@pytest.mark.parametrize("attachment_first", [True, False])
async def test_the_mail_about_the_end_of_an_attachment_says_to_the_person_which_requests_ended(
    service: NotifierService, *, attachment_first: bool
) -> None:
    if attachment_first:
        await ended_together(service, before=attachment_ends)
    else:
        await ended_together(service)
        await attachment_ends(service)
    await service.send()
    [mail] = await service.sent(recipient="zoe@example.org")
    assert mail.kind == "attachment_ended"
    assert "Fin de contrat" in mail.text
    assert "Vos demandes de formation en cours sont annulées" in mail.text.replace("\N{NO-BREAK SPACE}", " ")
    assert mail.text.count("Tenir une réunion") == 2
    [file] = mail.files
    assert b"METHOD:CANCEL" in file.content
    assert [row.slots for row in await service.rows(tables.calendars)] == [[]]
    [dropped] = await service.rows(kind="cancelled_together", recipient="zoe@example.org")
    assert (dropped.status, dropped.why_not) == ("dropped", "Le message sur la fin du rattachement le dit aussi.")


async def test_what_ends_long_after_the_attachment_has_a_mail_of_its_own(service: NotifierService) -> None:
    async def ends_and_is_told(service: NotifierService) -> None:
        await attachment_ends(service)
        await service.send()

    await ended_together(service, before=ends_and_is_told)
    await service.send()
    mails = await service.sent(recipient="zoe@example.org")
    assert [mail.kind for mail in mails] == ["cancelled_together", "attachment_ended"]
    assert "2 demandes de formation en cours sont annulées" in mails[1].text.replace("\N{NO-BREAK SPACE}", " ")
    assert [len(mail.files) for mail in mails] == [1, 0]


async def test_each_trainer_gets_one_mail_about_the_requests_that_one_act_ends_in_their_sessions(
    service: NotifierService,
) -> None:
    nina = await service.another_account("Nina")
    elsewhere = await service.other_session(trainer_ids=(nina,))
    here = [await service.request_validated() for _ in range(2)]
    there = await service.request_validated()
    moved = service.request(there, 4, "validated", "held").model_copy(update={"session_id": elsewhere.id})
    await service.tell(EnrollmentValidated(occurred_at=NOW, enrollment=moved, validated_by=nina))
    await service.send()
    await service.keep_as_earlier()
    act = EndingAct(id=uuid4(), because="attachment_ended", enrollment_ids=(*here, there))
    for key, session_id in ((here[0], service.session_id), (there, elsewhere.id), (here[1], service.session_id)):
        ended = service.request(key, 9, "cancelled").model_copy(update={"session_id": session_id})
        await service.tell(
            EnrollmentCancelled(
                occurred_at=NOW,
                enrollment=ended,
                by="attachment",
                cancelled_by=None,
                reason="Fin de contrat",
                seat_before="held",
                act=act,
            )
        )
    await service.send()
    of_trainers = [mail for mail in await service.sent() if mail.recipient[:4] in {"tim@", "nina"}]
    assert {(mail.kind, mail.recipient, mail.text.count("Tenir une réunion")) for mail in of_trainers} == {
        ("cancelled_together", "tim@example.org", 2),
        ("cancelled_together", "nina@example.org", 1),
    }
    assert all("formateur/demandes?etat=cancelled" in mail.text for mail in of_trainers)
    assert all("Fin de contrat" not in mail.text for mail in of_trainers)


async def test_a_session_that_was_put_back_can_be_cancelled_again(service: NotifierService) -> None:
    keys = await two_people(service)
    await cancel(service, keys, 2, catalogue_first=True)
    await service.tell(SessionReinstated(occurred_at=NOW, session=service.session(3), reason="Beau temps"))
    for key in keys[:1]:
        reopened = service.request(key, 25, "awaiting_employer")
        await service.tell(
            EnrollmentReopened(
                occurred_at=NOW, enrollment=reopened, reopened_by=uuid4(), reason="Oui", closed_as="cancelled"
            )
        )
    await service.send()
    await service.keep_as_earlier()
    await cancel(service, keys[:1], 4, catalogue_first=True)
    await service.send()
    assert [mail.recipient for mail in await service.sent("session_cancelled")] == ["zoe@example.org"]
    mails = await service.sent("session_cancelled_people")
    assert sorted(mail.recipient for mail in mails) == EMPLOYERS
    assert all(mail.text.count("Zoe X") == 1 for mail in mails)


async def test_a_cancellation_that_arrives_after_the_session_was_put_back_tells_nobody(
    service: NotifierService,
) -> None:
    await two_people(service)
    gone = SessionCancelled(occurred_at=NOW, session=service.session(2, state="cancelled"), reason="Neige")
    await service.tell(SessionReinstated(occurred_at=NOW, session=service.session(3), reason="Beau temps"))
    await service.tell(gone)
    kinds = {mail.kind for mail in await service.rows()}
    assert kinds & {"session_cancelled", "session_cancelled_people", "session_cancelled_trainer"} == set()


async def test_a_move_is_one_mail_for_each_employer_and_says_what_was_before(service: NotifierService) -> None:
    await two_people(service)
    before = SessionBefore(place="Salle 2", slots=service.slots, trainer_ids=(service.trainer,))
    session = service.session(2, place="Salle 9")
    await service.tell(SessionRescheduled(occurred_at=NOW, session=session, moved=True, before=before))
    await service.send()
    mails = await service.sent("session_moved_people")
    assert sorted((mail.recipient, mail.text.count("Zoe X")) for mail in mails) == [(each, 2) for each in EMPLOYERS]
    for mail in (*mails, *await service.sent("session_moved"), *await service.sent("session_moved_trainer")):
        assert "Le lieu change, les dates restent les mêmes." in mail.text
        assert "Avant (Salle 2)" in mail.text
        assert "Salle 9" in mail.text


async def test_nobody_hears_of_a_change_of_a_session_whose_attendance_is_closed(service: NotifierService) -> None:
    await two_people(service)
    sheet = SheetSnapshot(id=service.session_id, version=1, closed=True)
    await service.tell(AttendanceClosed(occurred_at=NOW, sheet=sheet, closed_by=service.trainer))
    await service.tell(SessionRescheduled(occurred_at=NOW, session=service.session(2, place="Salle 9"), moved=True))
    session = service.session(3, state="cancelled")
    await service.tell(SessionCancelled(occurred_at=NOW, session=session, reason="Neige"))
    kinds = {row.kind for row in await service.rows() if row.id not in service.earlier}
    assert kinds <= {"session_cancelled_trainer"}


async def test_a_new_trainer_gets_what_waits_and_hears_of_these_people_from_then_on(service: NotifierService) -> None:
    key = await service.request_accepted()
    nina = await service.another_account("Nina")
    before = SessionBefore(place="Salle 2", slots=service.slots, trainer_ids=(service.trainer,))
    session = service.session(2, trainers=(nina,))
    await service.tell(SessionRescheduled(occurred_at=NOW, session=session, moved=False, before=before))
    await service.send()
    [given] = await service.sent("session_given")
    assert "Une pré-inscription attend votre validation" in given.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Zoe X" in given.text
    assert b"METHOD:REQUEST" in given.files[0].content
    await service.tell(
        EnrollmentCancelled(
            occurred_at=NOW,
            enrollment=service.request(key, 5, "cancelled"),
            by="attachment",
            cancelled_by=None,
            reason="Fin de contrat",
            seat_before="held",
        )
    )
    await service.send()
    cancelled = await service.sent("cancelled")
    assert {mail.recipient for mail in cancelled} == {"zoe@example.org", "nina@example.org", *EMPLOYERS}
    assert all("Fin de contrat" not in mail.text + mail.html for mail in cancelled)
    assert all("partie de la structure" in mail.text for mail in cancelled)


async def presences(service: NotifierService, key: UUID, version: int, *, corrected: bool) -> None:
    slots = (SlotPresence(slot_id=service.slots[0].id, present=True),)
    snapshot = service.request(key, version, "validated", "held")
    await service.tell(
        AttendanceRecorded(occurred_at=NOW, enrollment=snapshot, attended=True, slots=slots, corrected=corrected)
    )


async def test_a_correction_before_the_first_mail_left_is_first_news(service: NotifierService) -> None:
    key = await service.request_validated()
    await presences(service, key, 5, corrected=False)
    await presences(service, key, 6, corrected=True)
    await service.send()
    assert {mail.subject.split("\N{NO-BREAK SPACE}")[0] for mail in await service.sent("attendance")} == {"Présences"}
    await presences(service, key, 7, corrected=True)
    await service.send()
    subjects = {mail.subject.split("\N{NO-BREAK SPACE}")[0] for mail in await service.sent("attendance")}
    assert subjects == {"Présences", "Présences rectifiées"}


async def test_an_employer_who_takes_part_is_not_in_the_list_of_their_own_people(service: NotifierService) -> None:
    keys = await two_people(service)
    own = service.request(keys[1], 9, "awaiting_employer").model_copy(update={"account_id": service.employer})
    async with service.database.transaction() as work:
        is_own = tables.enrollments.c.id == keys[1]
        await work.connection.execute(
            tables.enrollments.update().where(is_own).values(account_id=own.account_id, version=own.version)
        )
    await service.tell(SessionCancelled(occurred_at=NOW, session=service.session(2, state="cancelled"), reason="Neige"))
    await service.send()
    await service.tell(SessionReinstated(occurred_at=NOW, session=service.session(3), reason="Beau temps"))
    async with service.database.transaction() as work:
        await work.connection.execute(tables.enrollments.update().values(approval="cancelled"))
    await service.send()
    for kind in ("session_cancelled_people", "session_reinstated_people"):
        names = {mail.recipient: ("Ada X" in mail.text, "Zoe X" in mail.text) for mail in await service.sent(kind)}
        assert names == {"ada@example.org": (False, True), "eve@example.org": (True, True)}, kind


async def test_an_employer_who_alone_takes_part_gets_one_mail(service: NotifierService) -> None:
    [key, _] = await two_people(service)
    async with service.database.transaction() as work:
        await work.connection.execute(tables.enrollments.delete().where(tables.enrollments.c.id != key))
        await work.connection.execute(tables.enrollments.update().values(account_id=service.employer))
    before = SessionBefore(place="Salle 2", slots=service.slots, trainer_ids=(service.trainer,))
    session = service.session(2, place="Salle 9")
    await service.tell(SessionRescheduled(occurred_at=NOW, session=session, moved=True, before=before))
    await service.tell(SessionCancelled(occurred_at=NOW, session=service.session(3, state="cancelled"), reason="Neige"))
    await service.send()
    sent = [(mail.kind, mail.recipient) for mail in await service.sent()]
    assert ("session_cancelled", "ada@example.org") in sent
    assert ("session_cancelled_people", "eve@example.org") in sent
    assert ("session_cancelled_people", "ada@example.org") not in sent
    assert await service.rows(kind="session_moved_people", recipient="ada@example.org") == []
