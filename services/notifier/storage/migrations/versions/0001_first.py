"""The copies of others' data, the mails, and the calendars that recipients hold."""

from shared.migrations import create_mechanisms, run_sql

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text NOT NULL,
    is_staff boolean NOT NULL,
    disabled boolean NOT NULL,
    erased boolean NOT NULL DEFAULT false
);
CREATE TABLE structures (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    name text NOT NULL,
    siret text NOT NULL,
    town text NOT NULL
);
CREATE TABLE attachments (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    account_id uuid NOT NULL,
    structure_id uuid NOT NULL,
    state text NOT NULL,
    statuses text[] NOT NULL
);
CREATE INDEX attachments_by_structure ON attachments (structure_id) WHERE state = 'active';
CREATE INDEX attachments_by_account ON attachments (account_id);
CREATE TABLE trainings (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    title text NOT NULL,
    state text NOT NULL
);
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    training_id uuid NOT NULL,
    training_title text NOT NULL,
    place text NOT NULL,
    slots jsonb NOT NULL,
    trainer_ids uuid[] NOT NULL,
    state text NOT NULL
);
CREATE TABLE enrollments (
    id uuid PRIMARY KEY,
    version bigint NOT NULL,
    account_id uuid NOT NULL,
    structure_id uuid NOT NULL,
    training_id uuid NOT NULL,
    session_id uuid NOT NULL,
    approval text NOT NULL,
    seat text NOT NULL,
    rank int,
    cart_id uuid,
    attendance jsonb
);
CREATE INDEX enrollments_by_session ON enrollments (session_id);
CREATE INDEX enrollments_by_cart ON enrollments (cart_id);
CREATE INDEX enrollments_by_account ON enrollments (account_id);
CREATE TABLE mails (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    audience text NOT NULL,
    recipient text NOT NULL,
    recipient_account_id uuid,
    cause_message_id text NOT NULL,
    subject_id uuid NOT NULL,
    facts jsonb NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'dropped', 'failed')),
    attempts int NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    subject text,
    text text,
    html text,
    attachments jsonb NOT NULL DEFAULT '[]',
    message_id text,
    correlation_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    why_not text,
    UNIQUE (cause_message_id, kind, recipient)
);
CREATE INDEX mails_due ON mails (next_at) WHERE status = 'pending';
CREATE INDEX mails_by_age ON mails (created_at DESC, id DESC);
CREATE INDEX mails_by_recipient ON mails (recipient_account_id);
CREATE INDEX mails_by_subject ON mails (subject_id);
CREATE TABLE calendars (
    enrollment_id uuid NOT NULL,
    recipient text NOT NULL,
    slots jsonb NOT NULL,
    sequence bigint NOT NULL,
    PRIMARY KEY (enrollment_id, recipient)
);
"""


def upgrade() -> None:
    """Create everything."""
    create_mechanisms()
    run_sql(TABLES)
