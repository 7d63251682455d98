"""Trainers are told of what becomes of the people whom they know: those announced, decided on, or named to them."""

from uuid import UUID

from shared.contracts.catalogue import SessionBefore, SessionRescheduled
from shared.contracts.enrollment import (
    ClarificationAsked,
    EnrollmentAbandoned,
    EnrollmentApproved,
    EnrollmentValidated,
    EnrollmentWithdrawn,
)
from tests.integration.notifier.notifier_service import NOW, NotifierService


async def decided_before_the_mail_left(service: NotifierService) -> UUID:
    """A trainer validates on the page, while the mail that asks for it is not sent yet: it is dropped."""
    key = await service.request_made()
    approved = service.request(key, 2, "awaiting_trainer", "held")
    await service.tell(EnrollmentApproved(occurred_at=NOW, enrollment=approved, approved_by=service.employer))
    validated = service.request(key, 3, "validated", "held")
    await service.tell(EnrollmentValidated(occurred_at=NOW, enrollment=validated, validated_by=service.trainer))
    await service.send()
    await service.keep_as_earlier()
    return key


async def hand_over(service: NotifierService) -> UUID:
    """The session is given to Nina instead of Tim."""
    nina = await service.another_account("Nina")
    before = SessionBefore(place="Salle 2", slots=service.slots, trainer_ids=(service.trainer,))
    session = service.session(2, trainers=(nina,))
    await service.tell(SessionRescheduled(occurred_at=NOW, session=session, moved=False, before=before))
    return nina


async def withdraw(service: NotifierService, key: UUID) -> set[str]:
    """Who is told."""
    await service.tell(
        EnrollmentWithdrawn(
            occurred_at=NOW, enrollment=service.request(key, 9, "withdrawn"), late=False, seat_before="held"
        )
    )
    await service.send()
    return {mail.recipient for mail in await service.sent("withdrawn")}


async def test_a_trainer_who_validated_before_the_mail_left_is_told_of_the_withdrawal(
    service: NotifierService,
) -> None:
    key = await decided_before_the_mail_left(service)
    assert await service.rows(kind="request_to_validate", status="sent") == []
    assert "tim@example.org" in await withdraw(service, key)


async def test_a_trainer_who_validated_before_the_mail_left_is_told_that_the_person_abandons(
    service: NotifierService,
) -> None:
    key = await decided_before_the_mail_left(service)
    abandoned = service.request(key, 9, "abandoned")
    await service.tell(
        EnrollmentAbandoned(occurred_at=NOW, enrollment=abandoned, abandoned_by=service.person, acting_as="beneficiary")
    )
    await service.send()
    assert "tim@example.org" in {mail.recipient for mail in await service.sent("abandoned")}


async def test_who_gets_a_session_reads_who_is_enrolled_and_hears_of_these_people(service: NotifierService) -> None:
    key = await decided_before_the_mail_left(service)
    await hand_over(service)
    await service.send()
    [given] = await service.sent("session_given")
    text = given.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "1 personne est déjà inscrite :\n\n- Zoe X" in text
    assert "attend votre validation" not in text
    assert "nina@example.org" in await withdraw(service, key)


async def test_who_gets_a_session_reads_who_has_not_answered_a_question(service: NotifierService) -> None:
    key = await service.request_accepted()
    asked = service.request(key, 3, "awaiting_beneficiary", "held")
    await service.tell(
        ClarificationAsked(occurred_at=NOW, enrollment=asked, asked_by=service.trainer, question="Pourquoi ?")
    )
    await hand_over(service)
    await service.send()
    [given] = await service.sent("session_given")
    assert "Cette personne n’a pas encore répondu à la question posée" in given.text
    assert "Zoe X" in given.text
