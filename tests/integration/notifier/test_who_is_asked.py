"""Who is asked to decide: never the requester while somebody else can, and always somebody, each once."""

from uuid import UUID, uuid4

from shared.contracts.catalogue import SessionScheduled
from shared.contracts.enrollment import EnrollmentApproved, EnrollmentWithdrawn
from shared.contracts.identity import (
    AccountAttachmentEnded,
    AccountUpdated,
    AttachmentStatusesChanged,
    SendAccountNotice,
    SendPasswordReset,
)
from tests.integration.notifier.notifier_service import NOW, NotifierService


async def set_statuses(service: NotifierService, account: UUID, *statuses: str, version: int = 5) -> None:
    attachment = service.attachment(account, "active", *statuses, version=version)
    before = ("employer", "beneficiary", "referent")
    await service.tell(
        AttachmentStatusesChanged(occurred_at=NOW, attachment=attachment, changed_by=uuid4(), before=before)
    )


async def asked(service: NotifierService) -> list[tuple[str, str]]:
    """Recipient and audience of the mails that ask for decisions on requests, and how often."""
    kinds = {"request_to_decide", "requests_to_decide"}
    return sorted((row.recipient.split("@")[0], row.audience) for row in await service.rows() if row.kind in kinds)


async def test_another_employer_decides_on_an_employers_own_request(service: NotifierService) -> None:
    await set_statuses(service, service.person, "beneficiary", "employer")
    await service.request_made()
    assert await asked(service) == [("ada", "employer"), ("eve", "employer")]


async def test_the_only_employer_decides_on_their_own_request(service: NotifierService) -> None:
    await set_statuses(service, service.person, "beneficiary", "employer")
    await set_statuses(service, service.employer)
    await set_statuses(service, service.other_employer, "referent")
    await service.request_made()
    assert await asked(service) == [("zoe", "employer")]


async def test_an_only_employer_whom_nobody_confirmed_does_not(service: NotifierService) -> None:
    attachment = service.attachment(service.person, "active", "beneficiary", "employer", "referent", version=5)
    unconfirmed = attachment.model_copy(update={"unconfirmed": True})
    await service.tell(
        AttachmentStatusesChanged(occurred_at=NOW, attachment=unconfirmed, changed_by=uuid4(), before=())
    )
    await set_statuses(service, service.employer)
    await set_statuses(service, service.other_employer)
    await service.request_made()
    assert await asked(service) == [("desk", "desk")]


async def test_what_waits_is_asked_of_a_new_employer_in_one_mail(service: NotifierService) -> None:
    for _ in range(2):
        await service.request_made()
    await service.send()
    await service.keep_as_earlier()
    for version in (5, 6):
        await set_statuses(service, service.person, "employer", version=version)
    assert await service.mails("requests_to_decide") == set(), "these are the person's own requests"
    nina = await service.another_account("Nina", "employer")
    await set_statuses(service, nina, "employer", version=2)
    await service.send()
    [mail] = await service.sent("requests_to_decide")
    assert mail.recipient == "nina@example.org"
    assert mail.text.count("Zoe X") == 2
    assert "2 demandes de formation attendent" in mail.subject


async def test_what_waits_is_asked_of_the_referents_and_then_of_the_desk_each_once(service: NotifierService) -> None:
    await service.request_made()
    await service.send()
    await set_statuses(service, service.employer)
    await set_statuses(service, service.other_employer, "referent")
    await set_statuses(service, service.other_employer, "referent", version=6)
    await service.send()
    asked_first = [("ada", "employer"), ("eve", "employer"), ("eve", "referent")]
    assert await asked(service) == asked_first
    ended = service.attachment(service.other_employer, "ended", version=7)
    await service.tell(AccountAttachmentEnded(occurred_at=NOW, attachment=ended, ended_by=uuid4(), reason="Départ"))
    await service.send()
    assert await asked(service) == sorted([*asked_first, ("desk", "desk")])
    assert await service.rows(kind="no_decider") == [], "one mail for one event"


async def test_a_disabled_account_is_asked_no_more_and_others_are(service: NotifierService) -> None:
    await set_statuses(service, service.employer)
    await service.request_made()
    await service.send()
    disabled = service.account(service.other_employer, "Eve", version=2).model_copy(update={"disabled": True})
    await service.tell(AccountUpdated(occurred_at=NOW, account=disabled))
    await service.send()
    assert await asked(service) == [("desk", "desk"), ("eve", "employer")]


async def test_the_desk_learns_that_nobody_decides_in_a_structure(service: NotifierService) -> None:
    await set_statuses(service, service.employer)
    await set_statuses(service, service.other_employer)
    await service.send()
    [mail] = await service.sent("no_decider")
    assert mail.recipient == "desk@agence.example"
    assert "Les Amis" in mail.subject


async def test_without_a_change_of_statuses_there_is_no_mail(service: NotifierService) -> None:
    attachment = service.attachment(service.person, "active", "referent", version=5)
    await service.tell(
        AttachmentStatusesChanged(occurred_at=NOW, attachment=attachment, changed_by=uuid4(), before=("referent",))
    )
    assert await service.rows(kind="statuses_changed") == []


async def test_a_trainer_does_not_validate_their_own_request(service: NotifierService) -> None:
    session = service.session(2, trainers=(service.person,))
    await service.tell(SessionScheduled(occurred_at=NOW, session=session))
    key = await service.request_made()
    approved = service.request(key, 2, "awaiting_trainer", "held")
    await service.tell(EnrollmentApproved(occurred_at=NOW, enrollment=approved, approved_by=service.employer))
    assert await service.mails("request_to_validate") == {("request_to_validate", "desk", "pending")}


async def test_the_desk_validates_in_a_session_without_trainers(service: NotifierService) -> None:
    await service.tell(SessionScheduled(occurred_at=NOW, session=service.session(2, trainers=())))
    key = await service.request_made()
    approved = service.request(key, 2, "awaiting_trainer", "held")
    await service.tell(EnrollmentApproved(occurred_at=NOW, enrollment=approved, approved_by=service.employer))
    assert await service.mails("request_to_validate") == {("request_to_validate", "desk", "pending")}


async def test_a_trainer_hears_nothing_of_a_person_they_were_never_told_of(service: NotifierService) -> None:
    key = await service.request_made()
    for version, message in (
        (
            2,
            EnrollmentApproved(
                occurred_at=NOW,
                enrollment=service.request(key, 2, "awaiting_trainer", "queued"),
                approved_by=service.employer,
            ),
        ),
        (
            3,
            EnrollmentWithdrawn(
                occurred_at=NOW, enrollment=service.request(key, 3, "withdrawn"), late=False, seat_before="queued"
            ),
        ),
    ):
        assert message.aggregate_version == version
        await service.tell(message)
    await service.send()
    assert [mail for mail in await service.sent() if mail.recipient == "tim@example.org"] == []


async def test_no_mail_leaves_to_a_disabled_account_even_with_a_link(service: NotifierService) -> None:
    await service.reset_asked()
    notice = SendAccountNotice(
        occurred_at=NOW,
        id=uuid4(),
        account_id=service.person,
        email="zoe@example.org",
        first_name="Zoé",
        notice="password_changed",
    )
    await service.tell(notice)
    disabled = service.account(service.person, "Zoe", version=2).model_copy(update={"disabled": True})
    await service.tell(AccountUpdated(occurred_at=NOW, account=disabled))
    await service.send()
    assert {row.status for row in await service.rows()} == {"dropped"}
    assert SendPasswordReset.recipient == "notifier"
