"""The kinds of mail, and the roles in which people receive them. What a kind means is its record in `domain/mails`."""

from enum import StrEnum


class Kind(StrEnum):
    """One purpose each; the value is the name of the template."""

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
    """In what role somebody receives a mail."""

    OWNER = "owner"
    """The owner of an address; there may be no account yet."""
    PERSON = "person"
    EMPLOYER = "employer"
    REFERENT = "referent"
    TRAINER = "trainer"
    DESK = "desk"
    CONTACT = "contact"
    """The person who asked the agency to add a structure; there may be no account."""
