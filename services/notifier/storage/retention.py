"""How long the notifier keeps each kind of data."""

from typing import Final

from sqlalchemy import Text, and_, cast, literal_column

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
from shared.retention import Kept, Limited, Retention

NO_ADDRESS: Final = "@adresse-effacee.invalid"
"""How what stands instead of an old mail's address ends."""
_COPY: Final = "a copy, as long as what it is of"

RETENTION: Final = Retention(
    METADATA,
    [
        Kept(table=accounts, because="the copy of the account, as long as the account"),
        Kept(table=structures, because=_COPY),
        Kept(table=attachments, because=_COPY),
        Kept(table=trainings, because=_COPY),
        Kept(table=sessions, because=_COPY),
        Kept(table=occupancy, because=_COPY),
        Kept(table=sheets, because=_COPY),
        Kept(table=enrollments, because="a copy without words, as long as what it is of"),
        Kept(table=motivations, because="deleted an hour after the last mail that needs it, by a job of its own"),
        Limited(
            kind="mails",
            since=mails.c.created_at,
            age="keep_mails",
            # the pattern is a constant in the SQL: PostgreSQL must recognise the condition of its partial index
            rows=and_(mails.c.chain_position.is_not(None), mails.c.recipient.not_like(literal_column("'%.invalid'"))),
            empties={
                # every mail gets another one: an event has one mail for each recipient
                "recipient": cast(mails.c.id, Text) + NO_ADDRESS,
                "facts": None,
                "subject": None,
                "text": None,
                "html": None,
                "attachments": None,
                "why_not": None,
            },
            chain="subject_id",
            because="staff can tell people what they were sent; that and when a mail left stays, and open mails stay",
        ),
        Limited(
            kind="calendar entries",
            since=calendars.c.saved_at,
            age="keep_calendars",
            because="a changed or cancelled session replaces the entry in the recipient's calendar",
        ),
    ],
)
