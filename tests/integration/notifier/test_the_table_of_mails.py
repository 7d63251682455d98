"""Each row of the table of mails: what happens, and who receives which mail because of it."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.enrollment import (
    ClarificationAsked,
    ClarificationGiven,
    EnrollmentApproved,
    EnrollmentCancelled,
    EnrollmentDeclined,
    EnrollmentExpired,
    EnrollmentPromoted,
    EnrollmentRefused,
    EnrollmentValidated,
    EnrollmentWithdrawn,
)
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRefused,
    AccountAttachmentRequested,
    AttachmentStatusesChanged,
    StructureRegistered,
    StructureRegistrationRefused,
    StructureRegistrationRequested,
)
from tests.integration.notifier.notifier_service import NOW, NotifierService
from tests.integration.notifier.stories import (
    Story,
    address_to_prove,
    after,
    after_a_request,
    attachment,
    attendance_closed,
    cancelled,
    change_reported,
    moved,
    not_moved,
    notices,
    request_made,
    session_changed,
    structure_request,
    withdrawn_after_the_calendar_file,
)

PEOPLE = {
    "zoe@example.org": "person",
    "ada@example.org": "employer",
    "eve@example.org": "other employer",
    "tim@example.org": "trainer",
}
EMPLOYERS = {"employer", "other employer"}
STAFF = uuid4()

BY_EMPLOYER: dict[str, Any] = {
    "by": "employer",
    "cancelled_by": lambda service: service.employer,
    "reason": "Absence",
    "seat_before": "held",
}
BY_STAFF: dict[str, Any] = {"by": "staff", "cancelled_by": STAFF, "reason": "Erreur", "seat_before": "none"}
ENDED: dict[str, Any] = {"by": "attachment", "cancelled_by": None, "reason": "Départ", "seat_before": "queued"}
APPROVED: dict[str, Any] = {"approved_by": lambda service: service.employer}
VALIDATED: dict[str, Any] = {"validated_by": lambda service: service.trainer}
REFUSED: dict[str, Any] = {"reason": "Non", "refused_by": lambda service: service.employer}
DECLINED: dict[str, Any] = {"reason": "Non", "declined_by": lambda service: service.trainer}
ASKED: dict[str, Any] = {"question": "Quand ?", "asked_by": lambda service: service.trainer}
EARLY: dict[str, Any] = {"late": False}

TABLE: dict[str, tuple[Story, dict[str, set[str]]]] = {
    "an address to prove": (after(address_to_prove), {"address_proof": {"new@example.org"}}),
    "notices": (
        notices,
        {
            "already_registered": {"person"},
            "password_changed": {"person"},
            "second_factor_enrolled": {"person"},
            "second_factor_reset": {"person"},
            "recovery_code_used": {"person"},
        },
    ),
    "an attachment requested": (
        after(lambda s: AccountAttachmentRequested(occurred_at=NOW, attachment=attachment(s, "requested"))),
        {"attachment_requested": {"other employer"}},
    ),
    "an attachment confirmed": (
        after(
            lambda s: AccountAttachmentConfirmed(
                occurred_at=NOW, attachment=attachment(s, "active", "beneficiary"), confirmed_by=s.other_employer
            )
        ),
        {"attachment_confirmed": {"person"}},
    ),
    "a first user attached": (
        after(
            lambda s: AccountAttachmentConfirmed(
                occurred_at=NOW,
                attachment=attachment(s, "active", "referent", unconfirmed=True),
                confirmed_by=None,
                structure_contact_email="lea@example.org",
            )
        ),
        {"attachment_confirmed": {"person"}, "first_user": {"desk@agence.example", "lea@example.org"}},
    ),
    "a first user who asked for the structure themselves": (
        after(
            lambda s: AccountAttachmentConfirmed(
                occurred_at=NOW,
                attachment=attachment(s, "active", "referent", unconfirmed=True),
                confirmed_by=None,
                structure_contact_email="zoe@example.org",
            )
        ),
        {"attachment_confirmed": {"person"}, "first_user": {"desk@agence.example"}},
    ),
    "an attachment requested after an unconfirmed first user": (
        after(
            lambda s: AccountAttachmentRequested(
                occurred_at=NOW, attachment=attachment(s, "requested"), unconfirmed_referent=s.other_employer
            )
        ),
        {"attachment_requested": {"other employer"}, "unconfirmed_referent": {"person"}},
    ),
    "an attachment refused": (
        after(
            lambda s: AccountAttachmentRefused(
                occurred_at=NOW, attachment=attachment(s, "refused"), refused_by=s.other_employer, reason="Inconnue"
            )
        ),
        {"attachment_refused": {"person"}},
    ),
    "an attachment ended": (
        after(
            lambda s: AccountAttachmentEnded(
                occurred_at=NOW, attachment=attachment(s, "ended"), ended_by=s.other_employer, reason="Départ"
            )
        ),
        {"attachment_ended": {"person"}},
    ),
    "statuses changed": (
        after(
            lambda s: AttachmentStatusesChanged(
                occurred_at=NOW,
                attachment=attachment(s, "active", "beneficiary", "referent"),
                changed_by=s.other_employer,
                before=("beneficiary",),
            )
        ),
        {"statuses_changed": {"person"}},
    ),
    "a structure requested": (
        after(lambda _: StructureRegistrationRequested(occurred_at=NOW, request=structure_request())),
        {"structure_requested": {"desk@agence.example"}},
    ),
    "a structure not added": (
        after(lambda _: StructureRegistrationRefused(occurred_at=NOW, request=structure_request(), reason="Hors zone")),
        {"structure_request_refused": {"lea@example.org"}},
    ),
    "a structure added": (
        after(lambda s: StructureRegistered(occurred_at=NOW, structure=s.structure(2), request=structure_request())),
        {"structure_registered": {"lea@example.org"}},
    ),
    "a change reported": (after(change_reported), {"structure_change_reported": {"desk@agence.example"}}),
    "a request made": (request_made, {"request_to_decide": EMPLOYERS, "request_receipt": {"person"}}),
    "accepted with a seat": (
        after_a_request(EnrollmentApproved, "awaiting_trainer", "held", **APPROVED),
        {"accepted": {"person"}, "request_to_validate": {"trainer"}},
    ),
    "accepted and queued": (
        after_a_request(EnrollmentApproved, "awaiting_trainer", "queued", **APPROVED),
        {"accepted": {"person"}},
    ),
    "refused by an employer": (after_a_request(EnrollmentRefused, "refused", **REFUSED), {"refused": {"person"}}),
    "refused by the agency": (
        after_a_request(EnrollmentRefused, "refused", reason="Non", refused_by=STAFF),
        {"refused": {"person"} | EMPLOYERS},
    ),
    "declined": (
        after_a_request(EnrollmentDeclined, "declined", **DECLINED),
        {"declined": {"person"} | EMPLOYERS},
    ),
    "expired": (after_a_request(EnrollmentExpired, "expired"), {"expired": {"person"} | EMPLOYERS}),
    "a question": (
        after_a_request(ClarificationAsked, "awaiting_beneficiary", "held", **ASKED),
        {"question": {"person"}},
    ),
    "an answer": (
        after_a_request(ClarificationGiven, "awaiting_trainer", "held", answer="Voilà"),
        {"answer": {"trainer"}},
    ),
    "promoted": (
        after_a_request(EnrollmentPromoted, "awaiting_trainer", "held"),
        {"promoted": {"person"} | EMPLOYERS, "request_to_validate": {"trainer"}},
    ),
    "promoted and validated": (
        after_a_request(EnrollmentPromoted, "validated", "held"),
        {"promoted": {"person"} | EMPLOYERS},
    ),
    "validated with a seat": (
        after_a_request(EnrollmentValidated, "validated", "held", **VALIDATED),
        {"validated": {"person"} | EMPLOYERS},
    ),
    "validated in the queue": (
        after_a_request(EnrollmentValidated, "validated", "queued", **VALIDATED),
        {"validated": {"person"} | EMPLOYERS},
    ),
    "withdrawn early": (
        after_a_request(EnrollmentWithdrawn, "withdrawn", seat_before="none", **EARLY),
        {"withdrawn": EMPLOYERS},
    ),
    "withdrawn from a seat": (
        after_a_request(EnrollmentWithdrawn, "withdrawn", seat_before="held", **EARLY),
        {"withdrawn": EMPLOYERS | {"trainer"}},
    ),
    "withdrawn with calendar entries": (
        withdrawn_after_the_calendar_file,
        {"withdrawn": EMPLOYERS | {"trainer", "person"}},
    ),
    "the agreement taken back": (
        after_a_request(EnrollmentCancelled, "cancelled", **BY_EMPLOYER),
        {"cancelled": {"person", "other employer", "trainer"}},
    ),
    "cancelled by the agency": (
        after_a_request(EnrollmentCancelled, "cancelled", **BY_STAFF),
        {"cancelled": {"person"} | EMPLOYERS},
    ),
    "the attachment ended": (
        after_a_request(EnrollmentCancelled, "cancelled", **ENDED),
        {"cancelled": {"person", "trainer"} | EMPLOYERS},
    ),
    "a session moved": (session_changed(moved), {"session_moved": {"person"} | EMPLOYERS}),
    "a session changed but not moved": (session_changed(not_moved), {}),
    "a session cancelled": (session_changed(cancelled), {"session_cancelled": {"person"} | EMPLOYERS}),
    "attendance, present": (attendance_closed(present=True), {"attendance": EMPLOYERS, "certificate": {"person"}}),
    "attendance, absent": (attendance_closed(present=False), {"attendance": EMPLOYERS}),
}


@pytest.mark.parametrize(("story", "expected"), TABLE.values(), ids=TABLE)
async def test_the_right_people_get_the_right_mail(
    service: NotifierService, story: Story, expected: dict[str, set[str]]
) -> None:
    await story(service)
    await service.send()
    recipients: dict[str, set[str]] = {}
    for mail in await service.sent():
        person = PEOPLE.get(mail.recipient, mail.recipient)
        assert person not in recipients.get(mail.kind, set()), "the same mail twice"
        recipients.setdefault(mail.kind, set()).add(person)
        assert "Vous recevez ce message parce que" in mail.text
        assert "https://agence.example/" in mail.html
    assert recipients == expected
