"""Rows of each kind of data that has a time: how they are written, and how what is left of them is read."""

from dataclasses import dataclass
from typing import Final

OLD, YOUNG, OPEN = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
"""The ids of rows: one day too old, one day younger, and too old but of an open request."""


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of data. `write` adds the row `:id` of the time `:at`; `left` lists the ids of rows with their texts."""

    days: int
    write: str
    left: str
    rows: str | None = None
    """The table whose rows stay without their texts; None if they are deleted."""


def _history(table: str, more: str = "", values: str = "") -> str:
    columns = f"aggregate_id, version, act, acted_by, at, note{more}"
    return f"INSERT INTO {table} ({columns}) VALUES (:id, 1, 'a', :id, :at, 'n'{values})"


REQUEST: Final = """
    INSERT INTO enrollments (id, version, account_id, structure_id, training_id, session_id, motivation, requested_at,
        approval, seat, late)
    VALUES (:id, 1, :id, :id, :id, :id, 'motif', :at,
        CASE WHEN :id::uuid = '33333333-0000-4000-8000-000000000000' THEN 'awaiting_employer' ELSE 'refused' END,
        'none', false)
"""
CASES: Final[dict[str, dict[str, Case]]] = {
    "catalogue": {
        "reasons of changes": Case(
            1825,
            _history("catalogue_history"),
            "SELECT aggregate_id FROM catalogue_history WHERE note = 'n'",
            "catalogue_history",
        ),
        "handled messages": Case(
            90, "INSERT INTO inbox VALUES (:id, 'h', :at)", "SELECT message_id FROM inbox WHERE handler = 'h'"
        ),
        "tries": Case(
            90, "INSERT INTO tries VALUES (:id, 'h', gen_random_uuid(), 1, :at)", "SELECT message_id FROM tries"
        ),
        "parked messages": Case(
            180,
            "INSERT INTO undelivered (message_id, name, body, headers, attempts, last_error, parked_at) "
            "VALUES (:id, 'n', 'b', '{}', 1, 'e', :at)",
            "SELECT message_id FROM undelivered",
        ),
        "kept answers": Case(
            2,
            "INSERT INTO idempotency_keys (actor, key, request_hash, created_at) VALUES ('a', :id, 'h', :at)",
            "SELECT key FROM idempotency_keys",
        ),
    },
    "identity": {
        "accounts that nobody confirmed": Case(
            365,
            "INSERT INTO accounts (id, version, first_name, last_name, email, is_staff, disabled, proved, created_at) "
            "VALUES (:id, 1, 'Zoé', 'Roy', CAST(:id AS text) || '@x.example', false, false, false, :at)",
            "SELECT id FROM accounts WHERE NOT proved",
        ),
        "reasons of ended attachments": Case(
            730,
            "INSERT INTO attachments (id, version, account_id, structure_id, state, statuses, asked_at, closed_at, "
            "closing_reason) VALUES (:id, 1, gen_random_uuid(), :id, 'ended', '{}', :at, :at, 'r')",
            "SELECT id FROM attachments WHERE closing_reason = 'r'",
            "attachments",
        ),
        "contacts of requests for structures": Case(
            365,
            "INSERT INTO structure_requests (id, version, name, siret, town, contact_name, contact_email, state, "
            "asked_at, answered_at, answer) "
            "VALUES (:id, 1, 'S', '12345678901234', 'T', 'Zoé', 'z@x.example', 'refused', :at, :at, 'a')",
            "SELECT id FROM structure_requests WHERE contact_name = 'Zoé' OR contact_email <> '' OR answer IS NOT NULL",
            "structure_requests",
        ),
        "texts of reported changes": Case(
            730,
            "INSERT INTO change_reports (id, version, structure_id, reported_by, text, state, reported_at, "
            "answered_at, answer) VALUES (:id, 1, :id, :id, 't', 'applied', :at, :at, 'a')",
            "SELECT id FROM change_reports WHERE text = 't' OR answer IS NOT NULL",
            "change_reports",
        ),
        "links in mails": Case(
            0,
            "INSERT INTO links (hash, purpose, email, account_id, first_name, last_name, created_at, expires_at) "
            "VALUES (CAST(:id AS text)::bytea, 'reset', 'z', :id, 'Zoé', 'Roy', :at, :at)",
            "SELECT account_id FROM links",
        ),
        "invitations of contacts": Case(
            0,
            "INSERT INTO structure_invitations VALUES (:id, CAST(:id AS text)::bytea, 'z', 'Zoé', :at)",
            "SELECT structure_id FROM structure_invitations",
        ),
        "limits of attempts": Case(
            0,
            "INSERT INTO budgets VALUES (CAST(:id AS text)::bytea, :at)",
            "SELECT convert_from(key, 'UTF8') FROM budgets",
        ),
        "known devices": Case(
            180,
            "INSERT INTO devices VALUES (:id, :id, CAST(:id AS text)::bytea, :at)",
            "SELECT id FROM devices",
        ),
        "ended sign-ins": Case(
            30,
            "INSERT INTO families (id, account_id, started_at, ended_at, why_ended, last_used_at, client) "
            "VALUES (:id, :id, :at, :at, 'w', now(), 'c')",
            "SELECT id FROM families WHERE ended_at IS NOT NULL",
        ),
        "sign-ins that nobody continued": Case(
            15,
            "INSERT INTO families (id, account_id, started_at, last_used_at, client) "
            "VALUES (gen_random_uuid(), :id, :at, :at, 'c')",
            "SELECT account_id FROM families WHERE ended_at IS NULL",
        ),
        "security events": Case(
            365,
            "INSERT INTO security_events (id, at, kind) VALUES (:id, :at, 'signed_in')",
            "SELECT id FROM security_events",
        ),
        "reasons in the history of accounts, attachments and structures": Case(
            730,
            _history("identity_history", ", acting_as, facts", ", 'staff', '{}'"),
            "SELECT aggregate_id FROM identity_history WHERE note = 'n'",
            "identity_history",
        ),
    },
    "enrollment": {
        "carts": Case(
            180,
            "INSERT INTO carts (account_id, session_id, training_id, added_at) VALUES (:id, :id, :id, :at)",
            "SELECT account_id FROM carts",
        ),
        "motivations": Case(730, REQUEST, "SELECT id FROM enrollments WHERE motivation = 'motif'", "enrollments"),
        "reasons in the history of requests": Case(
            730,
            _history(
                "enrollment_history",
                ", from_approval, to_approval, from_seat, to_seat, acting_as",
                ", 'a', 'b', 'none', 'none', 'staff'",
            ),
            "SELECT aggregate_id FROM enrollment_history WHERE note = 'n'",
            "enrollment_history",
        ),
        "remarks of presences": Case(
            730,
            "INSERT INTO presences (enrollment_id, slot_id, present, recorded_by, recorded_at, remark) "
            "VALUES (:id, :id, true, :id, :at, 'r')",
            "SELECT enrollment_id FROM presences WHERE present AND remark = 'r'",
            "presences",
        ),
        "reasons of corrected presences": Case(
            730,
            _history("sheet_history", ", acting_as, enrollment_id", ", 'staff', :id"),
            "SELECT aggregate_id FROM sheet_history WHERE note = 'n'",
            "sheet_history",
        ),
        "reasons of decisions about requests left open": Case(
            730,
            "INSERT INTO left_open VALUES (:id, :id, :id, 'b', :at, NULL, 'keep', :id, :at, 'r')",
            "SELECT id FROM left_open WHERE reason = 'r'",
            "left_open",
        ),
        "texts of proposals": Case(
            730,
            "INSERT INTO proposals (id, version, kind, account_id, structure_id, training_id, session_id, reason, "
            "motivation, proposed_by, acting_as, proposed_at, expires_at, state) "
            "VALUES (:id, 1, 'k', :id, :id, :id, :id, 'r', 'm', :id, 'employer', :at, :at, 'declined')",
            "SELECT id FROM proposals WHERE reason = 'r' OR motivation IS NOT NULL",
            "proposals",
        ),
        "messages to the people of a session": Case(
            365,
            "INSERT INTO session_messages (id, session_id, sent_by, acting_as, sent_to, account_ids, subject, text, "
            "sent_at) VALUES (:id, :id, :id, 'staff', 'held', '{}', 's', 't', :at)",
            "SELECT id FROM session_messages WHERE subject = 's' OR text = 't'",
            "session_messages",
        ),
        "notes of staff": Case(
            365,
            "INSERT INTO enrollment_notes (enrollment_id, text, written_by, written_at) VALUES (:id, 't', :id, :at)",
            "SELECT enrollment_id FROM enrollment_notes WHERE text = 't'",
            "enrollment_notes",
        ),
    },
    "notifier": {
        # two mails of one event, which have different recipients
        "mails": Case(
            365,
            "INSERT INTO mails (id, kind, audience, recipient, cause_message_id, subject_id, facts, status, next_at, "
            "created_at, text) SELECT gen_random_uuid(), 'k', 'a', name || '@x.example', :id, :id, '{\"f\": 1}', "
            "'sent', now(), :at, 't' FROM unnest(ARRAY['zoe', 'yann']) AS name",
            "SELECT DISTINCT subject_id FROM mails WHERE status = 'sent' "
            "AND (text = 't' OR recipient LIKE '%@x.example' OR facts <> '{}')",
            "mails",
        ),
        "calendar entries": Case(
            730,
            "INSERT INTO calendars (subject_id, recipient, slots, sequence, saved_at) VALUES (:id, 'z', '[]', 1, :at)",
            "SELECT subject_id FROM calendars",
        ),
    },
}
