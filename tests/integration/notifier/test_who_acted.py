"""The mail about an act of the agency says so, and does not name the employer, the trainer or the queue instead."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.enrollment import (
    ClarificationAsked,
    EnrollmentApproved,
    EnrollmentDeclined,
    EnrollmentPromoted,
    EnrollmentRefused,
    EnrollmentValidated,
    EnrollmentWithdrawn,
)
from shared.contracts.message import Message
from tests.integration.notifier.notifier_service import NotifierService
from tests.integration.notifier.stories import Story, after_a_request

STAFF = uuid4()
FOR_EMPLOYER, FOR_TRAINER = "agence, à la place de votre employeur", "agence, à la place du formateur"


def by_staff(event: type[Message], approval: str, seat: str = "none", **fields: Any) -> Story:
    return after_a_request(event, approval, seat, acting_as="staff", **fields)


@pytest.mark.parametrize(
    ("story", "words"),
    [
        (by_staff(EnrollmentApproved, "awaiting_trainer", "held", approved_by=STAFF), FOR_EMPLOYER),
        (by_staff(EnrollmentRefused, "refused", refused_by=STAFF, reason="Non"), FOR_EMPLOYER),
        (by_staff(EnrollmentValidated, "validated", "held", validated_by=STAFF), FOR_TRAINER),
        (by_staff(EnrollmentDeclined, "declined", declined_by=STAFF, reason="Non"), FOR_TRAINER),
        (by_staff(ClarificationAsked, "awaiting_beneficiary", "held", asked_by=STAFF, question="Non ?"), FOR_TRAINER),
        (by_staff(EnrollmentPromoted, "awaiting_trainer", "held"), "L’agence vous a donné une place"),
        (
            by_staff(EnrollmentWithdrawn, "withdrawn", withdrawn_by=STAFF, late=False, seat_before="none"),
            "L’agence a enregistré votre désistement",
        ),
    ],
    ids=["accepted", "refused", "validated", "declined", "asked", "promoted", "withdrawn"],
)
async def test_the_person_reads_that_the_agency_acted(service: NotifierService, story: Story, words: str) -> None:
    await story(service)
    await service.send()
    [mail] = await service.sent(recipient="zoe@example.org")
    assert words in mail.text.replace("\N{NO-BREAK SPACE}", " ")
