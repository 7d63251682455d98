"""Everything that the notifier has of one person."""

from typing import Final

from sqlalchemy import case, select

from services.notifier.domain.mails.all import SECRET
from services.notifier.storage.tables import (
    METADATA,
    accounts,
    attachments,
    calendars,
    enrollments,
    mails,
    motivations,
    occupancy,
    sessions,
    sheets,
    structures,
    trainings,
)
from shared.own_data import ACCOUNT, Archive

_MAIL = ("kind", "recipient", "status", "subject", "created_at", "sent_at", "why_not")
_ADDRESS = select(accounts.c.email).where(accounts.c.id == ACCOUNT).scalar_subquery()

ARCHIVE: Final = Archive(
    METADATA,
    {
        "account": select(*accounts.c["id", "civility", "first_name", "last_name", "email"]).where(
            accounts.c.id == ACCOUNT
        ),
        # a link that gives a right is for the mailbox alone: a sign-in is not enough to read it
        "mails": select(*mails.c[_MAIL], case((mails.c.kind.not_in(sorted(SECRET)), mails.c.text)).label("text"))
        .where(mails.c.recipient_account_id == ACCOUNT)
        .order_by(mails.c.created_at),
        "calendars": select(*calendars.c["recipient", "place", "slots", "saved_at"])
        .where(calendars.c.recipient == _ADDRESS)
        .order_by(calendars.c.saved_at),
    },
    left_out={
        "what the text of a mail is made of, or the same words again": (
            mails.c.facts,
            mails.c.html,
            mails.c.attachments,
            mails.c.outgoing,
        ),
        "words and numbers of the program": (
            mails.c.audience,
            mails.c.cause_message_id,
            mails.c.message_id,
            mails.c.correlation_id,
            mails.c.traceparent,
        ),
        "the same words are in the file of enrollment": (motivations,),
        "a copy of what is in the files of identity and enrollment": (attachments, enrollments),
        "about no person": (structures, trainings, sessions, occupancy, sheets),
    },
)
