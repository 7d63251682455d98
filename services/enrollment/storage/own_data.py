"""Everything that enrollment has of one person."""

from typing import Final

from sqlalchemy import select

from services.enrollment.storage.tables import (
    METADATA,
    accounts,
    attachments,
    carts,
    employer_decisions,
    enrollment_history,
    enrollment_notes,
    enrollments,
    figures,
    left_open,
    presences,
    proposals,
    reminders,
    rules,
    session_messages,
    sessions,
    sheet_history,
    structures,
    trainings,
    transfers,
)
from shared.own_data import ACCOUNT, Archive

_REQUEST = ("id", "motivation", "requested_at", "approval", "seat", "late", "attendance", "attended", "certificate")
_LINE = (
    *("aggregate_id", "act", "from_approval", "to_approval", "from_seat", "to_seat"),
    *("acting_as", "at", "note"),
)
_PRESENCE = ("enrollment_id", "slot_id", "present", "status", "arrived_at", "recorded_at", "note", "remark")
_PROPOSAL = (
    *("kind", "reason", "motivation", "acting_as", "proposed_at", "expires_at", "state"),
    *("answered_at", "answer_reason"),
)
_LEFT_OPEN = ("because", "found_at", "ended_at", "decision", "decided_at", "reason")
_SESSION = sessions.c["title", "place", "starts_at"]
_OWN = select(enrollments.c.id).where(enrollments.c.account_id == ACCOUNT)

ARCHIVE: Final = Archive(
    METADATA,
    {
        "account": select(*accounts.c["id", "civility", "first_name", "last_name", "email"]).where(
            accounts.c.id == ACCOUNT
        ),
        "cart": select(*_SESSION, *carts.c["added_at", "motivation"])
        .join(sessions, sessions.c.id == carts.c.session_id)
        .where(carts.c.account_id == ACCOUNT),
        "requests": select(*_SESSION, *enrollments.c[_REQUEST])
        .join(sessions, sessions.c.id == enrollments.c.session_id)
        .where(enrollments.c.account_id == ACCOUNT)
        .order_by(enrollments.c.requested_at),
        "history": select(*enrollment_history.c[_LINE])
        .where(enrollment_history.c.aggregate_id.in_(_OWN))
        .order_by(enrollment_history.c.at),
        "presences": select(*presences.c[_PRESENCE]).where(presences.c.enrollment_id.in_(_OWN)),
        "corrected_presences": select(*sheet_history.c["enrollment_id", "act", "acting_as", "at", "note"])
        .where(sheet_history.c.enrollment_id.in_(_OWN))
        .order_by(sheet_history.c.at),
        "left_open": select(*left_open.c[_LEFT_OPEN])
        .where(left_open.c.account_id == ACCOUNT)
        .order_by(left_open.c.found_at),
        "proposals": select(*_SESSION, *proposals.c[_PROPOSAL])
        .join(sessions, sessions.c.id == proposals.c.session_id)
        .where(proposals.c.account_id == ACCOUNT),
    },
    left_out={
        "staff write them among themselves": (enrollment_notes,),
        "words to or about all people of a session": (session_messages, sessions.c.attendance_note),
        "numbers and times of what is in the history": (employer_decisions, transfers, reminders),
        "a copy of what is in the file of identity": (attachments,),
        "about no person": (structures, trainings, sessions.c.slots, sessions.c.state, rules, figures),
    },
)
"""With what others have written to the person about the requests."""
