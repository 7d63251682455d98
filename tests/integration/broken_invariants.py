"""For each invariant of a service, rows that break it.

The rows are of tables without constraints: columns that do not matter are empty.
"""

from collections.abc import Mapping
from typing import Final

ONE, TWO, NONE = (f"{digit * 8}-1111-1111-1111-111111111111" for digit in "120")
TOKEN = '{"token": "x"}'
ERASED_COPY = f"INSERT INTO accounts (id, version, erased, first_name, last_name) VALUES ('{ONE}', 2, true, 'Zoé', 'X')"
COUNTED = f"INSERT INTO occupancy (session_id, version, held, queued) VALUES ('{ONE}', 1, -1, 0)"
OUT_OF_ORDER = (
    "INSERT INTO outbox (name, payload, aggregate_id, aggregate_version) VALUES "
    f"('x', '{{}}', '{ONE}', 2), ('x', '{{}}', '{TWO}', 1), ('x', '{{}}', '{ONE}', 1)"
)
AN_ACCOUNT = f"INSERT INTO accounts (id, version) VALUES ('{ONE}', 0)"
A_STRUCTURE = f"INSERT INTO structures (id, version) VALUES ('{ONE}', 1)"
GONE = (
    "INSERT INTO accounts (id, version, first_name, last_name, email, is_staff, disabled, erased_at) VALUES "
    f"('{ONE}', 0, 'Compte', 'supprimé', '{ONE}@compte-supprime.invalid', false, true, now())"
)
IN_LEDGER = f"INSERT INTO erasures (id, account_id, state) VALUES ('{TWO}', '{ONE}', 'done')"


def attachment(state: str, statuses: str = "{referent}", *, number: str = ONE, structure: str = ONE) -> str:
    return (
        "INSERT INTO attachments (id, version, account_id, structure_id, state, statuses) "
        f"VALUES ('{number}', 0, '{ONE}', '{structure}', '{state}', '{statuses}')"
    )


def session(capacity: int = 1, held: int = 0, overbooked_to: str = "NULL") -> str:
    return (
        "INSERT INTO sessions (id, training_id, capacity, held, last_queue_number, state, opens_at, closes_at, "
        f"starts_at, ends_at, overbooked_to) VALUES ('{ONE}', '{ONE}', {capacity}, {held}, 5, 'scheduled', now(), "
        f"now() + interval '1 day', now() + interval '2 days', now() + interval '3 days', {overbooked_to})"
    )


def request(seat: str = "none", queue: str = "NULL", *, approval: str = "awaiting_employer") -> str:
    return _request(ONE, ONE, seat, queue, approval)


def other_request(seat: str = "none", queue: str = "NULL", *, account: str = TWO) -> str:
    return _request(TWO, account, seat, queue, "awaiting_employer")


def _request(number: str, account: str, seat: str, queue: str, approval: str) -> str:
    return (
        "INSERT INTO enrollments (id, version, account_id, structure_id, training_id, session_id, approval, seat, "
        f"queue_number) VALUES ('{number}', 1, '{account}', '{ONE}', '{ONE}', '{ONE}', '{approval}', '{seat}', {queue})"
    )


def line(version: int, before: str, after: str) -> str:
    return (
        "INSERT INTO enrollment_history (aggregate_id, version, from_approval, from_seat, to_approval, to_seat) "
        f"VALUES ('{ONE}', {version}, '{before}', 'none', '{after}', 'none')"
    )


def mail(number: str = ONE, **columns: str) -> str:
    columns = {"sendings": "0", **columns}
    names, values = ", ".join(columns), ", ".join(columns.values())
    return (
        f"INSERT INTO mails (id, kind, recipient, cause_message_id, facts, next_at, {names}) "
        f"VALUES ('{number}', 'k', 'r', 'c', '{{}}', now(), {values})"
    )


