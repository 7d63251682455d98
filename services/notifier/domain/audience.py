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
    DESK = "desk"
    CONTACT = "contact"
    """The person who asked the agency to add a structure; there may be no account."""
