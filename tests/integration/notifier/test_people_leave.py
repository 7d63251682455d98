"""Who is told when somebody leaves a structure, takes a request back, or was its last referent."""

from uuid import UUID, uuid4

import pytest

from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AttachmentStatusesChanged,
)
from tests.integration.notifier.notifier_service import NOW, NotifierService

EVE = "eve@example.org"
"""Employer and referent."""
DESK = "desk@agence.example"


async def end(service: NotifierService, account: UUID, *, by: UUID | None = None, **flags: bool) -> None:
    """By somebody else, unless told otherwise."""
    await service.tell(
        AccountAttachmentEnded(
            occurred_at=NOW,
            attachment=service.attachment(account, "ended", version=9),
            ended_by=by or uuid4(),
            reason="La personne a quitté la structure.",
            **flags,
        )
    )
    await service.send()


async def test_the_desk_learns_that_a_structure_lost_its_last_referent(service: NotifierService) -> None:
    await end(service, service.other_employer, left_without_referent=True)
    [mail] = [mail for mail in await service.sent() if mail.recipient == DESK]
    assert (mail.kind, mail.subject.replace("\N{NO-BREAK SPACE}", " ")) == (
        "no_referent",
        "Structure sans référent : Les Amis",
    )
    assert "donner ce statut à une personne de la structure" in mail.text


async def test_the_desk_learns_it_when_the_status_is_taken_away(service: NotifierService) -> None:
    attachment = service.attachment(service.other_employer, "active", "employer", version=9)
    await service.tell(
        AttachmentStatusesChanged(
            occurred_at=NOW,
            attachment=attachment,
            changed_by=uuid4(),
            before=("employer", "referent"),
            left_without_referent=True,
        )
    )
    await service.send()
    assert [mail.recipient for mail in await service.sent("no_referent")] == [DESK]


async def test_the_desk_gets_one_mail_if_nobody_decides_either(service: NotifierService) -> None:
    await end(service, service.employer)
    await end(service, service.other_employer, left_without_referent=True)
    assert [mail.kind for mail in await service.sent() if mail.recipient == DESK] == ["no_decider"]


async def test_the_desk_learns_it_of_a_structure_that_nobody_is_left_in(service: NotifierService) -> None:
    for account in (service.person, service.employer):
        await end(service, account)
    await service.delete_mails()
    await end(service, service.other_employer, left_without_referent=True)
    [mail] = [mail for mail in await service.sent() if mail.recipient == DESK]
    assert mail.kind == "no_referent"
    assert "Plus personne n’y est rattaché." in mail.text


async def test_a_structure_that_has_a_referent_again_makes_no_mail(service: NotifierService) -> None:
    ended = service.attachment(service.other_employer, "ended", version=9)
    await service.tell(
        AccountAttachmentEnded(
            occurred_at=NOW, attachment=ended, ended_by=uuid4(), reason="Départ", left_without_referent=True
        )
    )
    again = service.attachment(service.employer, "active", "employer", "referent", version=9)
    await service.tell(AccountAttachmentConfirmed(occurred_at=NOW, attachment=again, confirmed_by=service.person))
    await service.send()
    assert {row.status for row in await service.rows(kind="no_referent")} == {"dropped"}


@pytest.mark.parametrize(
    ("taken_back", "words"),
    [(False, "a quitté la structure Les Amis"), (True, "ne demande plus à rejoindre la structure Les Amis")],
)
async def test_the_referents_are_told_and_the_person_reads_no_reason_in_the_third_person(
    service: NotifierService, *, taken_back: bool, words: str
) -> None:
    await end(service, service.person, by=service.person, taken_back=taken_back)
    [told] = await service.sent("attachment_left")
    assert (told.recipient, told.subject) == (EVE, f"Zoe X {words}")
    [receipt] = await service.sent("attachment_ended")
    assert "Motif" not in receipt.text
    assert "La personne" not in receipt.text


async def test_who_was_ended_by_others_reads_why_and_the_referents_get_no_mail(service: NotifierService) -> None:
    await end(service, service.person)
    [mail] = await service.sent("attachment_ended")
    assert "Motif" in mail.text
    assert await service.rows(kind="attachment_left") == []


async def test_the_desk_is_told_that_a_request_which_it_should_answer_is_taken_back(service: NotifierService) -> None:
    await end(service, service.other_employer)
    await service.delete_mails()
    await end(service, service.person, by=service.person, taken_back=True)
    assert [mail.recipient for mail in await service.sent("attachment_left")] == [DESK]