TWO_LINES = (
    f"INSERT INTO identity_history (aggregate_id, version, facts) VALUES ('{ONE}', 1, '{{}}'), ('{ONE}', 1, '{{}}')"
)
NO_LINE = "a version has no line in the history"
BROKEN: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "enrollment": {
        "more seats are held than there are": (session(1, 2, "1"), request("held", "1")),
        "more seats are held than there are and the session is not marked as overbooked": (
            session(1, 2, "3"),
            request("held", "1"),
            other_request("held", "2"),
        ),
        "the counter of held seats is wrong": (session(held=1),),
        "a closed request still has a seat or a place in the queue": (
            session(held=1),
            request("held", "1", approval="withdrawn"),
        ),
        "one person has two open requests for one training": (session(), request(), other_request(account=ONE)),
        "a seat is free while a request that may have it is queued": (session(), request("queued", "1")),
        "a seat or a place in the queue has no number": (session(capacity=0), request("queued")),
        "one number of the queue is given to two requests": (
            session(capacity=0),
            request("queued", "1"),
            other_request("queued", "1"),
        ),
        "a request has a number that its session has not given yet": (
            session(capacity=0),
            request("queued", "6"),
        ),
        "a request is not as the line of its version in the history says": (
            session(),
            request(),
            line(1, "validated", "declined"),
        ),
        "a decided request has no line of history": (session(), request(approval="refused")),
        "the version of a request is not that of the last line of its history": (
            session(),
            request(),
            line(2, "awaiting_employer", "refused"),
        ),
        "a line of history does not begin where the one before it ended": (
            line(1, "awaiting_employer", "awaiting_trainer"),
            line(2, "validated", "declined"),
        ),
        "the copy of an erased account still tells who it was": (ERASED_COPY,),
    },
    "identity": {
        "an attachment has no account or no structure": (AN_ACCOUNT, attachment("ended", "{}", structure=NONE)),
        "one person has two open attachments to one structure": (
            AN_ACCOUNT,
            A_STRUCTURE,
            attachment("active"),
            attachment("requested", "{}", number=TWO),
        ),
        "somebody belongs to a closed structure, or asks to": (
            AN_ACCOUNT,
            A_STRUCTURE,
            "UPDATE structures SET closed_at = now()",
            attachment("requested", "{}"),
        ),
        "a structure has people and no referent, and nobody left it so": (
            AN_ACCOUNT,
            A_STRUCTURE,
            attachment("active", "{employer}"),
        ),
        "an erased account belongs to a structure, or asks to": (
            GONE,
            IN_LEDGER,
            A_STRUCTURE,
            attachment("requested", "{}"),
        ),
        "an erased account still has an address, a password or a right": (
            GONE,
            IN_LEDGER,
            "UPDATE accounts SET password_hash = 'x'",
        ),
        "an account is erased and the ledger of erasures does not say so": (GONE,),
        "the ledger says that an account is erased and it is not": (AN_ACCOUNT, IN_LEDGER),
        NO_LINE: (AN_ACCOUNT, "UPDATE accounts SET version = 1"),
        "a version has two lines in the history": (TWO_LINES,),
        "messages of one object are not in the order of its versions": (OUT_OF_ORDER,),
    },
    "catalogue": {
        "a training has no axis": (f"INSERT INTO trainings (id, version, state) VALUES ('{ONE}', 0, 'draft')",),
        "a session has no training": (f"INSERT INTO sessions (id, version) VALUES ('{ONE}', 0)",),
        "a training that is a draft has a session": (
            f"INSERT INTO axes (id, version) VALUES ('{ONE}', 0)",
            f"INSERT INTO trainings (id, version, axis_id, state) VALUES ('{ONE}', 0, '{ONE}', 'draft')",
            f"INSERT INTO sessions (id, version, training_id) VALUES ('{TWO}', 0, '{ONE}')",
        ),
        NO_LINE: (f"INSERT INTO axes (id, version) VALUES ('{ONE}', 1)",),
        "the history has a line of a version that does not exist": (
            f"INSERT INTO catalogue_history (aggregate_id, version, act) VALUES ('{ONE}', 1, 'AxisAdded')",
        ),
        "an axis or a training was removed and is still there": (
            f"INSERT INTO axes (id, version) VALUES ('{ONE}', 1)",
            f"INSERT INTO catalogue_history (aggregate_id, version, act) VALUES ('{ONE}', 1, 'AxisRemoved')",
        ),
        "messages of one object are not in the order of its versions": (OUT_OF_ORDER,),
        "the copy of an erased account still tells who it was": (ERASED_COPY,),
        "the copy of the seats of a session counts less than none": (COUNTED,),
    },
    "notifier": {
        "a sent mail has no time or no number of its message": (mail(status="'sent'", sent_at="now()"),),
        "a mail that was not sent has a time of sending": (mail(status="'pending'", sent_at="now()"),),
        "a finished mail could leave again": (mail(status="'failed'", outgoing="'{}'", sendings="1"),),
        "a mail is ready to leave and no copy of it is counted": (mail(status="'pending'", outgoing="'{}'"),),
        "a finished mail still has its secret": (
            mail(status="'failed'"),
            f"UPDATE mails SET facts = '{TOKEN}'",
        ),
        "one message has two mails of one kind to one recipient": (
            mail(status="'pending'"),
            mail(TWO, status="'pending'"),
        ),
        "the copy of an erased account still tells who it was": (ERASED_COPY,),
        "the copy of the seats of a session counts less than none": (COUNTED,),
    },
}
"""The statements that break each invariant, in an empty database."""
