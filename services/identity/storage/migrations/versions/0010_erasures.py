"""Erasures of accounts: who asked for each, what stood against it, and when it was done."""

from shared.migrations import create_erasures, run_sql

revision = "0010"
down_revision = "0009"

ERASURES = """
ALTER TABLE accounts ADD COLUMN erased_at timestamptz;
CREATE TABLE erasures (
    id uuid PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts, asked_by uuid NOT NULL REFERENCES accounts,
    acting_as text NOT NULL CHECK (acting_as IN ('person', 'staff')), reason text, asked_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'refused', 'done')), obligations text[] NOT NULL,
    ended_at timestamptz,
    CONSTRAINT ended_with_a_time CHECK ((state = 'asked') = (ended_at IS NULL)),
    CONSTRAINT staff_give_a_reason CHECK ((acting_as = 'staff') = (reason IS NOT NULL))
);
CREATE UNIQUE INDEX one_open_erasure ON erasures (account_id) WHERE state = 'asked';
CREATE INDEX erasures_of_account ON erasures (account_id, asked_at);
CREATE INDEX erasures_by_age ON erasures (asked_at, id);
"""


def upgrade() -> None:
    create_erasures()
    run_sql(ERASURES)
