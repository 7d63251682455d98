"""The rows of the table of mails that are about requests and decisions."""

from typing import Any
from uuid import uuid4

from shared.contracts.enrollment import (
    ClarificationAsked,
    ClarificationGiven,
    DecisionReminded,
    DecisionUndone,
    EndingAct,
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
from tests.integration.notifier.later_stories import (
    ended_together,
    transferred,
)
from tests.integration.notifier.stories import (
    Story,
    after_a_request,
    request_made,
    withdrawn_after_the_calendar_file,
)

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
OF_ONE = EndingAct(id=uuid4(), because="status_lost", enrollment_ids=(uuid4(),))
APPROVED: dict[str, Any] = {"approved_by": lambda service: service.employer}
VALIDATED: dict[str, Any] = {"validated_by": lambda service: service.trainer}
REFUSED: dict[str, Any] = {"reason": "Non", "refused_by": lambda service: service.employer}
DECLINED: dict[str, Any] = {"reason": "Non", "declined_by": lambda service: service.trainer}
ASKED: dict[str, Any] = {"question": "Quand ?", "asked_by": lambda service: service.trainer}
REOPENED: dict[str, Any] = {"reopened_by": STAFF, "reason": "Erreur", "closed_as": "refused"}
EARLY: dict[str, Any] = {"late": False}

ABOUT_REQUESTS: dict[str, tuple[Story, dict[str, set[str]]]] = {
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
        {"withdrawn": EMPLOYERS | {"person", "trainer"}},
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
    "the agreement taken back": (
        after_a_request(EnrollmentCancelled, "cancelled", told=True, **BY_EMPLOYER),
        {"cancelled": {"person", "other employer", "trainer"}},
    ),
    "cancelled by the agency": (
        after_a_request(EnrollmentCancelled, "cancelled", **BY_STAFF),
        {"cancelled": {"person"} | EMPLOYERS},
    ),
    "the attachment ended, and two requests with it": (
        ended_together,
        {"cancelled_together": {"person", "trainer"} | EMPLOYERS},
    ),
    "a lost status, and the only request": (
        after_a_request(EnrollmentCancelled, "cancelled", **BY_STAFF, act=OF_ONE),
        {"cancelled": {"person"} | EMPLOYERS},
    ),
    "the attachment ended": (
        after_a_request(EnrollmentCancelled, "cancelled", **ENDED),
        {"cancelled": {"person"} | EMPLOYERS},
    ),
}
