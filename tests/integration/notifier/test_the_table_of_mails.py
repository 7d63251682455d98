"""Each row of the table of mails: what happens, and who receives which mail because of it."""

from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.enrollment import (
    ClarificationAsked,
    ClarificationGiven,
    DecisionReminded,
    DecisionUndone,
    EnrollmentAbandoned,
    EnrollmentApproved,
    EnrollmentCancelled,
    EnrollmentDeclined,
    EnrollmentExpired,
    EnrollmentPromoted,
    EnrollmentRefused,
    EnrollmentReopened,
    EnrollmentValidated,
    EnrollmentWithdrawn,
)
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRefused,
    AccountAttachmentRequested,
    AttachmentStatusesChanged,
    StructureRegistrationRefused,
    StructureRegistrationRequested,
)
from tests.integration.notifier.notifier_service import NOW, NotifierService
from tests.integration.notifier.stories import (
    Story,
    address_to_change,
    address_to_prove,
    after,
    after_a_request,
    attachment,
    attendance_closed,
    attendance_corrected,
    cancelled,
    change_reported,
    invitation,
    moved,
    not_moved,
    notices,
    overbooked,
    overdue,
    proposal_declined,
    proposed,
    reinstated,
    request_made,
    requests_left_open,
    scheduled_without_trainers,
    session_changed,
    session_message,
    structure_request,
    trainers_changed,
    transferred,
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
REOPENED: dict[str, Any] = {"reopened_by": STAFF, "reason": "Erreur", "closed_as": "refused"}
EARLY: dict[str, Any] = {"late": False}

TABLE: dict[str, tuple[Story, dict[str, set[str]]]] = {
    "an address to prove": (after(address_to_prove), {"address_proof": {"new@example.org"}}),
    "notices": (
        notices,
        {
            "already_registered": {"person"},
            "password_changed": {"person"},
            "address_changed": {"person"},
            "second_factor_enrolled": {"person"},
            "second_factor_reset": {"person"},
            "recovery_code_used": {"person"},
        },
    ),
    "an attachment requested": (
        after(lambda s: AccountAttachmentRequested(occurred_at=NOW, attachment=attachment(s, "requested"))),
        {"attachment_requested": {"other employer"}, "attachment_receipt": {"person"}},
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
    "a structure added": (after(invitation), {"structure_invitation": {"lea@example.org"}}),
    "an address to change": (after(address_to_change), {"address_change": {"nouvelle@example.org"}}),
    "a change reported": (after(change_reported), {"structure_change_reported": {"desk@agence.example"}}),
    "a request made": (request_made, {"request_to_decide": EMPLOYERS, "request_receipt": {"person"}}),
    "accepted with a seat": (
        after_a_request(EnrollmentApproved, "awaiting_trainer", "held", **APPROVED),
        {"accepted": {"person", "other employer"}, "request_to_validate": {"trainer"}},
    ),
    "accepted and queued": (
        after_a_request(EnrollmentApproved, "awaiting_trainer", "queued", **APPROVED),
        {"accepted": {"person", "other employer"}},
    ),
    "accepted by the agency": (
        after_a_request(EnrollmentApproved, "awaiting_trainer", "queued", approved_by=STAFF, acting_as="staff"),
        {"accepted": {"person"} | EMPLOYERS},
    ),
    "refused by an employer": (
        after_a_request(EnrollmentRefused, "refused", **REFUSED),
        {"refused": {"person", "other employer"}},
    ),
    "refused by the agency": (
        after_a_request(EnrollmentRefused, "refused", reason="Non", refused_by=STAFF, acting_as="staff"),
        {"refused": {"person"} | EMPLOYERS},
    ),
    "declined": (
        after_a_request(EnrollmentDeclined, "declined", **DECLINED),
        {"declined": {"person"} | EMPLOYERS},
    ),
    "declined by the agency": (
        after_a_request(EnrollmentDeclined, "declined", told=True, reason="Non", declined_by=STAFF, acting_as="staff"),
        {"declined": {"person", "trainer"} | EMPLOYERS},
    ),
    "expired": (after_a_request(EnrollmentExpired, "expired"), {"expired": {"person"} | EMPLOYERS}),
    "a question": (
        after_a_request(ClarificationAsked, "awaiting_beneficiary", "held", **ASKED),
        {"question": {"person"}},
    ),
    "a question of the agency": (
        after_a_request(
            ClarificationAsked,
            "awaiting_beneficiary",
            "held",
            told=True,
            question="Quand ?",
            asked_by=STAFF,
            acting_as="staff",
        ),
        {"question": {"person", "trainer"}},
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
    "validated by the agency": (
        after_a_request(EnrollmentValidated, "validated", "held", told=True, validated_by=STAFF, acting_as="staff"),
        {"validated": {"person", "trainer"} | EMPLOYERS},
    ),
    "validated in the queue": (
        after_a_request(EnrollmentValidated, "validated", "queued", **VALIDATED),
        {"validated": {"person"} | EMPLOYERS},
    ),
    "withdrawn early": (
        after_a_request(EnrollmentWithdrawn, "withdrawn", seat_before="none", **EARLY),
        {"withdrawn": {"person"} | EMPLOYERS},
    ),
    "withdrawn from a seat": (
        after_a_request(EnrollmentWithdrawn, "withdrawn", told=True, seat_before="held", **EARLY),
        {"withdrawn": EMPLOYERS | {"person", "trainer"}},
    ),
    "withdrawn from the queue, of which no trainer was told": (
        after_a_request(EnrollmentWithdrawn, "withdrawn", seat_before="queued", **EARLY),
        {"withdrawn": EMPLOYERS | {"person"}},
    ),
    "withdrawn by an employer for the person": (
        after_a_request(
            EnrollmentWithdrawn,
            "withdrawn",
            told=True,
            seat_before="held",
            withdrawn_by=lambda service: service.employer,
            acting_as="employer",
            reason="Malade",
            **EARLY,
        ),
        {"withdrawn": {"person", "other employer", "trainer"}},
    ),
    "withdrawn with calendar entries": (
        withdrawn_after_the_calendar_file,
        {"withdrawn": EMPLOYERS | {"person"}},
    ),
    "abandoned": (
        after_a_request(
            EnrollmentAbandoned,
            "abandoned",
            told=True,
            abandoned_by=lambda service: service.person,
            acting_as="beneficiary",
        ),
        {"abandoned": EMPLOYERS | {"person", "trainer"}},
    ),
    "an acceptance undone": (
        after_a_request(
            DecisionUndone,
            "awaiting_employer",
            told=True,
            decision="accept",
            undone_by=lambda service: service.employer,
            acting_as="employer",
            seat_before="held",
        ),
        {"decision_undone": {"person", "other employer", "trainer"}},
    ),
    "reopened, waiting for an employer": (
        after_a_request(EnrollmentReopened, "awaiting_employer", **REOPENED),
        {"reopened": {"person"}, "request_to_decide": EMPLOYERS},
    ),
    "reopened, waiting for a trainer": (
        after_a_request(EnrollmentReopened, "awaiting_trainer", "held", **REOPENED),
        {"reopened": {"person"} | EMPLOYERS, "request_to_validate": {"trainer"}},
    ),
    "reopened, queued": (
        after_a_request(EnrollmentReopened, "awaiting_trainer", "queued", **REOPENED),
        {"reopened": {"person"} | EMPLOYERS},
    ),
    "moved to another session": (
        transferred,
        {
            "transferred": {"person"} | EMPLOYERS,
            "request_to_validate": {"nina@example.org"},
            "left_session": {"trainer"},
        },
    ),
    "an employer reminded": (
        after_a_request(DecisionReminded, "awaiting_employer", awaited="employer", occasion="day_7"),
        {"reminder_to_decide": EMPLOYERS},
    ),
    "a trainer reminded": (
        after_a_request(DecisionReminded, "awaiting_trainer", "held", awaited="trainer", occasion="day_5"),
        {"reminder_to_validate": {"trainer"}},
    ),
    "a person reminded": (
        after_a_request(DecisionReminded, "awaiting_beneficiary", "held", awaited="answer", occasion="day_5"),
        {"reminder_to_answer": {"person"}},
    ),
    "somebody reminded who is not known here": (
        after_a_request(DecisionReminded, "awaiting_trainer", "held", awaited="committee", occasion="day_5"),
        {},
    ),
    "a participation proposed": (after(proposed), {"proposal": {"person"}}),
    "a proposal declined": (after(proposal_declined), {"proposal_declined": {"employer"}}),
    "requests left open": (requests_left_open, {"requests_left_open": {"other employer"}}),
    "the agreement taken back": (
        after_a_request(EnrollmentCancelled, "cancelled", told=True, **BY_EMPLOYER),
        {"cancelled": {"person", "other employer", "trainer"}},
    ),
    "cancelled by the agency": (
        after_a_request(EnrollmentCancelled, "cancelled", **BY_STAFF),
        {"cancelled": {"person"} | EMPLOYERS},
    ),
    "the attachment ended": (
        after_a_request(EnrollmentCancelled, "cancelled", **ENDED),
        {"cancelled": {"person"} | EMPLOYERS},
    ),
    "a session moved": (
        session_changed(moved),
        {"session_moved": {"person"}, "session_moved_people": EMPLOYERS, "session_moved_trainer": {"trainer"}},
    ),
    "a session changed but not moved": (session_changed(not_moved), {}),
    "a session cancelled": (
        session_changed(cancelled),
        {
            "session_cancelled": {"person"},
            "session_cancelled_people": EMPLOYERS,
            "session_cancelled_trainer": {"trainer"},
        },
    ),
    "a session put back": (
        reinstated,
        {
            "session_reinstated": {"person"},
            "session_reinstated_people": EMPLOYERS,
            "session_reinstated_trainer": {"trainer"},
        },
    ),
    "a session given to another trainer": (
        trainers_changed(to=True),
        {"session_given": {"nina@example.org"}, "session_taken": {"trainer"}},
    ),
    "a session taken from its only trainer": (
        trainers_changed(to=False),
        {"session_taken": {"trainer"}, "session_without_trainer": {"desk@agence.example"}},
    ),
    "a session without trainers": (
        after(scheduled_without_trainers),
        {"session_without_trainer": {"desk@agence.example"}},
    ),
    "fewer seats than people": (overbooked, {"session_overbooked": {"desk@agence.example"}}),
    "a message to the people": (after(session_message), {"session_message": {"person"}}),
    "a sheet that is not closed": (after(overdue), {"attendance_overdue": {"trainer"}}),
    "attendance corrected, present": (
        attendance_corrected(present=True),
        {"attendance": EMPLOYERS, "certificate": {"person"}},
    ),
    "attendance corrected, absent": (
        attendance_corrected(present=False),
        {"attendance": EMPLOYERS, "attendance_corrected": {"person"}},
    ),
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
        assert "desk@agence.example" in mail.text
    assert recipients == expected
