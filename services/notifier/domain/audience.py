"""The roles in which people receive mails."""

from enum import StrEnum


class Audience(StrEnum):
    """In what role somebody receives a mail."""

    OWNER = "owner"
    """The owner of an address; there may be no account yet."""
    PERSON = "person"
    EMPLOYER = "employer"
    REFERENT = "referent"
    TRAINER = "trainer"
    FORMER_TRAINER = "former_trainer"
    """Somebody who was taken off a session."""
    PROPOSER = "proposer"
    """The employer, trainer or member of staff who proposed something to a person."""
    DESK = "desk"
    CONTACT = "contact"
    """The person who asked the agency to add a structure; there may be no account."""
