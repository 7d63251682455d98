"""Each row of the table of mails: what happens, and who receives which mail because of it."""

import pytest

from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountAttachmentEnded,
    AccountAttachmentRefused,
    AccountAttachmentRequested,
    AttachmentStatusesChanged,
    StructureRegistrationRefused,
    StructureRegistrationRequested,
)
from tests.integration.notifier.later_stories import (
    address_to_change,
    attendance_corrected,
    invitation,
    overbooked,
    overdue,
    proposal_declined,
    proposed,
    reinstated,
    requests_left_open,
    scheduled,
    scheduled_without_trainers,
    session_message,
    trainers_changed,
)
from tests.integration.notifier.notifier_service import NOW, NotifierService
from tests.integration.notifier.stories import (
    Story,
    address_to_prove,
    after,
    attachment,
    attendance_closed,
    cancelled,
    change_reported,
    moved,
    not_moved,
    notices,
    people_received,
    session_changed,
    structure_request,
)
from tests.integration.notifier.table_of_requests import ABOUT_REQUESTS, EMPLOYERS

PEOPLE = {
    "zoe@example.org": "person",
    "ada@example.org": "employer",
    "eve@example.org": "other employer",
    "tim@example.org": "trainer",
}
TABLE: dict[str, tuple[Story, dict[str, set[str]]]] = {
    **ABOUT_REQUESTS,
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
    "the people of another structure received": (people_received, {"people_received": {"other employer"}}),
    "a participation proposed": (after(proposed), {"proposal": {"person"}}),
    "a proposal declined": (after(proposal_declined), {"proposal_declined": {"employer"}}),
    "requests left open": (requests_left_open, {"requests_left_open": {"other employer"}}),
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
    "a session scheduled": (after(scheduled), {"session_given": {"trainer"}}),
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
