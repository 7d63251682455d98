"""What must be true of mails and of the notifier's copies; `audit` checks it on live data."""

from typing import Final

from shared.invariants import ERASED_NAMES, SEATS_ARE_COUNTED, Invariants

_MAILS: Final[Invariants] = {
    "a sent mail has no time or no number of its message": """
        SELECT id AS mail_id, kind, sent_at, message_id FROM mails
        WHERE status = 'sent' AND (sent_at IS NULL OR message_id IS NULL)
    """,
    "a mail that was not sent has a time of sending": """
        SELECT id AS mail_id, kind, status, sent_at FROM mails WHERE status <> 'sent' AND sent_at IS NOT NULL
    """,
    "a finished mail could leave again": """
        SELECT id AS mail_id, kind, status FROM mails
        WHERE status IN ('sent', 'dropped', 'failed') AND outgoing IS NOT NULL
    """,
    "a mail is ready to leave and no copy of it is counted": """
        SELECT id AS mail_id, kind, sendings FROM mails WHERE outgoing IS NOT NULL AND sendings < 1
    """,
    "a finished mail still has its secret": """
        SELECT id AS mail_id, kind, status FROM mails
        WHERE facts ? 'token' AND (status IN ('sent', 'dropped', 'failed') OR status = 'unknown' AND outgoing IS NULL)
    """,
    # the addresses of old mails are replaced, each by another one
    "one message has two mails of one kind to one recipient": """
        SELECT cause_message_id, kind, count(*) AS mails FROM mails
        GROUP BY cause_message_id, kind, recipient HAVING count(*) > 1
    """,
}

INVARIANTS: Final[Invariants] = {**_MAILS, **ERASED_NAMES, **SEATS_ARE_COUNTED}
