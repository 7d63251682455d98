"""A consent to a proposal: one mail to the person, and the proposer's words stay those of the proposer."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shared.contracts.enrollment import EnrollmentApproved, EnrollmentRequested, KeepMotivation
from shared.contracts.proposals import ParticipationProposed, ProposalSnapshot
from tests.integration.notifier.mail_server import MailServer, serving
from tests.integration.notifier.notifier_service import NOW, NotifierService


async def consent(service: NotifierService, *, motivation: str, accepted: bool) -> MailServer:
    """Ada proposes, and the person consents; the mails that left after that."""
    proposal = ProposalSnapshot(
        id=uuid4(),
        version=1,
        kind="participation",
        account_id=service.person,
        structure_id=service.structure_id,
        session_id=service.session_id,
    )
    await service.tell(
        ParticipationProposed(
            occurred_at=NOW,
            proposal=proposal,
            proposed_by=service.employer,
            acting_as="employer",
            reason="Utile pour l’équipe",
            expires_at=NOW + timedelta(days=3),
        )
    )
    await service.send()
    await service.keep_as_earlier()
    key = uuid4()
    await service.tell(KeepMotivation(occurred_at=NOW, enrollment_id=key, version=1, motivation=motivation))
    made = service.request(key, 1, "awaiting_employer")
    await service.tell(EnrollmentRequested(occurred_at=NOW, enrollment=made, cart_id=proposal.id, cart_size=1))
    if accepted:
        approved = service.request(key, 2, "awaiting_trainer", "held")
        await service.tell(EnrollmentApproved(occurred_at=NOW, enrollment=approved, approved_by=service.employer))
    mail_server = MailServer()
    async with serving(mail_server) as smtp:
        await service.send(smtp)
    return mail_server


def text_for(mail_server: MailServer, name: str) -> str:
    [body] = [
        mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        for mail in mail_server.accepted
        if mail["To"].addresses[0].username == name
    ]
    return str(body).replace("\r\n", "\n").replace("\N{NO-BREAK SPACE}", " ")


async def test_the_trainer_reads_the_proposers_reason_as_the_proposers(service: NotifierService) -> None:
    text = text_for(await consent(service, motivation="", accepted=True), "tim")
    assert "Proposée par Ada X, de la structure Les Amis :\n« Utile pour l’équipe »" in text
    assert "motivation" not in text


async def test_the_trainer_reads_the_motivation_of_the_person_beside_it(service: NotifierService) -> None:
    text = text_for(await consent(service, motivation="Je change de poste", accepted=True), "tim")
    assert "Proposée par Ada X" in text
    assert "Sa motivation :\n« Je change de poste »" in text


@pytest.mark.parametrize(("accepted", "kind"), [(True, "accepted"), (False, "request_receipt")])
async def test_a_consent_is_one_mail_to_the_person(service: NotifierService, *, accepted: bool, kind: str) -> None:
    await consent(service, motivation="", accepted=accepted)
    mails = [mail for mail in await service.sent(recipient="zoe@example.org") if mail.id not in service.earlier]
    assert [mail.kind for mail in mails] == [kind]


async def test_a_receipt_waits_for_the_acceptance_that_comes_with_a_consent(service: NotifierService) -> None:
    service.ahead = timedelta(seconds=5)
    await consent(service, motivation="", accepted=False)
    assert await service.mails("request_receipt") == {("request_receipt", "zoe", "pending")}
