"""Budgets of clients and accounts in place of the counts of attempts, known devices, and the first user of a structure
who waits for a confirmation.

The counts of attempts are dropped: they matter for a day. First users who are there already stay as they are.
"""

from shared.migrations import run_sql

revision = "0004"
down_revision = "0003"

BUDGETS = """
DROP TABLE sign_in_attempts;
CREATE TABLE budgets (key bytea PRIMARY KEY, full_at timestamptz NOT NULL);
CREATE TABLE devices (
    id uuid PRIMARY KEY, account_id uuid NOT NULL REFERENCES accounts, token_hash bytea NOT NULL,
    used_at timestamptz NOT NULL, CONSTRAINT one_device_per_token UNIQUE (token_hash)
);
CREATE INDEX devices_of_account ON devices (account_id);
"""

# `client` is kept only while the request is open
DESK = """
ALTER TABLE structure_requests ADD COLUMN client text,
    ADD CONSTRAINT client_while_open CHECK (client IS NULL OR state = 'open');
CREATE INDEX structure_requests_open ON structure_requests (siret) WHERE state = 'open';
"""

FIRST_USERS = """
ALTER TABLE attachments ADD COLUMN unconfirmed boolean NOT NULL DEFAULT false,
    ADD COLUMN confirmed_by uuid REFERENCES accounts,
    ADD CONSTRAINT unconfirmed_while_active CHECK (NOT unconfirmed OR state = 'active');
"""


def upgrade() -> None:
    for script in (BUDGETS, DESK, FIRST_USERS):
        run_sql(script)
