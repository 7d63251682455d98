"""Reminders that were given, requests left open, proposals, messages to the people of a session, notes of staff."""

from shared.migrations import run_sql

revision = "0011"
down_revision = "0010"

TABLES = """
CREATE TABLE reminders (
    subject_id uuid NOT NULL, occasion text NOT NULL, waiting_since_version bigint NOT NULL,
    given_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject_id, occasion, waiting_since_version)
);
CREATE INDEX enrollments_to_remind ON enrollments (id) WHERE attendance IS NULL
    AND (approval IN ('awaiting_employer', 'awaiting_beneficiary')
        OR (approval = 'awaiting_trainer' AND seat = 'held'));
CREATE INDEX sessions_with_an_open_sheet ON sessions (ends_at) WHERE attendance_closed_at IS NULL;
CREATE TABLE left_open (
    id uuid PRIMARY KEY, account_id uuid NOT NULL, structure_id uuid NOT NULL, because text NOT NULL,
    found_at timestamptz NOT NULL, ended_at timestamptz,
    decision text, decided_by uuid, decided_at timestamptz, reason text,
    CONSTRAINT a_decision_is_complete CHECK (
        (decision IS NULL) = (decided_by IS NULL) AND (decision IS NULL) = (decided_at IS NULL)
        AND (decision IS NULL) = (reason IS NULL))
);
CREATE UNIQUE INDEX left_open_once ON left_open (account_id, structure_id, because) WHERE ended_at IS NULL;
CREATE INDEX left_open_to_decide ON left_open (found_at, id) WHERE ended_at IS NULL AND decision IS NULL;
CREATE TABLE proposals (
    id uuid PRIMARY KEY, version bigint NOT NULL, kind text NOT NULL,
    account_id uuid NOT NULL, structure_id uuid NOT NULL, training_id uuid NOT NULL,
    session_id uuid NOT NULL REFERENCES sessions, from_session_id uuid REFERENCES sessions,
    enrollment_id uuid REFERENCES enrollments, reason text NOT NULL, motivation text,
    proposed_by uuid NOT NULL, acting_as text NOT NULL,
    proposed_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
    state text NOT NULL, answered_at timestamptz, answer_reason text
);
CREATE UNIQUE INDEX one_open_proposal_per_training ON proposals (account_id, training_id) WHERE state = 'open';
CREATE INDEX proposals_of_account ON proposals (account_id, proposed_at, id);
CREATE INDEX proposals_of_structure ON proposals (structure_id, proposed_at, id);
CREATE INDEX proposals_of_proposer ON proposals (proposed_by, proposed_at, id);
CREATE INDEX proposals_newest ON proposals (proposed_at, id);
CREATE INDEX proposals_to_expire ON proposals (expires_at) WHERE state = 'open';
CREATE TABLE session_messages (
    id uuid PRIMARY KEY, session_id uuid NOT NULL REFERENCES sessions, sent_by uuid NOT NULL, acting_as text NOT NULL,
    sent_to text NOT NULL, account_ids uuid[] NOT NULL, subject text NOT NULL, text text NOT NULL,
    sent_at timestamptz NOT NULL
);
CREATE INDEX session_messages_of_session ON session_messages (session_id, sent_at, id);
CREATE INDEX session_messages_of_account ON session_messages USING gin (account_ids);
CREATE TABLE enrollment_notes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, enrollment_id uuid NOT NULL REFERENCES enrollments,
    text text NOT NULL, written_by uuid NOT NULL, written_at timestamptz NOT NULL
);
CREATE INDEX notes_of_enrollment ON enrollment_notes (enrollment_id, id);
"""


def upgrade() -> None:
    run_sql(TABLES)
