"""The kinds of mail, and to whom in what role each goes."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """One purpose each; the value names the pair of templates."""

    ADDRESS_PROOF = "address_proof"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a mail
    ALREADY_REGISTERED = "already_registered"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a mail
    ATTACHMENT_REQUESTED = "attachment_requested"
    ATTACHMENT_CONFIRMED = "attachment_confirmed"
    ATTACHMENT_REFUSED = "attachment_refused"
    ATTACHMENT_ENDED = "attachment_ended"
    STATUSES_CHANGED = "statuses_changed"
    STRUCTURE_REQUESTED = "structure_requested"
    STRUCTURE_CHANGE_REPORTED = "structure_change_reported"
    STRUCTURE_REGISTERED = "structure_registered"
    STRUCTURE_REQUEST_REFUSED = "structure_request_refused"
    REQUEST_TO_DECIDE = "request_to_decide"
    REQUEST_RECEIPT = "request_receipt"
    ACCEPTED = "accepted"
    REQUEST_TO_VALIDATE = "request_to_validate"
    REFUSED = "refused"
    DECLINED = "declined"
    EXPIRED = "expired"
    QUESTION = "question"
    ANSWER = "answer"
    PROMOTED = "promoted"
    VALIDATED = "validated"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    ATTENDANCE = "attendance"
    CERTIFICATE = "certificate"


class Audience(StrEnum):
    """In what role somebody gets a mail."""

    OWNER = "owner"
    """Of an address: there may be no account yet."""
    PERSON = "person"
    EMPLOYER = "employer"
    REFERENT = "referent"
    TRAINER = "trainer"
    DESK = "desk"
    CONTACT = "contact"


SECRET: Final = frozenset({Kind.ADDRESS_PROOF, Kind.PASSWORD_RESET})
"""Their link is the secret itself: it is in no log, and in no row once it was sent over SMTP."""

PUTS_INTO_CALENDAR: Final = frozenset({Kind.VALIDATED, Kind.PROMOTED, Kind.SESSION_MOVED})
"""Carry the calendar entries of somebody who is enrolled."""

CANCELS_CALENDAR: Final = frozenset({Kind.WITHDRAWN, Kind.CANCELLED, Kind.SESSION_CANCELLED})
"""Carry the cancellation of the calendar entries, where the recipient has some."""

OPEN: Final = frozenset({"awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated"})
"""Approvals of a request that still lives."""
