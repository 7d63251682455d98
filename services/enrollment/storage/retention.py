"""How long enrollment keeps each kind of data."""

from typing import Final

from sqlalchemy import and_, exists, or_

from services.enrollment.storage.conditions import IS_OPEN, word
from services.enrollment.storage.erasures import ERASED_TEXT
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
from shared.retention import Kept, Limited, Retention

_ERASED: Final = word(ERASED_TEXT)
_NUMBERS: Final = "numbers and times, for the figures; without words"
_COPY: Final = "a copy, as long as what it is of"

RETENTION: Final = Retention(
    METADATA,
    [
        Kept(table=accounts, because="the copy of the account, as long as the account"),
        Kept(table=structures, because=_COPY),
        Kept(table=attachments, because=_COPY),
        Kept(table=trainings, because=_COPY),
        Kept(table=sessions, because="what took place, with the note that closed the sheet"),
        Limited(
            kind="carts",
            since=carts.c.added_at,
            age="keep_carts",
            because="a draft that nobody sends for so long is given up",
        ),
        Limited(
            kind="motivations",
            since=enrollments.c.requested_at,
            age="keep_motivations",
            rows=and_(enrollments.c.motivation != _ERASED, ~IS_OPEN),
            empties={"motivation": ERASED_TEXT},
            because="it was for the decision; open requests keep it, all keep their state and certificate",
        ),
        Limited(
            kind="reasons in the history of requests",
            since=enrollment_history.c.at,
            age="keep_reasons",
            rows=and_(
                enrollment_history.c.note.is_not(None),
                ~exists().where(enrollments.c.id == enrollment_history.c.aggregate_id, IS_OPEN),
            ),
            empties={"note": None},
            chain="aggregate_id",
            because="the person can ask why; open requests keep them, and the line without the reason stays",
        ),
        Kept(table=employer_decisions, because=_NUMBERS),
        Kept(table=transfers, because=_NUMBERS),
        Limited(
            kind="remarks of presences",
            since=presences.c.recorded_at,
            age="keep_reasons",
            rows=or_(presences.c.note.is_not(None), presences.c.remark.is_not(None)),
            empties={"note": None, "remark": None},
            chain="enrollment_id",
            because="the sheet can be corrected until then; the presence itself proves what took place and stays",
        ),
        Limited(
            kind="reasons of corrected presences",
            since=sheet_history.c.at,
            age="keep_reasons",
            rows=and_(sheet_history.c.note.is_not(None), sheet_history.c.enrollment_id.is_not(None)),
            empties={"note": None},
            chain="aggregate_id",
            because="the person can ask why; the line without the reason stays, and so do notes about the whole sheet",
        ),
        Kept(table=rules, because="the rules of the agency in time"),
        Kept(table=figures, because="counts, without personal data"),
        Kept(table=reminders, because="numbers: nobody is reminded twice of the same"),
        Limited(
            kind="reasons of decisions about requests left open",
            since=left_open.c.decided_at,
            age="keep_reasons",
            rows=and_(left_open.c.reason.is_not(None), left_open.c.reason != _ERASED),
            empties={"reason": ERASED_TEXT},
            because="the person can ask why",
        ),
        Limited(
            kind="texts of proposals",
            since=proposals.c.proposed_at,
            age="keep_reasons",
            rows=and_(proposals.c.reason != _ERASED, proposals.c.state != word("open")),
            empties={"reason": ERASED_TEXT, "motivation": None, "answer_reason": ERASED_TEXT},
            because="they were for the answer; open proposals keep them",
        ),
        Limited(
            kind="messages to the people of a session",
            since=session_messages.c.sent_at,
            age="keep_session_messages",
            rows=session_messages.c.text != _ERASED,
            empties={"subject": ERASED_TEXT, "text": ERASED_TEXT},
            chain="session_id",
            because="trainers and staff see what was said; that there was a message stays",
        ),
        Limited(
            kind="notes of staff",
            since=enrollment_notes.c.written_at,
            age="keep_staff_notes",
            rows=and_(
                enrollment_notes.c.text != _ERASED,
                ~exists().where(enrollments.c.id == enrollment_notes.c.enrollment_id, IS_OPEN),
            ),
            empties={"text": ERASED_TEXT},
            chain="enrollment_id",
            because="they help with the request; open requests keep them",
        ),
    ],
)
