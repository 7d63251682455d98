"""Copies of what others own; carts, requests with their history, seats, attendance, rules."""

from shared.migrations import create_mechanisms, run_sql

revision = "0001"
down_revision = None

COPIES = """
CREATE TABLE accounts (
    id uuid PRIMARY KEY, version bigint NOT NULL, first_name text NOT NULL, last_name text NOT NULL,
    is_staff boolean NOT NULL, disabled boolean NOT NULL, erased boolean NOT NULL DEFAULT false
);
CREATE TABLE structures (
    id uuid PRIMARY KEY, version bigint NOT NULL, name text NOT NULL, is_member boolean NOT NULL
);
CREATE TABLE attachments (
    id uuid PRIMARY KEY, version bigint NOT NULL, account_id uuid NOT NULL, structure_id uuid NOT NULL,
    state text NOT NULL, statuses text[] NOT NULL
);
CREATE INDEX attachments_of_account ON attachments (account_id) WHERE state = 'active';
CREATE INDEX attachments_of_structure ON attachments (structure_id) WHERE state = 'active';
CREATE TABLE trainings (
    id uuid PRIMARY KEY, version bigint NOT NULL, title text NOT NULL, kind text NOT NULL, members_only boolean NOT NULL,
    state text NOT NULL
);
CREATE TABLE sessions (
    id uuid PRIMARY KEY, version bigint NOT NULL, training_id uuid NOT NULL, title text NOT NULL, place text NOT NULL,
    capacity int NOT NULL, opens_at timestamptz NOT NULL, closes_at timestamptz NOT NULL,
    starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, slots jsonb NOT NULL, trainer_ids uuid[] NOT NULL,
    state text NOT NULL,
    held int NOT NULL DEFAULT 0, overbooked_to int, last_queue_number int NOT NULL DEFAULT 0,
    occupancy_version bigint NOT NULL DEFAULT 0,
    attendance_closed_at timestamptz, attendance_closed_by uuid, attendance_note text,
    CONSTRAINT seats_held_fit CHECK (held >= 0 AND held <= greatest(capacity, overbooked_to))
);
CREATE INDEX sessions_of_training ON sessions (training_id);
CREATE INDEX sessions_by_start ON sessions (starts_at, id);
"""

REQUESTS = """
CREATE TABLE carts (
    account_id uuid NOT NULL, session_id uuid NOT NULL, training_id uuid NOT NULL, added_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, session_id), CONSTRAINT one_session_per_training_in_cart UNIQUE (account_id, training_id)
);
CREATE TABLE enrollments (
    id uuid PRIMARY KEY, version bigint NOT NULL, account_id uuid NOT NULL, structure_id uuid NOT NULL,
    training_id uuid NOT NULL, session_id uuid NOT NULL REFERENCES sessions, motivation text NOT NULL,
    requested_at timestamptz NOT NULL, approval text NOT NULL, seat text NOT NULL, queue_number int, late boolean NOT NULL,
    attendance jsonb, attended boolean,
    CONSTRAINT seat_fits_approval CHECK (CASE
        WHEN approval IN ('awaiting_trainer', 'awaiting_beneficiary', 'validated') THEN seat IN ('queued', 'held')
        WHEN approval IN ('awaiting_employer', 'refused', 'declined', 'expired', 'withdrawn', 'cancelled') THEN seat = 'none'
        ELSE false END),
    CONSTRAINT a_seat_has_a_number CHECK (seat = 'none' OR queue_number IS NOT NULL),
    CONSTRAINT attendance_is_of_who_is_enrolled CHECK (
        (attendance IS NULL) = (attended IS NULL) AND (attendance IS NULL OR (approval = 'validated' AND seat = 'held'))),
    CONSTRAINT numbers_are_given_once UNIQUE (session_id, queue_number)
);
CREATE UNIQUE INDEX one_open_request_per_training ON enrollments (account_id, training_id)
    WHERE approval IN ('awaiting_employer', 'awaiting_trainer', 'awaiting_beneficiary', 'validated') AND attendance IS NULL;
CREATE INDEX enrollments_queued ON enrollments (training_id, session_id, queue_number) WHERE seat = 'queued';
CREATE INDEX enrollments_held ON enrollments (training_id, structure_id) WHERE seat = 'held';
CREATE INDEX enrollments_of_account ON enrollments (account_id, requested_at, id);
CREATE INDEX enrollments_of_structure ON enrollments (structure_id, requested_at, id);
CREATE INDEX enrollments_awaiting ON enrollments (requested_at) WHERE approval = 'awaiting_employer';
CREATE TABLE enrollment_history (
    enrollment_id uuid NOT NULL REFERENCES enrollments, version bigint NOT NULL, move text NOT NULL,
    from_approval text NOT NULL, to_approval text NOT NULL, from_seat text NOT NULL, to_seat text NOT NULL,
    moved_by uuid, acting_as text NOT NULL, at timestamptz NOT NULL, note text,
    PRIMARY KEY (enrollment_id, version)
);
CREATE INDEX history_of_decider ON enrollment_history (moved_by, at, enrollment_id, version);
CREATE TABLE presences (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    enrollment_id uuid NOT NULL REFERENCES enrollments, slot_id uuid NOT NULL, present boolean NOT NULL,
    recorded_by uuid NOT NULL, recorded_at timestamptz NOT NULL, note text
);
CREATE INDEX presences_of_enrollment ON presences (enrollment_id, slot_id, id);
CREATE TABLE rules (name text PRIMARY KEY, version bigint NOT NULL, enabled boolean NOT NULL, value jsonb NOT NULL);
"""


def upgrade() -> None:
    """Create everything."""
    create_mechanisms()
    run_sql(COPIES)
    run_sql(REQUESTS)
