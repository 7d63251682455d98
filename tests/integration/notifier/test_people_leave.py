"""Who is told when somebody leaves a structure, takes a request back, or was its last referent."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.enrollment import EnrollmentStructureChanged
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRequested,
    AttachmentSnapshot,
    AttachmentStatusesChanged,
    StructureRegistered,
    StructureSnapshot,
)
from tests.integration.notifier.notifier_service import NOW, NotifierService
from tests.integration.notifier.stories import people_received

EVE = "eve@example.org"
"""Employer and referent."""
DESK = "desk@agence.example"
ZOE = "zoe@example.org"


async def end(service: NotifierService, account: UUID, *, by: UUID | None = None, **flags: Any) -> None:
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


async def test_the_referents_read_what_a_merger_brings_to_their_structure(service: NotifierService) -> None:
    await people_received(service)
    await service.send()
    [mail] = await service.sent("people_received")
    assert (mail.recipient, mail.subject) == (EVE, "La structure Le Foyer fait maintenant partie de Les Amis")
    text = " ".join(mail.text.split())
    assert "2 personnes y étaient rattachées" in text
    assert "1 demande de formation en cours continue au nom de votre structure" in text
    assert "1 personne demandait à la rejoindre et attend maintenant votre réponse" in text
    assert "Motif : Une seule association." in text
    assert "/structure/personnes" in mail.text


async def test_the_desk_is_told_that_a_request_which_it_should_answer_is_taken_back(service: NotifierService) -> None:
    await end(service, service.other_employer)
    await service.delete_mails()
    await end(service, service.person, by=service.person, taken_back=True)
    assert [mail.recipient for mail in await service.sent("attachment_left")] == [DESK]


async def test_the_people_of_a_closed_structure_read_why_and_the_desk_gets_no_mail(service: NotifierService) -> None:
    await service.request_made()
    await service.delete_mails()
    for account in (service.other_employer, service.employer, service.person):
        await end(service, account, structure_closed=True)
    mails = await service.sent()
    assert {mail.kind for mail in mails} == {"attachment_ended"}
    [mail] = [mail for mail in mails if mail.recipient == ZOE]
    assert mail.subject == "La structure Les Amis est fermée"
    assert "Motif" in mail.text
    assert "1 demande de formation en cours est annulée" in mail.text.replace("\N{NO-BREAK SPACE}", " ")


async def test_the_people_of_a_merged_structure_read_where_they_go_on_in_one_mail(service: NotifierService) -> None:
    await service.request_made()
    await service.delete_mails()
    other = StructureSnapshot(id=uuid4(), version=1, name="Riom", siret="1" * 14, town="Riom", is_member=True)
    continued = AttachmentSnapshot(
        id=uuid4(),
        version=1,
        account_id=service.person,
        structure_id=other.id,
        state="active",
        statuses=("beneficiary",),
    )
    more = continued.model_copy(update={"version": 2, "statuses": ("beneficiary", "employer")})
    origin = service.attachment(service.person, "ended").structure_id
    for news in (
        StructureRegistered(occurred_at=NOW, structure=other),
        AccountAttachmentConfirmed(occurred_at=NOW, attachment=continued, confirmed_by=uuid4(), continues_from=origin),
        AttachmentStatusesChanged(
            occurred_at=NOW, attachment=more, changed_by=uuid4(), before=("beneficiary",), continues_from=origin
        ),
    ):
        await service.tell(news)
    await end(service, service.person, structure_closed=True, continues_in=other.id)
    [mail] = [mail for mail in await service.sent() if mail.recipient == ZOE]
    assert mail.subject == "La structure Les Amis fait maintenant partie de Riom"
    assert "1 demande de formation en cours continue au nom de la structure Riom" in " ".join(mail.text.split())


async def test_the_employers_of_the_other_structure_are_asked_for_what_waits_once(service: NotifierService) -> None:
    request = await service.request_made()
    nina = await service.another_account("Nina")
    other = uuid4()
    origin = service.structure()
    await service.tell(
        StructureRegistered(occurred_at=NOW, structure=origin.model_copy(update={"id": other, "name": "Riom"}))
    )
    for account, status in ((service.person, "beneficiary"), (nina, "employer")):
        attachment = service.attachment(account, "active", status)
        there = attachment.model_copy(update={"id": uuid4(), "structure_id": other})
        await service.tell(
            AccountAttachmentConfirmed(
                occurred_at=NOW, attachment=there, confirmed_by=uuid4(), continues_from=origin.id
            )
        )
    moved = service.request(request, 2, "awaiting_employer").model_copy(update={"structure_id": other})
    for _ in range(2):
        await service.tell(EnrollmentStructureChanged(occurred_at=NOW, enrollment=moved, from_structure_id=origin.id))
    await service.send()
    assert [mail.recipient for mail in await service.sent("requests_to_decide")] == ["nina@example.org"]


async def test_a_first_referent_reads_how_many_people_wait_already(service: NotifierService) -> None:
    other = uuid4()
    await service.tell(
        StructureRegistered(
            occurred_at=NOW, structure=service.structure().model_copy(update={"id": other, "name": "Riom"})
        )
    )
    requested = service.attachment(service.person, "requested").model_copy(
        update={"id": uuid4(), "structure_id": other}
    )
    await service.tell(AccountAttachmentRequested(occurred_at=NOW, attachment=requested))
    first = service.attachment(service.employer, "active", "referent")
    first = first.model_copy(update={"id": uuid4(), "structure_id": other})
    await service.tell(AccountAttachmentConfirmed(occurred_at=NOW, attachment=first, confirmed_by=None))
    await service.send()
    [mail] = await service.sent("attachment_confirmed")
    text = " ".join(mail.text.split())
    assert "1 personne attend déjà votre confirmation dans la structure" in text
    assert "/structure/personnes" in text
